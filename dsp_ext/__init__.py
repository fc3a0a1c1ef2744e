"""The signal processing of Burnish. It uses signals and physical units only, and imports NumPy but no other package of
Burnish.

The names are imported when they are first used, so that `dsp_ext.settings` can be imported without compiled modules."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsp_ext.core import Cells, Ring, SeqLock
    from dsp_ext.meters import measure

    from .engine import Engine

__all__ = ["Cells", "Engine", "Ring", "SeqLock", "measure"]

_MODULES = {
    "Cells": "dsp_ext.core",
    "Engine": "dsp_ext.engine",
    "Ring": "dsp_ext.core",
    "SeqLock": "dsp_ext.core",
    "measure": "dsp_ext.meters",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)
