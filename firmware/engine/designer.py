"""Designer: parameter values to what the engine takes, for the box and for file renders alike.

The settings go to the engine as they are. EQ and crossover frequencies become FIR kernels, which takes a while; in the box
a thread of the control process does it and hands the packed kernels over in shared memory.
"""

import dataclasses
import logging
import threading

import numpy as np

from dsp_ext import Engine
from dsp_ext.core import rate_factor
from dsp_ext.eq import HIGHEST, RESOLUTIONS, Dynamics, EqBand, design_fir
from dsp_ext.multiband import design_crossover
from dsp_ext.output import design_stereo
from firmware.contract import params

log = logging.getLogger(__name__)

EQ, CROSSOVER = "eq", "crossover"

#: What each kind of kernel is made from.
DESIGN_IDS = {
    EQ: tuple(p.id for p in params.TABLE if p.target != params.ENGINE and p.id.startswith(("eq.", "stereo."))),
    CROSSOVER: tuple(p.id for p in params.TABLE if p.target != params.ENGINE and p.id.startswith("multiband.")),
}

#: What each kind of event is made from.
IDS = {"settings": Engine.SETTINGS, **DESIGN_IDS}

#: How often the designer looks whether the engine has taken the last kernel, in seconds; a crossfade takes 20 ms.
_POLL_S = 0.002


def settings_vector(values: dict[str, float]) -> np.ndarray:
    """The engine's settings out of `values`, in the order of `Engine.SETTINGS`, float64."""
    return np.array([values[name] for name in Engine.SETTINGS])


def eq_bands(values: dict[str, float], rate_hz: int) -> list[EqBand]:
    """The bands of the EQ as `values` have them."""
    highest_hz = HIGHEST * rate_hz  # below the knob's end but for the highest rates
    return [
        EqBand(
            params.BAND_TYPES[int(values[f"eq.b{n}.type"])],
            min(values[f"eq.b{n}.freq_hz"], highest_hz),
            values[f"eq.b{n}.gain_db"],
            values[f"eq.b{n}.q"],
            bool(values[f"eq.b{n}.enabled"]),
            int(params.BAND_SLOPES[int(values[f"eq.b{n}.slope"])]),
            params.BAND_PLACEMENTS[int(values[f"eq.b{n}.placement"])],
            _dynamics(values, n),
        )
        for n in range(1, params.EQ_BANDS + 1)
    ]


def _dynamics(values: dict[str, float], n: int) -> Dynamics | None:
    """What moves band `n` of the EQ."""
    fields = (field.name for field in dataclasses.fields(Dynamics))
    return Dynamics(*(values[f"eq.b{n}.dyn_{name}"] for name in fields)) if values[f"eq.b{n}.dynamic"] else None


def packed_eq(engine: Engine, values: dict[str, float]) -> np.ndarray:
    """What belongs in a bank of the EQ: see `Eq.pack`."""
    return engine.eq.pack(
        eq_bands(values, engine.rate_hz) if values["eq.enabled"] else [],
        mode=params.EQ_MODES[int(values["eq.mode"])],
        resolution=RESOLUTIONS[int(values["eq.resolution"])],
        mix_pct=values["eq.mix_pct"],
        solo=int(values["eq.solo"]) if values["eq.enabled"] else 0,
        auto_gain=bool(values["eq.auto_gain"]),
        stereo=_side(values),
    )


def _side(values: dict[str, float]) -> dict[str, float]:
    """The settings of `Stereo` that a linear kernel takes over, by name."""
    return {id.removeprefix("stereo."): values[id] for id in DESIGN_IDS[EQ] if id.startswith("stereo.")}


def eq_valid_from_hz(values: dict[str, float], rate_hz: int) -> float:
    """Frequency down to which the EQ's kernels hold their curve, width and mono-maker included where they do them (see
    `design_fir.validity_hz`); 0 where there are none."""
    mode = params.EQ_MODES[int(values["eq.mode"])]
    if mode == "minimum":
        return 0.0
    bands = eq_bands(values, rate_hz) if values["eq.enabled"] else []
    taps = RESOLUTIONS[int(values["eq.resolution"])] * rate_factor(rate_hz)
    mix = values["eq.mix_pct"] / 100 if mode == "mixed" else 0.0
    side = design_stereo.side_magnitude(_side(values)) if mix == 0 else None
    return design_fir.validity_hz(bands, rate_hz, taps, mix, side)


def crossover_kernels(values: dict[str, float], rate_hz: int, taps: int) -> np.ndarray:
    """The low-pass kernels between the bands in use, shape (bands - 1, taps)."""
    used = int(params.BAND_COUNTS[int(values["multiband.bands"])]) - 1
    freqs_hz = [values[f"multiband.x{n}_hz"] for n in range(1, used + 1)]
    return design_crossover.design(freqs_hz, rate_hz, taps)


def packed_kernels(engine: Engine, kind: str, values: dict[str, float]) -> np.ndarray:
    """What belongs in a bank of `kind` ("eq" or "crossover"): float32, flat."""
    if kind == EQ:
        return packed_eq(engine, values)
    return engine.multiband.convolver.pack(crossover_kernels(values, engine.rate_hz, engine.multiband.taps))


def _load(engine: Engine, kind: str, packed: np.ndarray, jump: bool = False) -> None:
    load = engine.load_eq if kind == EQ else engine.multiband.convolver.load
    load(packed, jump=jump)


