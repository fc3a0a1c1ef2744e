"""The signal of the loop test (a cable connects the outputs to the inputs), and the figures that are computed from the recording."""

import math
from dataclasses import dataclass

import numpy as np

#: Parts of the signal, in seconds: silence, noise, tone, silence. The first LEAD_S of the first silence are not measured, because relays
#: and converters settle during this time.
LEAD_S, SILENCE_S, NOISE_S, TONE_S, TAIL_S = 0.5, 1.0, 1.0, 2.0, 1.0
NOISE_DBFS = -20.0  # RMS
TONE_HZ, TONE_DBFS = 1000.0, -12.0  # peak
#: The longest delay that can be detected, in seconds.
MOST_DELAY_S = 0.5
#: Length of the filter that models the converters and their analog parts when the null is computed, in frames.
TAPS = 129
#: A channel counts as not connected if its signal is below this level, in dBFS.
CONNECTED_DBFS = -60.0
_SILENT_DBFS = -200.0
_BLOCK = 1 << 13


@dataclass(frozen=True)
class LoopFigures:
    """The figures of one input of the box.

    `from_output`: the output from which the signal comes (0 left, 1 right), or None if no signal arrives. `delay_frames`: the delay
    from output to input, including the converters. `gain_db`: the gain of the tone. `null_db`: the level of the recorded noise minus
    the best prediction by a filter with TAPS taps, relative to the recorded noise. `noise_dbfs`: the noise floor while nothing is
    played (RMS, without DC). `thd_n_db`: the level of everything except the tone, relative to the tone. `tone_dbfs`: the level of the
    tone."""

    from_output: int | None
    delay_frames: int
    gain_db: float
    null_db: float
    noise_dbfs: float
    thd_n_db: float
    tone_dbfs: float


def loop_signal(rate_hz: int) -> np.ndarray:
    """The signal that is played: float64, full scale 1, shape (2, frames). Left and right get different noise and the same tone."""
    noise = np.random.default_rng(1).standard_normal((2, round(NOISE_S * rate_hz))) * 10 ** (NOISE_DBFS / 20)
    tone = _sine(rate_hz, round(TONE_S * rate_hz)) * 10 ** (TONE_DBFS / 20)
    silence, tail = (np.zeros((2, round(part * rate_hz))) for part in (SILENCE_S, TAIL_S))
    return np.concatenate([silence, np.clip(noise, -1, 1), np.stack([tone, tone]), tail], axis=1)


def loop_figures(recorded: np.ndarray, rate_hz: int) -> tuple[LoopFigures, LoopFigures]:
    """The figures of the left and the right input. `recorded` is float64 with full scale 1, shape (2, frames). Its
    first frame is the one at which the signal began to play. Raises ValueError if it is shorter than the signal."""
    sent = loop_signal(rate_hz)
    if recorded.shape[1] < sent.shape[1]:
        raise ValueError(f"{recorded.shape[1]} frames were recorded and {sent.shape[1]} played")
    return tuple(_channel(sent, channel, rate_hz) for channel in recorded)


def _channel(sent: np.ndarray, heard: np.ndarray, rate_hz: int) -> LoopFigures:
    silence, noise = round(SILENCE_S * rate_hz), round(NOISE_S * rate_hz)
    most = round(MOST_DELAY_S * rate_hz)
    floor = heard[round(LEAD_S * rate_hz) : silence]
    noise_dbfs = _dbfs(np.std(floor))
    window = heard[silence : silence + noise + most]
    origin, delay = max(
        ((output, *_delay(sent[output, silence : silence + noise], window)) for output in (0, 1)),
        key=lambda found: found[2],
    )[:2]
    played = sent[origin, silence : silence + noise]
    part = heard[silence + delay : silence + delay + noise]
    begin, length = silence + noise + delay + rate_hz // 10, round((TONE_S - 0.2) * rate_hz)
    amplitude, rest = _fit_tone(heard[begin : begin + length], rate_hz)
    tone_dbfs = _dbfs(amplitude)
    return LoopFigures(
        from_output=origin if tone_dbfs > CONNECTED_DBFS else None,
        delay_frames=delay,
        gain_db=tone_dbfs - TONE_DBFS,
        null_db=_null_db(played, part),
        noise_dbfs=noise_dbfs,
        thd_n_db=_dbfs(rest * math.sqrt(2)) - tone_dbfs,
        tone_dbfs=tone_dbfs,
    )


def _delay(played: np.ndarray, heard: np.ndarray) -> tuple[int, float]:
    """(delay in frames, correlation there) by the maximum of the cross-correlation; the polarity does not matter."""
    size = 1 << (len(heard) + len(played)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(played, size))
    correlation = np.abs(np.fft.irfft(spectrum, size)[: len(heard) - len(played) + 1])
    delay = int(np.argmax(correlation))
    return delay, float(correlation[delay])


def _null_db(played: np.ndarray, heard: np.ndarray) -> float:
    """The level of `heard` minus its best prediction by a filter with TAPS taps, relative to `heard`, in dB. The filter is computed by
    linear least squares (the covariance method) over all frames at which its input is only the noise."""
    past = np.lib.stride_tricks.sliding_window_view(played, TAPS)
    wanted = heard[TAPS // 2 : TAPS // 2 + len(past)]
    own, cross = np.zeros((TAPS, TAPS)), np.zeros(TAPS)
    for at in range(0, len(past), _BLOCK):
        rows = np.ascontiguousarray(past[at : at + _BLOCK])
        own += rows.T @ rows
        cross += rows.T @ wanted[at : at + _BLOCK]
    taps = np.linalg.solve(own, cross)
    return _dbfs(np.std(wanted - past @ taps)) - _dbfs(np.std(wanted))


def _fit_tone(heard: np.ndarray, rate_hz: int) -> tuple[float, float]:
    """(amplitude of the tone, RMS of the rest without DC)."""
    phase = 2 * np.pi * TONE_HZ / rate_hz * np.arange(len(heard))
    basis = np.stack([np.cos(phase), np.sin(phase), np.ones(len(heard))], axis=1)
    found, *_ = np.linalg.lstsq(basis, heard, rcond=None)
    return float(np.hypot(*found[:2])), float(np.std(heard - basis @ found))


def _sine(rate_hz: int, frames: int) -> np.ndarray:
    return np.sin(2 * np.pi * TONE_HZ / rate_hz * np.arange(frames))


def _dbfs(value: float) -> float:
    return 20 * math.log10(value) if value > 10 ** (_SILENT_DBFS / 20) else _SILENT_DBFS


def full_scale_dbu(reading_dbu: float, figures: LoopFigures) -> tuple[float, float]:
    """The levels of a sine with 0 dBFS at the output and at the input, in dBu. `reading_dbu` is the level of the tone that was measured at
    the output; `figures` are those of the input that is connected to it."""
    return reading_dbu - TONE_DBFS, reading_dbu - figures.tone_dbfs
