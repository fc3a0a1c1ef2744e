"""Burnish for Python: master arrays with the engine of the box. docs/PYTHON.md explains it with examples.

`master` processes a whole recording, `Chain` a stream in blocks. Audio is float32 or float64 with full scale ±1, shape
(frames, 2) or (2, frames); an array of shape (2, 2) counts as (frames, 2). The result has the shape and type of the input,
and the input stays unchanged. The processing itself is float32.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dsp_ext import Engine, Ring, measure
from dsp_ext.core import RATES_HZ
from firmware.contract import BY_ID, ParamError, constraints, params
from firmware.engine import designer, eq_response_db, merged_meters
from firmware.presets import Preset, PresetError, PresetLibrary, parse
from host_cli.folders import data_folder

__all__ = ["RATES_HZ", "Chain", "ParamError", "PresetError", "describe", "master", "measure", "presets"]

#: The engine silences blocks with samples of this magnitude or more (+36 dBFS).
_LOUDEST = 64.0
#: Frames that the engine processes at once. The result does not depend on it.
_BLOCK = 4096
#: Frames between two attempts to start a crossfade that waits for the end of the previous one.
_RETRY = 256
#: Rows of 10 ms that the meters keep between two calls of `Chain.meters`: one minute.
_METER_ROWS = 6000


def master(
    audio: np.ndarray, rate_hz: int, preset: str | Path | None = None, settings: Mapping[str, object] | None = None
) -> np.ndarray:
    """Master a complete recording. The output is aligned with the input, frame for frame.

    `preset`: the name of a factory preset or of a preset of this computer, or a preset file (.toml). `settings`: values by
    parameter id, on top of the preset. Without both the audio passes unchanged. A preset may also be given as a mapping of
    settings. Raises ValueError for audio or a rate that the engine cannot process, ParamError, PresetError.
    """
    block, restore = _planar(audio)
    chain = Chain(rate_hz, preset, settings, metered=False)
    latency = chain.latency
    delayed = np.zeros((2, block.shape[1] + latency), np.float32)
    delayed[:, : block.shape[1]] = block
    chain._run(delayed)
    return restore(delayed[:, latency:])


def presets() -> list[str]:
    """The names of all presets that `preset` accepts: the factory presets, and those in the user's folder."""
    return [entry.name for entry in _library().list() if not entry.error]


def describe(id: str) -> str:
    """One line about a parameter: what it does, the allowed values with their unit, and the default. Raises ParamError."""
    param = params.find(id)
    return f"{param.id}: {param.help}; {param.allowed}; default {param.format(param.default)}"


