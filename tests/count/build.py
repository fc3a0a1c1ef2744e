"""Builds everything that runs on the emulated machine: the extension modules as a Pi compiles them, the regions, the
plugin."""

import hashlib
import json
import os
import runpy
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import imports
from .sysroot import CannotCount

HERE = Path(__file__).parent
COMPILER = "aarch64-linux-gnu-gcc"
#: Runs setup.py up to and including Cython, and prints the compiler's input.
_ASK_SETUP = """
import json, sys
from setuptools import Distribution
from distutils.core import run_setup
modules = run_setup("setup.py", stop_after="init").ext_modules
json.dump([[m.name, m.sources, m.extra_compile_args] for m in modules], open(sys.argv[1], "w"))
"""


def version() -> str:
    """The compiler's name and version. Counts from different compilers cannot be compared. Raises CannotCount without a
    compiler."""
    if shutil.which(COMPILER) is None:
        raise CannotCount(f"instructions are not counted: {COMPILER} is not installed (`make count` installs it)")
    return subprocess.run([COMPILER, "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()


def modules(tree: Path, sysroot: Path, into: Path) -> None:
    """Build `into`/dsp_ext and `into`/regions from the sources in `tree`. Compiles only what changed."""
    (into / "dsp_ext").mkdir(parents=True, exist_ok=True)
    listing = into.resolve() / "modules.json"
    _quietly([sys.executable, "-c", _ASK_SETUP, listing], cwd=tree)
    regions = into / "regions.c"
    _quietly([sys.executable, "-m", "cython", "-3", "-I", tree, HERE / "regions.pyx", "-o", regions], cwd=tree)
    work, flags = [], []
    for name, sources, flags in json.loads(listing.read_text()):
        work.append(([tree / source for source in sources], into / f"{name.replace('.', '/')}.so", flags))
    work.append(([regions], into / "regions.so", flags))
    for stale in set((into / "dsp_ext").rglob("*.so")) - {target for _, target, _ in work}:
        stale.unlink()
    for _, target, _ in work:
        target.parent.mkdir(parents=True, exist_ok=True)
    for source in (tree / "dsp_ext").rglob("*.py"):
        target = into / source.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    shutil.copy(HERE / "cases.py", into)
    _copy_firmware(tree, into)
    base = [COMPILER, *_python_flags(sysroot)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda one: _compile(base, *one), work))


def _copy_firmware(tree: Path, into: Path) -> None:
    """Copy the modules of firmware/ that the cases need. Their packages get an `__init__.py` that imports only these, because
    the original ones import more than the sysroot's Python has."""
    shutil.rmtree(into / imports.PACKAGE, ignore_errors=True)
    packages: dict[Path, list[str]] = {}
    for source in imports.needed(HERE / "cases.py", tree):
        target = into / source.relative_to(tree)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        packages.setdefault(target.parent, []).append(source.stem)
    for folder, names in packages.items():
        (folder / "__init__.py").write_text("".join(f"from . import {name}\n" for name in names))
    shutil.copy(tree / imports.PACKAGE / "__init__.py", into / imports.PACKAGE)


def plugin(into: Path) -> Path:
    """Build the plugin for the QEMU of this machine."""
    target = into / "plugin.so"
    _compile(["cc", "-fPIC", "-w"], [HERE / "plugin.c"], target, ["-O2"])
    return target


def _python_flags(sysroot: Path) -> list[str]:
    """The flags with which the Python of the sysroot was built (they precede those of setup.py), and the path of its
    headers."""
    (data,) = sysroot.glob("usr/lib/python3.*/_sysconfigdata__aarch64-linux-gnu.py")
    values = runpy.run_path(str(data))["build_time_vars"]
    headers = sysroot / "usr/include"
    # -idirafter: the compiler's own C library comes first; only Python's headers come from here.
    return [*shlex.split(values["CFLAGS"]), *shlex.split(values["CCSHARED"]),
            "-idirafter", str(headers / data.parent.name), "-idirafter", str(headers)]  # fmt: skip


def _compile(base, sources, target: Path, flags):
    """Compile a shared library, unless the existing one was made from the same bytes by the same command."""
    command = [*base, *flags, "-shared", "-o", str(target), *map(str, sources)]
    made = hashlib.sha256(json.dumps(command).encode() + b"".join(map(Path.read_bytes, sources))).hexdigest()
    stamp = target.with_suffix(".made")
    if target.exists() and stamp.exists() and stamp.read_text() == made:
        return
    _quietly(command)
    stamp.write_text(made)


def _quietly(command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(map(str, command))} fails:\n{done.stdout}{done.stderr}")
