"""PanelOptions: what the owner of a box chooses about the feel of the knobs, in burnish.toml."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PanelOptions:
    """`acceleration`: fast turns move further. `preferred_frequencies`: frequencies stop at preferred numbers."""

    acceleration: bool = True
    preferred_frequencies: bool = True