def begin(engine: Engine, values: dict[str, float]) -> None:
    """Bring a fresh engine to the state a run starts from: `values` (all parameters) in force, nothing fading."""
    engine.set_all(settings_vector(values))
    engine.settle()
    for kind in DESIGN_IDS:
        _load(engine, kind, packed_kernels(engine, kind, values), jump=True)


def apply(engine: Engine, kind: str, values: dict[str, float]) -> None:
    """Do to `engine` what an event of a session did to the box, between two frames.

    `kind` is one of `Engine.EVENT_KINDS`; `values` are the settings that changed, or all that a kernel is made from.
    """
    if kind in DESIGN_IDS:
        _load(engine, kind, packed_kernels(engine, kind, values))
    elif kind == "fade":
        engine.fade_in()
    elif kind == "fade_out":
        engine.fade_out()
    else:
        for name in Engine.SETTINGS:
            if name in values:
                engine.set(name, values[name])


class Designer:
    """[control] A thread that makes kernels from the newest values and hands them over through `shared`.

    `on_request(kind, version, values)` is called before the engine is asked for a kernel, so that a recorder knows what
    each version was made from. The engine keeps using one bank while the other is written; the next is handed over only
    when it has taken the last one, and what was edited meanwhile is made only in its newest form. A kernel that was outdated
    while it was made is dropped, but not two in a row: else long kernels would never follow a knob that keeps turning.

    When there is nothing to make it finds out `valid_from_hz` (see `eq_valid_from_hz`) of the newest values, which takes as
    long as the kernels of the EQ do and is therefore not left to whoever asks.
    """

    def __init__(self, shared, on_request=None):
        self._shared = shared
        self._on_request = on_request or (lambda kind, version, values: None)
        self._engine = Engine(shared.rate_hz, 1)  # for its sizes and `pack`; it never runs
        self._banks = {EQ: shared.eq_banks, CROSSOVER: shared.crossover_banks}
        self._newest: dict[str, dict] = {}
        self._dropped: set[str] = set()  # kinds whose last kernel was dropped
        self._unjudged: dict | None = None  # values whose validity is to be found out
        self.valid_from_hz = 0.0
        self._wake = threading.Condition()
        self._working = self._stopping = False
        self._thread = threading.Thread(target=self._work, name="designer", daemon=True)

    def start(self, values: dict[str, float]) -> None:
        """Hand over the kernels for `values` before there is sound, then follow `edit`."""
        for kind in DESIGN_IDS:
            if not self._pending(kind):
                self._hand_over(kind, values, packed_kernels(self._engine, kind, values))
            else:  # a control process that died left a request that the engine has yet to take
                self._newest[kind] = values
        self._unjudged = values
        self._thread.start()

    def edit(self, changed: dict, values: dict[str, float]) -> None:
        """Values changed: make the kernels they concern. `values` is everything, after the change."""
        kinds = [kind for kind, ids in DESIGN_IDS.items() if not changed.keys().isdisjoint(ids)]
        if kinds:
            with self._wake:
                self._newest.update(dict.fromkeys(kinds, values))
                if EQ in kinds:
                    self._unjudged = values
                self._wake.notify()

    def stop(self) -> None:
        """End the thread; what it was making is dropped."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def busy(self) -> bool:
        """Whether kernels are being made or judged; what waits for the engine to take the last ones does not count."""
        with self._wake:
            return self._working or self._unjudged is not None or self._ready() is not None

    def _ready(self) -> str | None:
        """A kind of kernel to make now, whose last one the engine has taken."""
        return next((kind for kind in self._newest if not self._pending(kind)), None)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._working = False
                while not self._stopping and self._unjudged is None and self._ready() is None:
                    self._wake.wait(_POLL_S if self._newest else None)
                if self._stopping:
                    return
                kind = self._ready()
                if kind:
                    values = self._newest.pop(kind)
                else:
                    values, self._unjudged = self._unjudged, None
                self._working = True
            try:
                if kind:
                    self._make(kind, values)
                else:
                    self.valid_from_hz = eq_valid_from_hz(values, self._shared.rate_hz)
            except Exception:  # the last kernel stays in use; the thread must go on for the next edit
                log.exception("the %s could not be made", f"{kind} kernels" if kind else "validity of the EQ")

    def _make(self, kind: str, values: dict) -> None:
        packed = packed_kernels(self._engine, kind, values)
        with self._wake:
            outdated = kind in self._newest
        if outdated and kind not in self._dropped:
            self._dropped.add(kind)
        else:
            self._dropped.discard(kind)
            self._hand_over(kind, values, packed)

    def _pending(self, kind: str) -> bool:
        cells = self._shared.engine
        return cells[f"{kind}_request"] != cells[f"{kind}_adopted"]

    def _hand_over(self, kind: str, values: dict, packed: np.ndarray) -> None:
        """Put `packed` into the bank that rests and ask for it. A kernel like the one in use needs no crossfade."""
        request = self._shared.engine[f"{kind}_request"]
        banks, idle = self._banks[kind], 1 - (request & 1)
        if request and np.array_equal(banks[1 - idle], packed):
            return
        banks[idle] = packed
        version = (request >> 1) + 1
        self._on_request(kind, version, values)
        self._shared.engine[f"{kind}_request"] = 2 * version + idle
