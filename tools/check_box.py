"""Run by the Python of a clean environment: installs the extra `box` there and imports every library that the box needs.

Only the libraries are installed, not Burnish itself, which `make build` has compiled in place for the same Python.
"""

import ast
import importlib
import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
#: Modules that libraries import only when they open the real device: luma imports its bus, gpiozero the pins of a Raspberry Pi.
LATE = ("spidev", "lgpio")
LGPIO_FROM_SYSTEM = "pip has no lgpio for this Python: a Raspberry Pi installs it with apt-get install python3-lgpio"


def install() -> None:
    """The plain install's libraries and those of the extra `box`."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["box"]]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *wanted], check=True)


def foreign_imports() -> set[str]:
    """The modules from outside the project that the files of `firmware` import anywhere."""
    names = set()
    for path in (REPOSITORY / "firmware").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    own = ("firmware", "dsp_ext", "hardware", "host_cli")
    return {
        name for name in names if name.split(".")[0] not in own and name.split(".")[0] not in sys.stdlib_module_names
    }


def firmware_modules() -> list[str]:
    """Every module of the box."""
    paths = sorted((REPOSITORY / "firmware").rglob("*.py"))
    return [".".join(path.relative_to(REPOSITORY).with_suffix("").parts) for path in paths if path.stem[:2] != "__"]


install()
sys.path.insert(0, str(REPOSITORY))
libraries = sorted(foreign_imports())
modules = firmware_modules()
for name in [*libraries, *modules]:
    importlib.import_module(name)
late = [name for name in LATE if importlib.util.find_spec(name)]
for name in late:
    importlib.import_module(name)
python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
if "lgpio" not in late:
    assert sys.version_info >= (3, 13), f"the extra `box` brought no lgpio for {python}"
    print(LGPIO_FROM_SYSTEM)
assert "spidev" in late, "the extra `box` brought no spidev: the display cannot be opened"
print(
    f"box extra, {python}: {len(libraries)} libraries, {', '.join(late)} and {len(modules)} modules of firmware imported"
)
