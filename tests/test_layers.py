"""The layers of the house, read from the imports."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Who may import which part of the house.
HOUSE = {
    "dsp_ext": {"dsp_ext"},
    "firmware": {"firmware", "dsp_ext", "hardware"},
    "host_cli": {
        "host_cli",
        "dsp_ext",
        "firmware.params",
        "firmware.coherence",
        "firmware.presets",
        "firmware.protocol",
        "firmware.designer",
        "firmware.recall",  # repeats a run of the box from its session: what `burnish render` is made of
    },
    "hardware": set(),
}
#: Who may import a library that needs hardware, or that the laptop lacks.
ONLY = {
    "alsaaudio": {"firmware/audio.py"},
    # relay.py: the bypass relay is held by the supervisor, which outlives the panel's process.
    # display.py: the display's data/command line is a GPIO.
    "gpiozero": {"firmware/panel.py", "firmware/relay.py", "firmware/sim_panel.py", "firmware/display.py"},
    "luma": {"firmware/display.py"},
    "serial": {"firmware/server.py", "host_cli/link.py"},
    "textual": {"host_cli/monitor.py"},
}
#: The contract that the laptop shares: standard library and msgspec.
CONTRACT = {
    "firmware/params.py",
    "firmware/coherence.py",
    "firmware/atomic.py",
    "firmware/preset_document.py",
    "firmware/preset_risks.py",
    "firmware/presets.py",
    "firmware/slots.py",
    "firmware/protocol.py",
}

FILES = sorted(p for top in HOUSE for p in (ROOT / top).rglob("*.py"))


def imports(path: Path):
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
            module = f"{base}.{node.module}" if node.level and node.module else base if node.level else node.module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path):
    where = str(path.relative_to(ROOT))
    allowed = HOUSE[path.relative_to(ROOT).parts[0]]
    for name in imports(path):
        top = name.split(".")[0]
        if top in HOUSE:
            assert any(name == a or name.startswith(a + ".") for a in allowed), f"{where} imports {name}"
        if top in ONLY:
            assert where in ONLY[top], f"{where} imports {name}"
        if where in CONTRACT and top not in HOUSE:
            assert top in sys.stdlib_module_names or top == "msgspec", f"{where} imports {name}"
        if where.startswith("dsp_ext/") and top not in HOUSE:
            assert top in sys.stdlib_module_names or top == "numpy", f"{where} imports {name}"
