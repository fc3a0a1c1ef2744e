"""Measures files with one channel or more than two: the channel sum of ITU-R BS.1770-5, from stereo measurements of channel pairs."""

import numpy as np

from dsp_ext.meters import FLOOR_DB, Measurement

from .analysis import MOST_OVERS, OVER_DBTP, spans

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
    """Figures of `samples` (float32, shape (channels, frames), full scale ±1); `rate_hz` is one of the engine's.

    `channels`, `weights`, `seconds`, `integrated_lufs`, `max_momentary_lufs`, `max_short_lufs`, `lra_lu` (None if too short or
    too quiet), `max_tp_dbtp`, `peaks_dbfs` (by channel), `clips`, and `over_count`, `overs`, `over_dbtp` as in `analysis.analyse`.
    """
    channels, frames = samples.shape
    weights = WEIGHTS.get(channels, (1,) * channels)
    momentary, short, peaks, true_peaks, clips = 0.0, 0.0, [], [], 0
    for first in range(0, channels, 2):
        pair = samples[first : first + 2]
        plain = _measured(pair, rate_hz)
        gains = np.sqrt(np.array(weights[first : first + 2], np.float32))
        weighted = plain if np.all(gains == 1) else _measured(pair * gains[:, None], rate_hz)
        momentary = momentary + _power(weighted["history"]["momentary_lufs"])
        short = short + _power(weighted["history"]["short_lufs"])
        peaks += [plain["peak_l_dbfs"], plain["peak_r_dbfs"]][: len(pair)]
        true_peaks.append(plain["history"]["tp_dbtp"])
        clips += plain["clips"]
    whole = frames // (rate_hz // 10)  # the last step may be shorter
    blocks, shorts = momentary[3:whole], short[29:whole]
    tp_dbtp = np.max(true_peaks, axis=0)[: -(-frames // (rate_hz // 10))]
    overs = spans(tp_dbtp, over_dbtp)
    return {
        "channels": channels, "weights": list(weights), "seconds": frames / rate_hz,
        "integrated_lufs": _gated(blocks), "max_momentary_lufs": _highest(blocks), "max_short_lufs": _highest(shorts),
        "lra_lu": _range(short[29 : whole + _TAIL_STEPS]), "max_tp_dbtp": _lufs_or_none(float(tp_dbtp.max())), "peaks_dbfs": peaks, "clips": clips,
        "over_dbtp": over_dbtp, "over_count": len(overs), "overs": overs[:MOST_OVERS],
    }  # fmt: skip


def _measured(pair: np.ndarray, rate_hz: int) -> dict:
    measurement = Measurement(rate_hz)
    measurement.add(pair if len(pair) == 2 else np.concatenate([pair, np.zeros_like(pair)]))
    measurement.add(np.zeros((2, _TAIL_STEPS * (rate_hz // 10)), np.float32))
    return measurement.result()


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
