"""Loudness: predicts what a change of the tone does to it, and finds the gain of the limiter by rendering."""

from dataclasses import dataclass

import numpy as np

from dsp_ext.meters import Measurement
from firmware.contract import params
from host_cli.assistant.decisions import Decision, apart
from host_cli.assistant.recordings import Recording
from host_cli.assistant.recordings import lufs as lufs_of
from host_cli.render import OutOfReach, Renderer, find_gain

GAIN, TRIM, CEILING = "limiter.gain_db", "input.trim_db", "limiter.ceiling_dbtp"
#: A difference of loudness below this is left alone, in LU. It is below what can be heard (0.5 to 1 LU).
LEAST_LU = 0.1
#: Largest distance from the target in LU. The gain has steps of 0.1 dB, so that one of them is within 0.05 LU if the limiter rests.
TOLERANCE_LU = 0.06
#: The shortest recording whose loudness can be measured, in s (one block of ITU-R BS.1770).
SHORTEST_S = 0.4
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Settled:
    """`gain_db` of the limiter, the `figures` of the output with it (None if nothing was rendered), whether the target was `reached`,
    and the output in blocks."""

    gain_db: float
    figures: dict
    reached: bool
    blocks: list[np.ndarray]


def predicted_lu(mix: Recording, mid_db: np.ndarray, side_db: np.ndarray) -> float:
    """The change of the integrated loudness if the bands of mid and side change by these gains, before the limiter."""
    before = mix.passages.power[None]
    after = before * 10 ** (np.stack([mid_db, side_db]) / 10)
    found = lufs_of(np.concatenate([before, after]), mix.frames.weights_db)
    return float(found[1] - found[0])


def trim_db(gain_db: float) -> float:
    """The part of a gain that the input takes, because the limiter's gain has a smaller range."""
    gain, trim = params.find(GAIN), params.find(TRIM)
    return float(np.clip(gain_db - np.clip(gain_db, gain.low + 6, gain.high - 6), trim.low, trim.high))


def unmeasured(mix: Recording) -> Decision:
    """What to say of a mix without a loudness."""
    finding = f"the mix of {mix.seconds:.2f} s is silent or shorter than {SHORTEST_S:g} s, so that its loudness cannot be measured"
    return Decision("loudness", finding, mix.seconds, SHORTEST_S, "s", "everything is left alone")


def decided(lufs: float, target_lufs: float, change_lu: float, ceiling_dbtp: float) -> tuple[Decision, float]:
    """The decision about the loudness of a mix of `lufs`, which the other settings change by `change_lu`, and the gain of the limiter at
    which the search for the exact one starts."""
    measured, gain = lufs - target_lufs, target_lufs - lufs - change_lu
    trim = round(trim_db(gain), 1)
    finding = f"loudness {apart(measured, 'the target', 'LU')} of {target_lufs:.1f} LUFS"
    if abs(measured) < LEAST_LU:
        finding = f"loudness {lufs:.1f} LUFS, which the other settings change by {change_lu:+.1f} LU"
    settings = {CEILING: ceiling_dbtp} | ({TRIM: trim} if trim else {})
    return Decision("loudness", finding, measured, LEAST_LU, "LU", "gain into the limiter", settings), round(
        gain - trim, 1
    )


def settle(mix: Recording, values: dict[str, float], target_lufs: float | None) -> Settled:
    """Render `mix` with `values` (those of a preset) until it has the loudness, within `TOLERANCE_LU`; with None once, as it is. The search starts
    at the gain in `values`. A target that is out of reach gives the nearest loudness."""
    renderer, last, values = Renderer(mix.rate_hz), {}, params.DEFAULTS | dict(values)

    def loudness(gain_db: float) -> float | None:
        gain_db = params.find(GAIN).to_plain(gain_db)  # as the preset stores it
        measurement, blocks = Measurement(mix.rate_hz), []
        for block in renderer.render(_blocks(mix), values | {GAIN: gain_db}):
            measurement.add(np.ascontiguousarray(block, np.float32))
            blocks.append(block)
        last.update(gain_db=gain_db, figures=measurement.result(), blocks=blocks)
        return last["figures"]["integrated_lufs"]

    reached = True
    if target_lufs is None:
        loudness(values[GAIN])
    else:
        limits = params.find(GAIN)
        try:
            find_gain(loudness, values[GAIN], limits.low, limits.high, target_lufs, TOLERANCE_LU)
        except OutOfReach as end:
            reached = False
            if last["gain_db"] != params.find(GAIN).to_plain(end.gain_db):
                loudness(end.gain_db)
    return Settled(last["gain_db"], last["figures"], reached, last["blocks"])


def _blocks(mix: Recording):
    for at in range(0, mix.samples.shape[1], _BLOCK):
        yield np.ascontiguousarray(mix.samples[:, at : at + _BLOCK])
