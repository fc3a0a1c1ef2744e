"""Curves of the sections for displays, from parameter values. The code that makes the sound computes them.

Each curve shows its section as if it were switched on, and without solo, mute and delta. For the control process and the laptop.
"""

import functools

import msgspec
import numpy as np

from dsp_ext.core import rate_factor
from dsp_ext.eq import RESOLUTIONS, curves
from dsp_ext.limiter import Limiter
from dsp_ext.multiband import band_responses, resting_gain, transfer_db
from dsp_ext.output import saturated
from dsp_ext.settings import BAND, LIMITER
from firmware.contract import params, protocol

from .designer import eq_bands

#: The lowest frequency of a curve, and the lowest input level of a transfer curve.
LOW_HZ, LOW_DB = 20.0, -80.0
#: Magnitudes are limited to this range, in dB.
FLOOR_DB, TOP_DB = -120.0, 120.0
#: The highest frequency as a part of the rate: just below half of it, where some filters have no response.
_HIGHEST = 0.4995
#: The switches that a curve ignores.
_LISTENING = ("solo", "mute")
_IGNORED = ("eq.enabled", "eq.solo", "multiband.enabled", "limiter.enabled", "limiter.delta", "saturator.enabled")
_PLACEMENTS = ("left", "right", "mid", "side")


def curve_within(limit_bytes: int, section: str, values: dict[str, float], rate_hz: int, points: int) -> protocol.Curve:
    """`curve` with as many of `points` as fit into `limit_bytes` of JSON. [control]"""
    while True:
        found = curve(section, values, rate_hz, points)
        used = len(msgspec.json.encode(found))
        if used <= limit_bytes or points <= 2:
            return found
        points = max(2, min(points - 1, points * limit_bytes // used))


def curve(section: str, values: dict[str, float], rate_hz: int, points: int) -> protocol.Curve:
    """The curves of `section` ("eq", "multiband", "limiter" or "saturator") for parameter values by id. [control]

    `points` frequencies, evenly spaced in octaves from 20 Hz to half the rate, or levels. Equal requests are answered from
    memory.
    """
    ids = tuple(id for id in params.BY_ID if id.startswith(f"{section}.") and id not in _IGNORED)
    return _curve(section, tuple((id, values[id]) for id in ids), rate_hz, points)


@functools.lru_cache(16)
def _curve(section: str, settings: tuple[tuple[str, float], ...], rate_hz: int, points: int) -> protocol.Curve:
    values = dict(settings)
    if section == "eq":
        return _eq(values, rate_hz, _frequencies(rate_hz, points))
    if section == "multiband":
        return _multiband(values, rate_hz, _frequencies(rate_hz, points))
    levels = _levels(points)
    if section == "limiter":
        return _limiter(values, levels)
    return _saturator(values, levels)


def _frequencies(rate_hz: int, points: int) -> np.ndarray:
    """Five digits each, so that the values of the curve belong to the frequencies that the message contains."""
    exact = np.geomspace(LOW_HZ, _HIGHEST * rate_hz, points)
    return np.array([float(f"{hz:.5g}") for hz in exact])


def _levels(points: int) -> np.ndarray:
    return np.round(np.linspace(LOW_DB, 0, points), 2)


def _eq(values: dict[str, float], rate_hz: int, freqs_hz: np.ndarray) -> protocol.Curve:
    mode = params.EQ_MODES[int(values["eq.mode"])]
    bands = eq_bands(values, rate_hz)
    taps = RESOLUTIONS[int(values["eq.resolution"])] * rate_factor(rate_hz)
    sides = curves.magnitudes(
        bands, rate_hz, freqs_hz, mode=mode, taps=taps, mix=values["eq.mix_pct"] / 100, auto_gain=bool(values["eq.auto_gain"])
    )  # fmt: skip
    apart = any(band.placement != "stereo" and (band.moves or not band.neutral) for band in bands)
    drawn = [(n, band) for n, band in enumerate(bands, 1) if band.enabled]
    return protocol.Curve(
        hz=freqs_hz.tolist(),
        db=_db(sides[_PLACEMENTS.index("mid")]),
        placements={name: _db(side) for name, side in zip(_PLACEMENTS, sides, strict=True)} if apart else {},
        bands=[_eq_band(n, band, rate_hz, freqs_hz, mode) for n, band in drawn],
    )


def _eq_band(number: int, band, rate_hz: int, freqs_hz: np.ndarray, mode: str) -> protocol.BandCurve:
    whole = curves.band_magnitude(band, rate_hz, freqs_hz, mode=mode, moved=True) if band.moves else None
    return protocol.BandCurve(
        index=number,
        db=_db(curves.band_magnitude(band, rate_hz, freqs_hz, mode=mode)),
        placement=band.placement,
        moved_db=[] if whole is None else _db(whole),
    )


def _multiband(values: dict[str, float], rate_hz: int, freqs_hz: np.ndarray) -> protocol.Curve:
    split = params.BY_ID["multiband.split"].to_plain(values["multiband.split"])
    count = int(params.BAND_COUNTS[int(values["multiband.bands"])])
    crossovers_hz = sorted(values[f"multiband.x{n}_hz"] for n in range(1, count))
    edges_hz = [LOW_HZ, *crossovers_hz, 20000.0]
    settings = [
        {name: values[f"multiband.b{n}.{name}"] for name in BAND if name not in _LISTENING} for n in range(1, count + 1)
    ]
    bands = band_responses.responses(split, crossovers_hz, rate_hz, freqs_hz)
    gains = [resting_gain(own) for own in settings]
    levels = _levels(len(freqs_hz))
    return protocol.Curve(
        hz=freqs_hz.tolist(),
        db=_db(band_responses.sum_magnitude(split, crossovers_hz, gains, rate_hz, freqs_hz)),
        in_db=levels.tolist(),
        bands=[
            protocol.BandCurve(
                index=n,
                db=_db(np.abs(bands[n - 1])),
                out_db=_rounded(transfer_db(levels, own, values["multiband.tilt_db"], edges_hz[n - 1 : n + 1])),
            )
            for n, own in enumerate(settings, 1)
        ],
    )


def _limiter(values: dict[str, float], levels_db: np.ndarray) -> protocol.Curve:
    limiter = Limiter()
    ignored = {id.partition(".")[2] for id in _IGNORED}
    limiter.set(**{name: values[f"limiter.{name}"] for name in LIMITER if name not in ignored})
    return protocol.Curve(in_db=levels_db.tolist(), out_db=_rounded(limiter.transfer_db(levels_db)))


def _saturator(values: dict[str, float], levels_db: np.ndarray) -> protocol.Curve:
    def out_db(sign: int) -> list[float]:
        peaks = saturated(
            sign * 10 ** (levels_db / 20),
            drive_db=values["saturator.drive_db"], curve=values["saturator.curve"], mix_pct=values["saturator.mix_pct"],
        )  # fmt: skip
        return _db(np.abs(peaks))

    above, below = out_db(1), out_db(-1)
    return protocol.Curve(in_db=levels_db.tolist(), out_db=above, out_negative_db=below if below != above else [])


def _db(magnitudes: np.ndarray) -> list[float]:
    return _rounded(20 * np.log10(np.maximum(magnitudes, 1e-9)))


def _rounded(levels_db: np.ndarray) -> list[float]:
    # + 0.0 turns -0.0 into 0.0
    return (np.round(np.clip(np.asarray(levels_db, float), FLOOR_DB, TOP_DB), 2) + 0.0).tolist()
