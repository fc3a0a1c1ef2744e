"""Packages that import their modules when a name of theirs is first used.

Shell completion and `burnish --version` import every command, and must not wait for NumPy, plots or the serial port. A
box without GPIO pins must not need the libraries that drive them.
"""

import importlib
from collections.abc import Callable, Mapping


def lazy_exports(package: str, exports: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of `package` (PEP 562). `exports` maps each name to the module of the package that defines it."""

    def getattr_(name: str) -> object:
        if name not in exports:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{exports[name]}"), name)

    return getattr_
