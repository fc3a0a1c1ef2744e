"""Designs the zero-phase low-pass kernels of the multiband compressor from the crossover frequencies.

The low-pass of a fourth-order Linkwitz-Riley pair has the magnitude 1 / (1 + (f / fc)^4), and its high-pass is one minus
that (S. Linkwitz, "Active Crossover Networks for Noncoincident Drivers", JAES 24(1), 1976). As zero-phase filters, the bands keep
these slopes, 24 dB per octave and -6 dB at the crossover, and add up to the input exactly. The kernel is

    h(t) = wc / 2 exp(-wc |t| / sqrt 2) sin(wc |t| / sqrt 2 + pi / 4),  wc = 2 pi fc

It decays by itself: a kernel of 85 ms ends 198 dB below its peak at 120 Hz, and 66 dB below it at 40 Hz.
"""

import numpy as np

#: The lowest crossover frequency in Hz. A kernel of 85 ms is too short for the slope of lower ones.
LOWEST_HZ = 40.0
#: The highest crossover frequency, as a part of the sampling rate.
HIGHEST = 0.45

#: The grid for the magnitude is finer than the kernel's own grid by this factor, so that time aliasing is far below the
#: resolution of float32.
_OVERSAMPLING = 4
#: Each end of the kernel fades out over this part of its length, so that a slow tail does not end in a step.
_TAPER = 1 / 8


def design(freqs_hz, rate_hz: float, taps: int) -> np.ndarray:
    """The low-pass kernels of a split, lowest frequency first: float64, shape (frequencies, taps).

    `freqs_hz`: in any order, 40 Hz to 0.45 `rate_hz`. Equal frequencies leave an empty band between them. `taps` is even.
    The centre is tap `taps // 2`, and the kernels are exactly symmetric around it, so tap 0 is zero. The gain at 0 Hz is 1.
    Band 1 is kernel 1, band k is the difference of the kernels k and k - 1, and the last band is the rest of the input.
    Raises ValueError that names the frequency and the allowed range.
    """
    freqs = np.sort(np.atleast_1d(np.asarray(freqs_hz, float)))
    if taps < 2 or taps % 2:
        raise ValueError(f"taps must be even, not {taps}")
    for freq in freqs:
        if not LOWEST_HZ <= freq <= HIGHEST * rate_hz:  # this comparison rejects NaN as well
            raise ValueError(
                f"a crossover frequency must be {LOWEST_HZ:g} to {HIGHEST * rate_hz:g} Hz at {rate_hz:g} Hz, not {freq:g}"
            )
    size = _OVERSAMPLING * taps
    grid_hz = np.arange(size // 2 + 1) * (rate_hz / size)
    half = taps // 2
    tails = np.fft.irfft(1 / (1 + (grid_hz / freqs[:, None]) ** 4), size)[:, :half] * _fade(half)
    kernels = np.zeros((len(freqs), taps))
    kernels[:, half:] = tails
    kernels[:, 1:half] = tails[:, :0:-1]
    # A common factor compensates for the energy that the window removes, so that the lowest band is exact at 0 Hz.
    return kernels / kernels.sum(axis=1, keepdims=True)


def _fade(half: int) -> np.ndarray:
    """The right half of the window: ones, then a raised cosine that ends just above zero."""
    fading = round(2 * half * _TAPER)
    down = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fading + 1) / (fading + 1))
    return np.concatenate([np.ones(half - fading), down])
