"""Designer: converts parameter values into the input of the engine, for the box and for file renders.

Most settings are passed to the engine unchanged. EQ and crossover frequencies are converted into FIR kernels, which takes
time; in the box, a thread of the control process makes the kernels and writes them to shared memory.
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

#: The parameters from which each kind of kernel is made.
DESIGN_IDS = {
    EQ: tuple(p.id for p in params.TABLE if p.target != params.ENGINE and p.id.startswith(("eq.", "stereo."))),
    CROSSOVER: tuple(p.id for p in params.TABLE if p.target != params.ENGINE and p.id.startswith("multiband.")),
}

#: The parameters that belong to each kind of event.
IDS = {"settings": Engine.SETTINGS, **DESIGN_IDS}

#: How often the designer checks whether the engine has adopted the last kernel, in seconds. A crossfade takes 20 ms.
_POLL_S = 0.002
#: How often it counts a life sign while there is nothing to do, in seconds.
_IDLE_S = 1.0


def settings_vector(values: dict[str, float]) -> np.ndarray:
    """The settings of the engine from `values`, in the order of `Engine.SETTINGS`, as float64."""
    return np.array([values[name] for name in Engine.SETTINGS])


def eq_bands(values: dict[str, float], rate_hz: int) -> list[EqBand]:
    """The bands of the EQ from `values`."""
    highest_hz = HIGHEST * rate_hz  # below the highest value of the parameter except at the highest rates
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
    """The dynamics of EQ band `n`; None if it is static."""
    fields = (field.name for field in dataclasses.fields(Dynamics))
    return Dynamics(*(values[f"eq.b{n}.dyn_{name}"] for name in fields)) if values[f"eq.b{n}.dynamic"] else None


def packed_eq(engine: Engine, values: dict[str, float]) -> np.ndarray:
    """The content of a kernel bank of the EQ, see `Eq.pack`."""
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
    """The settings of `Stereo` that a linear EQ kernel implements, by name."""
    return {id.removeprefix("stereo."): values[id] for id in DESIGN_IDS[EQ] if id.startswith("stereo.")}


def eq_valid_from_hz(values: dict[str, float], rate_hz: int) -> float:
    """The lowest frequency in Hz at which the EQ kernels match their curve, including width and mono-maker if the kernels
    implement them, see `design_fir.validity_hz`. 0 if there are no kernels."""
    mode = params.EQ_MODES[int(values["eq.mode"])]
    if mode == "minimum":
        return 0.0
    bands = eq_bands(values, rate_hz) if values["eq.enabled"] else []
    taps = RESOLUTIONS[int(values["eq.resolution"])] * rate_factor(rate_hz)
    mix = values["eq.mix_pct"] / 100 if mode == "mixed" else 0.0
    side = design_stereo.side_magnitude(_side(values)) if mix == 0 else None
    return design_fir.validity_hz(bands, rate_hz, taps, mix, side)


def eq_response_db(values: dict[str, float], rate_hz: int, freqs_hz: np.ndarray) -> np.ndarray:
    """Magnitude in dB at `freqs_hz` (shape (n,)) that the kernels of the EQ are designed from, for a signal that is equal in
    both channels: shape (2, n), left and right. Includes automatic gain; dynamic bands have their static gain."""
    if not values["eq.enabled"]:
        return np.zeros((2, len(freqs_hz)))
    bands = eq_bands(values, rate_hz)
    common, matrix = design_fir.responses(bands, freqs_hz, int(values["eq.solo"]))
    gains = np.array([common, common]) if matrix is None else common * np.abs(matrix.sum(axis=1))
    if values["eq.auto_gain"]:
        gains = gains * design_fir.make_up(bands)
    return 20 * np.log10(np.maximum(gains, 1e-9))


def crossover_kernels(values: dict[str, float], rate_hz: int, taps: int) -> np.ndarray:
    """The low-pass kernels between the active bands, shape (bands - 1, taps)."""
    used = int(params.BAND_COUNTS[int(values["multiband.bands"])]) - 1
    freqs_hz = [values[f"multiband.x{n}_hz"] for n in range(1, used + 1)]
    return design_crossover.design(freqs_hz, rate_hz, taps)


def packed_kernels(engine: Engine, kind: str, values: dict[str, float]) -> np.ndarray:
    """The content of a kernel bank of `kind` ("eq" or "crossover"), as a flat float32 array."""
    if kind == EQ:
        return packed_eq(engine, values)
    return engine.multiband.convolver.pack(crossover_kernels(values, engine.rate_hz, engine.multiband.taps))


def _load(engine: Engine, kind: str, packed: np.ndarray, jump: bool = False) -> None:
    load = engine.load_eq if kind == EQ else engine.multiband.convolver.load
    load(packed, jump=jump)


def begin(engine: Engine, values: dict[str, float]) -> None:
    """Set a new engine to the start of a run: `values` (all parameters) apply, and nothing fades."""
    engine.set_all(settings_vector(values))
    engine.settle()
    for kind in DESIGN_IDS:
        _load(engine, kind, packed_kernels(engine, kind, values), jump=True)


def apply(engine: Engine, kind: str, values: dict[str, float]) -> None:
    """Apply an event of a run to `engine`, between two frames.

    `kind` is one of `Engine.EVENT_KINDS`; `values` has the changed settings, or all parameters of a kernel.
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
    """A thread that makes kernels from the newest values and passes them to the engine through `shared`. [control]

    `on_request(kind, version, values)` is called before the engine is asked to use a kernel, so that the recorder knows the
    values of each version. The engine uses one bank while the other is written. The next kernel is passed on only after the
    engine has adopted the last one, and is then made from the newest values. A kernel that is outdated when it is finished is
    dropped, but never two in a row; otherwise long kernels would not follow a knob that is turned continuously.

    When no kernel is needed, the thread computes `valid_from_hz` (see `eq_valid_from_hz`) of the newest values. This takes as
    long as making an EQ kernel, so it is not done when the value is requested.
    """

    def __init__(self, shared, on_request=None):
        self._shared = shared
        self._on_request = on_request or (lambda kind, version, values: None)
        self._engine = Engine(shared.rate_hz, 1)  # only for its sizes and `pack`
        self._banks = {EQ: shared.eq_banks, CROSSOVER: shared.crossover_banks}
        self._newest: dict[str, dict] = {}
        self._dropped: set[str] = set()  # kinds whose last kernel was dropped
        self._unchecked: dict | None = None  # values for which `valid_from_hz` must be computed
        self.valid_from_hz = 0.0
        #: Increases while the thread runs: with each kernel, and while it waits at least every _IDLE_S.
        self.beats = 0
        self._wake = threading.Condition()
        self._working = self._stopping = False
        self._thread = threading.Thread(target=self._work, name="designer", daemon=True)

    def start(self, values: dict[str, float]) -> None:
        """Pass on the kernels for `values` before the audio process starts, then start the thread."""
        for kind in DESIGN_IDS:
            if not self._pending(kind):
                self._hand_over(kind, values, packed_kernels(self._engine, kind, values))
            else:  # a previous control process left a request that the engine has not adopted yet
                self._newest[kind] = values
        self._unchecked = values
        self._thread.start()

    def edit(self, changed: dict, values: dict[str, float]) -> None:
        """Make the kernels that depend on `changed`. `values` has all values after the change."""
        kinds = [kind for kind, ids in DESIGN_IDS.items() if not changed.keys().isdisjoint(ids)]
        if kinds:
            with self._wake:
                self._newest.update(dict.fromkeys(kinds, values))
                if EQ in kinds:
                    self._unchecked = values
                self._wake.notify()

    def stop(self) -> None:
        """Stop the thread; an unfinished kernel is dropped."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def busy(self) -> bool:
        """Whether the thread is computing. A kernel that waits until the engine adopts the previous one does not count."""
        with self._wake:
            return self._working or self._unchecked is not None or self._ready() is not None

    def _ready(self) -> str | None:
        """A kind of kernel that is needed and whose last kernel the engine has adopted."""
        return next((kind for kind in self._newest if not self._pending(kind)), None)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._working = False
                while not self._stopping and self._unchecked is None and self._ready() is None:
                    self.beats += 1
                    self._wake.wait(_POLL_S if self._newest else _IDLE_S)
                if self._stopping:
                    return
                kind = self._ready()
                if kind:
                    values = self._newest.pop(kind)
                else:
                    values, self._unchecked = self._unchecked, None
                self._working = True
            self.beats += 1
            try:
                if kind:
                    self._make(kind, values)
                else:
                    self.valid_from_hz = eq_valid_from_hz(values, self._shared.rate_hz)
            except Exception:  # the last kernel stays in use; the thread continues with the next change
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
        """Write `packed` into the unused bank and request it. A kernel that equals the one in use needs no crossfade."""
        request = self._shared.engine[f"{kind}_request"]
        banks, idle = self._banks[kind], 1 - (request & 1)
        if request and np.array_equal(banks[1 - idle], packed):
            return
        banks[idle] = packed
        version = (request >> 1) + 1
        self._on_request(kind, version, values)
        self._shared.engine[f"{kind}_request"] = 2 * version + idle
