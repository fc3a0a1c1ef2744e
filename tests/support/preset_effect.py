"""The effect of a preset on sound, measured on the demo's synthesised mix through the complete engine."""

import numpy as np

from demo.mix import synthesise
from dsp_ext import Engine
from dsp_ext.meters.measure import measure
from firmware.contract.params import DEFAULTS
from firmware.engine import replay
from firmware.presets.document import Preset

RATE_HZ = 48000
#: Length of the part of the mix, in seconds: the quiet bars at the beginning and six full ones.
SECONDS = (2.0, 14.0)
#: Limits of "low", "mid" and "high".
LOW_HZ, HIGH_HZ = 250, 4000


def programme() -> np.ndarray:
    """24-bit words, left-aligned in int32 as on the box, shape (frames, 2)."""
    mix = synthesise(RATE_HZ)[:, int(SECONDS[0] * RATE_HZ) : int(SECONDS[1] * RATE_HZ)]
    return np.ascontiguousarray((np.rint(mix * 2**23).astype(np.int32) << 8).T)


def processed(words: np.ndarray, preset: Preset) -> np.ndarray:
    """`words` after the box with that preset, with the same length and without the latency."""
    latency = Engine(RATE_HZ, 1).latency
    out = np.concatenate([words, np.zeros((latency, 2), np.int32)])
    replay.perform(out, RATE_HZ, {**DEFAULTS, **preset.values}, ())
    return out[latency:]


def figures(words: np.ndarray) -> dict[str, float]:
    """Loudness, range, true peak, and the levels of three parts of the spectrum in dB."""
    samples = words.T / 2**31
    measured = measure(samples, RATE_HZ)
    power = np.sum(np.abs(np.fft.rfft(samples, axis=1)) ** 2, axis=0)
    f_hz = np.fft.rfftfreq(samples.shape[1], 1 / RATE_HZ)
    parts = {"low": f_hz < LOW_HZ, "mid": (f_hz >= LOW_HZ) & (f_hz < HIGH_HZ), "high": f_hz >= HIGH_HZ}
    tone = {name: 10 * np.log10(np.sum(power[part])) for name, part in parts.items()}
    return {
        "lufs": measured["integrated_lufs"],
        "tp": measured["max_tp_dbtp"],
        "plr": measured["plr_db"],
        "lra": measured["lra_lu"],
        "correlation": measured["correlation"],
        **tone,
    }


def effect(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """The difference between the figures `after` and `before`. From the levels of the spectrum, the change of loudness is
    subtracted."""
    louder = after["lufs"] - before["lufs"]
    return {
        "louder": louder,
        "lufs": after["lufs"],
        "tp": after["tp"],
        "plr": after["plr"] - before["plr"],
        "lra": after["lra"] - before["lra"],
        **{name: after[name] - before[name] - louder for name in ("low", "mid", "high")},
        "correlation": after["correlation"] - before["correlation"],
    }