class Chain:
    """The chain of the box for a stream of blocks. Only one thread at a time may use it.

    Blocks may have any length, and the result does not depend on how the stream is divided. The output lags the input by
    `latency` frames.
    """

    def __init__(
        self,
        rate_hz: int,
        preset: str | Path | None = None,
        settings: Mapping[str, object] | None = None,
        *,
        metered: bool = True,
    ):
        """`rate_hz`: one of `RATES_HZ`. `preset`, `settings`: as for `master`. `metered`: whether `meters` measures, which
        takes time. Raises ValueError, ParamError, PresetError."""
        if rate_hz not in RATES_HZ:
            raise ValueError(f"rate_hz cannot be {rate_hz}: allowed are {', '.join(map(str, RATES_HZ))}")
        self.rate_hz = int(rate_hz)
        self._engine = Engine(self.rate_hz, _BLOCK)
        self._ring: Ring | None = None
        if metered:
            columns = len(Engine.METERS)
            self._ring = Ring(bytearray(Ring.bytes_for(_METER_ROWS, columns)), _METER_ROWS, columns)
            self._engine.attach(meters=self._ring)
        self._row = 0
        self._pending: set[str] = set()  # kinds of kernels that wait for the end of a crossfade
        self._channels_first = False
        self._values: dict[str, float] | None = None
        self._values = self._checked({**params.DEFAULTS, **_sound(preset)}, settings or {})
        self.reset()

    # -- sound ---------------------------------------------------------------------------------------------------

    def process(self, block: np.ndarray) -> np.ndarray:
        """Process the next block and return a new array of the same shape and type, `latency` frames late.

        A block of shape (2, 2) is read in the orientation of the block before it. Raises ValueError.
        """
        planar, restore = _planar(block, self._channels_first)
        if np.shape(block) != (2, 2):
            self._channels_first = np.shape(block)[0] == 2
        self._run(planar)
        return restore(planar)

    def flush(self, channels_first: bool | None = None) -> np.ndarray:
        """The last `latency` frames, which are still in the chain when the input has ended; float32, in the orientation of
        the last block unless `channels_first` is given. `reset` before the next stream."""
        tail = np.zeros((2, self.latency), np.float32)
        self._run(tail)
        return tail if (self._channels_first if channels_first is None else channels_first) else tail.T.copy()

    def reset(self) -> None:
        """Clear the audio and the meters, and keep the settings. All settings take effect at once, without ramps."""
        self._engine.reset()
        self._pending.clear()
        designer.begin(self._engine, self._values)
        self._values["meter.epoch"] = (self._values["meter.epoch"] + 1) % BY_ID["meter.epoch"].high
        self._engine.set("meter.epoch", self._values["meter.epoch"])
        self._row = self._ring.written if self._ring else 0

    @property
    def latency(self) -> int:
        """Frames by which the output lags the input. It depends on `eq.mode`, `eq.resolution` and `multiband.split`; after a
        change of those it is exact when the crossfade has ended, or after `reset`."""
        return self._engine.latency

    def _run(self, planar: np.ndarray) -> None:
        """Process float32 (2, frames) in place."""
        at, frames = 0, planar.shape[1]
        while at < frames:
            self._load_pending()
            end = min(frames, at + _RETRY) if self._pending else frames
            piece = np.ascontiguousarray(planar[:, at:end])
            self._engine.process(piece)
            planar[:, at:end] = piece
            at = end

    def _load_pending(self) -> None:
        busy = {designer.EQ: self._engine.eq_busy, designer.CROSSOVER: self._engine.multiband.convolver.fading}
        for kind in [kind for kind in self._pending if not busy[kind]]:
            designer.apply(self._engine, kind, self._values)
            self._pending.discard(kind)

    # -- settings ------------------------------------------------------------------------------------------------

    def set(self, id: str, value) -> None:
        """Set one parameter: a number in its unit, a bool, or text such as "-1 dBTP", "1.2k", "bell", "on".

        The change takes effect from the next block on, by a ramp or a crossfade of 20 ms. Raises ParamError for an unknown id
        and for a value out of range; nothing changes then.
        """
        self.update({id: value})

    def update(self, settings: Mapping[str, object]) -> None:
        """Set several parameters at once, as `set`; all of them or, if one is refused, none."""
        after = self._checked(self._values, settings)
        changed = {id: value for id, value in after.items() if value != self._values[id]}
        self._values = after
        designer.apply(self._engine, "settings", changed)
        self._pending |= {kind for kind, ids in designer.DESIGN_IDS.items() if not changed.keys().isdisjoint(ids)}

    def get(self, id: str):
        """The value of a parameter: a number in its unit, a bool, or a word. Raises ParamError."""
        param = params.find(id)
        return param.to_plain(self._values[param.id])

    @property
    def settings(self) -> dict[str, object]:
        """The values of all parameters by id, as `get` returns them."""
        return {id: param.to_plain(self._values[id]) for id, param in BY_ID.items()}

    def _checked(self, values: Mapping[str, float], settings: Mapping[str, object]) -> dict[str, float]:
        """`values` with `settings` on top of them. Raises ParamError."""
        new = {}
        for id, value in settings.items():
            param = params.find(id)
            new[param.id] = param.check(value.item() if isinstance(value, np.generic) else value)
        after = {**values, **new}
        try:
            constraints.check(after, after if self._values is None else new, self.rate_hz)
        except ParamError as why:  # the message of the error gives advice for the command line
            advice = re.sub(
                r"type `burnish set (\S+)=(\S+)` first", r"set \1 to \2 before or together with it", str(why)
            )
            raise ParamError(advice, name=why.name, data=why.data) from None
        return after

    # -- measurements --------------------------------------------------------------------------------------------

    def response(self, freqs_hz) -> np.ndarray:
        """Magnitude of the static EQ in dB at `freqs_hz` (shape (n,)), for a signal that is equal in both channels: shape
        (2, n), left and right. It is the curve that the kernels are designed from, automatic gain included."""
        return eq_response_db(self._values, self.rate_hz, np.asarray(freqs_hz, float))

    def meters(self) -> dict[str, float]:
        """The meters of the box since the last call: levels and true peaks of input and output (names end in _dbfs, _dbtp),
        loudness (_lufs), gain reduction (gr_b1_db to gr_b5_db, gr_limiter_db). A level of -150 is silence. Peaks are the
        highest, reductions the deepest since the last call (at most one minute ago). The result is empty until 10 ms have been
        processed, and if nothing has been processed since the last call. Raises ValueError if the chain is not metered."""
        if self._ring is None:
            raise ValueError("this chain does not measure: create it with metered=True")
        rows, self._row = self._ring.since(self._row)
        return merged_meters(rows) if len(rows) else {}


def _library() -> PresetLibrary:
    return PresetLibrary(data_folder() / "presets")


def _sound(preset: str | Path | Mapping | None) -> dict[str, float]:
    """The values of a preset by id. Raises PresetError, ParamError."""
    if preset is None:
        return {}
    if isinstance(preset, Preset):
        return dict(preset.values)
    if isinstance(preset, Mapping):
        return {params.find(id).id: params.find(id).check(value) for id, value in preset.items()}
    if isinstance(preset, os.PathLike) or str(preset).endswith(".toml"):
        try:
            return dict(parse(Path(preset).read_bytes(), str(preset)).values)
        except OSError as why:
            raise PresetError(f"cannot read {preset}: {why.strerror}", "not_found", {"file": str(preset)}) from None
    return dict(_library().load(preset).values)


def _planar(audio, channels_first: bool = False):
    """(float32 copy of `audio` of shape (2, frames), function that gives such an array the shape and type of `audio`).

    `channels_first` decides for the shape (2, 2). Raises ValueError.
    """
    audio = np.asarray(audio)
    if audio.dtype not in (np.float32, np.float64):
        raise ValueError(f"audio has the type {audio.dtype}: give float32 or float64 with full scale ±1")
    if audio.ndim != 2 or 2 not in audio.shape:
        hint = "; make a mono recording stereo with np.column_stack([x, x])" if audio.ndim == 1 else ""
        raise ValueError(f"audio has the shape {audio.shape}: allowed are (frames, 2) and (2, frames){hint}")
    first = channels_first if audio.shape == (2, 2) else audio.shape[0] == 2
    planar = np.array(audio if first else audio.T, np.float32, order="C")
    sane = (np.abs(planar) < _LOUDEST).all(axis=0)  # False for NaN
    if not sane.all():
        raise ValueError(
            f"audio contains a sample that is not a number or above +36 dBFS, at frame {int(np.argmin(sane))}: "
            "full scale is ±1, so divide integers by their full scale"
        )

    def restore(result: np.ndarray) -> np.ndarray:
        return np.array(result if first else result.T, audio.dtype, order="C")

    return planar, restore
