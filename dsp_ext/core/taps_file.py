"""Writes tables of filter taps as a `.pxd` of C constants. The `design_*` scripts use it."""

import numpy as np


def text(module: str, tables: dict[str, np.ndarray]) -> str:
    """The complete file for `tables` (name in C to float32 numbers), which `python -m dsp_ext.MODULE` generates."""
    lines = [f"# Written by `python -m dsp_ext.{module}`. Do not edit.", "", "cdef extern from *:", '    """']
    for name, values in tables.items():
        numbers = ", ".join(f"{value:.9e}f" for value in values.astype(np.float32))
        lines.append(f"    static const float {name}[{len(values)}] = {{{numbers}}};")
    lines += ['    """']
    lines += [f"    const float {name}[{len(values)}]" for name, values in tables.items()]
    return "\n".join(lines) + "\n"
