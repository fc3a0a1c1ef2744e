"""Measures a complete recording with the meter of the box."""

import numpy as np

from .measurement import Measurement, check_rate

#: The number of frames that are converted at once.
_BLOCK = 1 << 16


def measure(samples, rate_hz: int, *, scale: float = 1.0) -> dict:
    """Measure the loudness, the peaks and the balance of a complete recording.

    `samples`: shape (2, frames), of any numeric type. They are multiplied by `scale`, after which full scale is ±1 (both
    rounded to float32). `rate_hz`: a whole number from 8000 to 384000. A figure is None if the recording is too short or too quiet for it.

    Up to 96 kHz, a true peak is the peak of the waveform that a converter plays. At 176.4 kHz and above it includes all
    ultrasonic content of the recording, as BS.1770-5 (annex 2, at least 192 kHz) has it; after a conversion to a lower rate the
    peaks can be lower or higher, so that the file that is delivered must be measured.

    Returned:

    - `seconds`; `integrated_lufs` and `max_momentary_lufs` (from 0.4 s on), `max_short_lufs` and `lra_lu` (from 3 s on),
      `lra_stable` (whether the recording has at least 60 s; the range of a shorter one means little)
    - `max_tp_dbtp`, `peak_l_dbfs`, `peak_r_dbfs`, `clips` (samples at 24-bit full scale)
    - `plr_db` (true peak minus integrated loudness), `min_psr_db` (smallest true peak minus short-term loudness, both over 3
      s)
    - `dc_l`, `dc_r` (full scale is 1), `correlation` (-1 to 1), `balance_db` (right minus left), of the complete recording
    - `history`: arrays with one value per 100 ms (10 blocks of rate / 100 frames, rounded): `seconds` (end of the step), `momentary_lufs`, `short_lufs`, `tp_dbtp`.
      Silence reads -150.

    Raises ValueError for another shape or rate, and for samples that are not finite.
    """
    samples = np.asarray(samples)
    if samples.ndim != 2 or samples.shape[0] != 2:
        raise ValueError(f"samples have shape (2, frames), not {samples.shape}")
    check_rate(rate_hz)
    measurement = Measurement(rate_hz)
    for at in range(0, samples.shape[1], _BLOCK):
        block = np.array(samples[:, at : at + _BLOCK], np.float32, order="C")
        block *= np.float32(scale)
        measurement.add(block)
    return measurement.result()
