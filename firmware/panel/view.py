"""View: everything that the display shows, from the store, the panel controller, the meters and the counters."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware.contract import protocol
from firmware.settings import Store

from .controller import Face, PanelController


@dataclass(frozen=True)
class View:
    """`meters` has the columns of `Engine.METERS`; `stale`: no new values arrive.

    `load` is the processing time of the last block divided by its duration; `xruns` is the count since the start.
    `relay_fault`: the bypass relays do not follow the heartbeat. `tasks_failing`: regular tasks of the control process, such
    as saving the run log, whose last call failed.
    """

    face: Face
    preset: str = ""
    edited: bool = False
    ab: str = "a"
    bypass: bool = False
    mute: bool = False
    meters: Mapping[str, float] = field(default_factory=dict)
    stale: bool = False
    load: float = 0.0
    xruns: int = 0
    relay_fault: bool = False
    tasks_failing: int = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings to display, the most severe first."""
        found = ["RELAY"] if self.relay_fault else []
        if self.tasks_failing:
            found.append("FAULT")
        if self.xruns:
            found.append(f"XRUN {self.xruns}")
        if self.load > protocol.OVERLOAD_PCT / 100:
            found.append(f"LOAD {self.load * 100:.0f}%")
        return tuple(found)


def make_view(store: Store, controller: PanelController, meters: Mapping[str, float], *, stale=False, load=0.0, xruns=0,
              relay_fault=False, tasks_failing=0) -> View:  # fmt: skip
    """The current view. [control]"""
    return View(
        face=controller.face(),
        preset=store.preset_name or "",
        edited=store.edited,
        ab=store.ab,
        bypass=bool(store.get("chain.bypass")),
        mute=bool(store.get("chain.mute")),
        meters={name: value for name, value in meters.items() if math.isfinite(value)},  # silence may be -inf
        stale=stale,
        load=load,
        xruns=xruns,
        relay_fault=relay_fault,
        tasks_failing=tasks_failing,
    )
