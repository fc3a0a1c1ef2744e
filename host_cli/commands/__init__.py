"""The commands of `burnish`. Each module here hangs its commands on the group when it is imported; all are."""

import importlib
import pkgutil


def register() -> None:
    """Import every module of this package. Modules import what is heavy inside their functions: completion must be quick."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
