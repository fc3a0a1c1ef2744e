"""Shims between Python and the libraries of the compared programs. They are compiled into a temporary folder for each
bench."""

import ctypes
import functools
import shlex
import subprocess
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent


@functools.cache
def _folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="burnish-bench-")


def _flags(package: str) -> list[str]:
    return shlex.split(subprocess.run(["pkg-config", "--cflags", "--libs", package], check=True, text=True,
                                      capture_output=True).stdout)  # fmt: skip


@functools.cache
def library(source: str, *, package: str = "", libraries: tuple[str, ...] = ()) -> ctypes.CDLL | None:
    """`source` (a file here), compiled with the flags of pkg-config's `package` and with `libraries`. None if a library or
    the compiler is missing."""
    path = Path(_folder().name) / f"{source}.so"
    compiler = "c++" if source.endswith(".cpp") else "cc"
    try:
        flags = _flags(package) if package else []
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", str(_HERE / source), "-o", str(path), *flags,
                        *(f"-l{name}" for name in libraries)], check=True, text=True, capture_output=True)  # fmt: skip
    except FileNotFoundError as error:
        print(f"{source}: {error.filename} is missing")
        return None
    except subprocess.CalledProcessError as error:
        print(f"{source} cannot be compiled: {error.stderr.strip()[-500:]}")
        return None
    return ctypes.CDLL(str(path))
