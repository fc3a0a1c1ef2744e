"""Measures files with one channel or more than two: the channel sum of ITU-R BS.1770-5, from stereo measurements of channel pairs."""

import math

import numpy as np

from dsp_ext.meters import FLOOR_DB, Measurement

from .analysis import OVER_DBTP, overs

#: Weights of the channels in the order of WAV files, by number of channels (BS.1770-5, tables 4 and 5): 1.41 for channels at the
#: side or behind within 60 to 120 degrees, none for low-frequency effects. Other numbers of channels: all 1.
WEIGHTS = {
    4: (1, 1, 1.41, 1.41),  # L R Ls Rs
    5: (1, 1, 1, 1.41, 1.41),  # L R C Ls Rs
    6: (1, 1, 1, 0, 1.41, 1.41),  # L R C LFE Ls Rs
    8: (1, 1, 1, 0, 1, 1, 1.41, 1.41),  # L R C LFE Lb Rb Ls Rs
}
_OFFSET_LU = 0.691
#: Steps of 100 ms of silence after the file, which EBU Tech 3342 asks for.
_TAIL_STEPS = 15
_ABSOLUTE_LUFS, _RELATIVE_LU, _RANGE_LU = -70.0, 10.0, 20.0


def analyse(samples: np.ndarray, rate_hz: int, over_dbtp: float = OVER_DBTP) -> dict:
    """Figures of `samples` (float32, shape (channels, frames), full scale ±1); `rate_hz` from 8000 to 384000.

    `channels`, `weights`, `seconds`, `integrated_lufs`, `max_momentary_lufs`, `max_short_lufs`, `lra_lu` (None if too short or
    too quiet), `max_tp_dbtp`, `peaks_dbfs` (by channel), `clips`, and `over_dbtp`,
    `over_count`, `worst_over`, `overs` as in `analysis.analyse`.
    """
    channels, frames = samples.shape
    weights = WEIGHTS.get(channels, (1,) * channels)
    momentary, short, peaks, true_peaks, clips = 0.0, 0.0, [], [], 0
    for first in range(0, channels, 2):
        pair = samples[first : first + 2]
        plain, step_s = _measured(pair, rate_hz)
        gains = np.sqrt(np.array(weights[first : first + 2], np.float32))
        weighted = plain if np.all(gains == 1) else _measured(pair * gains[:, None], rate_hz)[0]
        momentary = momentary + _power(weighted["history"]["momentary_lufs"])
        short = short + _power(weighted["history"]["short_lufs"])
        peaks += [plain["peak_l_dbfs"], plain["peak_r_dbfs"]][: len(pair)]
        true_peaks.append(plain["history"]["tp_dbtp"])
        clips += plain["clips"]
    seconds = frames / rate_hz
    whole, steps = int(seconds / step_s + 1e-9), math.ceil(seconds / step_s - 1e-9)  # the last step may be shorter
    blocks, shorts = momentary[3:whole], short[29:whole]
    tp_dbtp = np.max(true_peaks, axis=0)
    tp_dbtp[steps - 1] = tp_dbtp[steps - 1 :].max()  # a true peak is measured some frames late
    tp_dbtp = tp_dbtp[:steps]
    ends_s = np.minimum(np.arange(1, steps + 1) * step_s, seconds)
    return {
        "channels": channels, "weights": list(weights), "seconds": seconds,
        "integrated_lufs": _gated(blocks), "max_momentary_lufs": _highest(blocks), "max_short_lufs": _highest(shorts),
        "lra_lu": _range(short[29 : whole + _TAIL_STEPS]), "max_tp_dbtp": _lufs_or_none(float(tp_dbtp.max())), "peaks_dbfs": peaks, "clips": clips,
        **overs(tp_dbtp, ends_s, over_dbtp),
    }  # fmt: skip


def _measured(pair: np.ndarray, rate_hz: int) -> tuple[dict, float]:
    """The figures of one or two channels with silence after them, and the duration of a step of their history."""
    measurement = Measurement(rate_hz)
    measurement.add(pair if len(pair) == 2 else np.concatenate([pair, np.zeros_like(pair)]))
    measurement.add(np.zeros((2, round((_TAIL_STEPS + 1) * measurement.step_s * rate_hz)), np.float32))
    return measurement.result(), measurement.step_s


def _power(lufs: np.ndarray) -> np.ndarray:
    return np.where(lufs > FLOOR_DB, 10 ** ((lufs + _OFFSET_LU) / 10), 0.0)


def _lufs(power) -> float:
    return float(10 * np.log10(power) - _OFFSET_LU)


def _lufs_or_none(value: float) -> float | None:
    return None if value <= FLOOR_DB else value


def _highest(powers: np.ndarray) -> float | None:
    return _lufs(powers.max()) if powers.size and powers.max() > 0 else None


def _above(powers: np.ndarray, relative_lu: float) -> np.ndarray:
    """The powers above the absolute gate, and above the gate relative to their mean."""
    powers = powers[powers > _power(np.array(_ABSOLUTE_LUFS))]
    return powers[powers > powers.mean() * 10 ** (-relative_lu / 10)] if powers.size else powers


def _gated(blocks: np.ndarray) -> float | None:
    kept = _above(blocks, _RELATIVE_LU)
    return _lufs(kept.mean()) if kept.size else None


def _range(shorts: np.ndarray) -> float | None:
    """Loudness range (EBU Tech 3342): from the 10th to the 95th percentile of the gated short-term loudness."""
    kept = _above(shorts, _RANGE_LU)
    return float(np.diff(np.percentile(10 * np.log10(kept), [10, 95]))[0]) if kept.size else None
