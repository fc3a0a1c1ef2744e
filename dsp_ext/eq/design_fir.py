"""Designs the kernels of the EQ, with linear or mixed phase, from its bands. For the control process; imports NumPy only.

The magnitude of the analog prototype is sampled on a grid that is eight times finer than the kernel needs, so that time
aliasing is far below the kernel's own tails. The inverse transform of this magnitude, taken with zero phase, is the ideal
kernel. A taper then limits it to the number of taps. A short taper suits resonances, and a long one suits corners near 0 Hz,
so the design computes three tapers and uses the best.

The magnitude of a notch has a sharp tip, whose kernel is infinitely long. A kernel of finite length cannot follow the curve
within rate / taps of the tip, and the error would spread over the curve on both sides. The design therefore leaves the curve
open there, except at the tip itself: least squares finds the values of the open part that put the least energy where the
taper attenuates the kernel. This is the limit of the iteration in Papoulis, "A new algorithm in spectral analysis and
band-limited extrapolation", IEEE Trans. CAS 22(9), 1975.

Bands on one channel, on mid or on side make a 2 × 2 matrix of magnitudes: left' = a left + b right, right' = c left + d
right. With z = left + j right, the output is k1 * z + conj(k2 * z), where k1 = (a + d + j (c - b)) / 2 and
k2 = (a - d - j (b + c)) / 2. These are two kernels for the one complex signal of the convolver. If all bands work on both
channels, the second kernel is not needed.

Mixed phase gives each magnitude a part of its minimum phase, which the cepstrum yields from the logarithm of the magnitude
(Oppenheim, Schafer, "Discrete-time signal processing", chapter 13). With a larger part, the kernel rings less before its
centre, and the centre is nearer to the start of the kernel.
"""

import functools
import math

import numpy as np

from . import auto_gain as loudness
from .bands import HIGHEST, EqBand, analog_response, check_rate, listening_sections, response_of, sections

__all__ = ["EqBand", "analog_response", "design", "magnitudes", "responses", "validity_hz"]

#: Points of the frequency grid per tap.
_FINER = 8
#: The part of the kernel that the taper covers, both ends together.
_TAPERS = (0.2, 0.4, 0.7)
#: The distance from a notch within which its curve is left open, as a multiple of rate / taps; and the number that is added
#: to the diagonal of the least-squares matrix.
_OPEN, _EASE = 2.0, 1e-3
#: Tapers for kernels with notches. Most of these kernels need no taper.
_OPEN_TAPERS = (0.0, 0.2, 0.7)
#: The smallest magnitude, relative to the largest, in the logarithm for the minimum phase (-160 dB).
_FLOOR = 1e-8
#: -60 dB: below this, errors of a few dB do not matter.
_NEXT_TO_NOTHING = 1e-3
#: The required accuracy of a kernel against its prototype.
TOLERANCE_DB = 0.05
#: The range of frequencies in which the error of a kernel counts.
AUDIBLE_HZ = (20.0, 20000.0)


def centre_of(taps: int, mix: float) -> int:
    """The tap at time 0 of a kernel: the middle one for linear phase (`mix` 0), the first one for minimum phase (`mix`
    1)."""
    return round(taps / 2 * (1 - mix))


def design(
    bands, rate_hz: float, taps: int, *, mix: float = 0.0, solo: int = 0, auto_gain: bool = False, side=None
) -> np.ndarray | None:
    """The kernels of `bands` at `rate_hz`: shape (1, taps), float32, if all bands work on both channels, else shape (2,
    taps), complex64. None if the bands change nothing.

    `taps` is even. The kernels are centred on `centre_of`. With `mix` 0 they are exactly symmetric:
    kernel[taps/2 - k] == kernel[taps/2 + k]; kernel[0], which has no partner, is 0.

    `mix`: the part of the minimum phase, 0 to 1. `solo`: the number (from 1) of the band to listen to alone, see
    `listening_sections`; 0 is none. `auto_gain`: keep the K-weighted loudness of pink noise. `side`: further processing of
    the side signal after the bands, a function from frequencies in Hz to gains (`design_stereo.side_magnitude`). Raises
    ValueError for a band above 0.45 `rate_hz`.
    """
    if taps < 16 or taps % 2:
        raise ValueError(f"taps must be an even number of at least 16, not {taps}")
    if not 0 <= mix <= 1:
        raise ValueError(f"mix cannot be {mix}: allowed is 0 to 1")
    check_rate(bands, rate_hz)
    if side is None and not solo and all(band.neutral for band in bands):
        return None
    common, matrix = _wanted(bands, _grid_hz(rate_hz, taps), mix, solo, side)
    if auto_gain and not solo:
        common *= make_up(bands)
    # A minimum-phase response crosses 0 without a corner.
    notches = () if solo or mix == 1 else [band.freq_hz for band in bands if band.type == "notch" and band.enabled]
    opened = _open_bins(notches, rate_hz, taps)
    if matrix is None:
        return _kernel(common, rate_hz, taps, mix, opened)[None]
    (a, b), (c, d) = common * matrix / 2
    k1_re, k1_im, k2_re, k2_im = (_kernel(part, rate_hz, taps, mix, opened) for part in (a + d, c - b, a - d, -b - c))
    return np.stack([k1_re + 1j * k1_im, k2_re + 1j * k2_im])


def _grid_hz(rate_hz: float, taps: int) -> np.ndarray:
    """The frequencies at which a kernel of `taps` is designed and assessed, from 0 to half the rate."""
    return np.arange(_FINER * taps // 2 + 1) * (rate_hz / (_FINER * taps))


def _wanted(bands, freqs_hz: np.ndarray, mix: float, solo: int, side) -> tuple[np.ndarray, np.ndarray | None]:
    """The `responses` with the phase for `mix`, and with `side` applied after the bands."""
    common, matrix = responses(bands, freqs_hz, solo, functools.partial(_turned, part=mix) if mix else None)
    if side is not None:
        own = placed("side", side(freqs_hz), 1)
        matrix = own if matrix is None else np.einsum("ijn,jkn->ikn", own, matrix)
    return common, matrix


def validity_hz(bands, rate_hz: float, taps: int, mix: float = 0.0, side=None) -> float:
    """The frequency from which the kernels of `bands` (and of `side`, as in `design`) keep `TOLERANCE_DB`, up to 20 kHz
    (0.45 `rate_hz`), on left, right, mid and side; 0 if there is nothing to process. A notch counts with its tip, which no
    finite kernel reaches. With a notch, the limit is therefore about 2 rate / taps above its frequency, even if the kernel
    is accurate below it."""
    kernels = design(bands, rate_hz, taps, mix=mix, side=side)
    if kernels is None:
        return 0.0
    freqs_hz = _grid_hz(rate_hz, taps)
    common, matrix = _wanted(bands, freqs_hz, mix, 0, side)
    if matrix is None:
        wanted, got = common[None], np.fft.rfft(kernels, _FINER * taps)
    else:
        k1, k2 = kernels
        parts = [k1.real + k2.real, -k1.imag - k2.imag, k1.imag - k2.imag, k1.real - k2.real]
        wanted = by_placement(*(common * matrix).reshape(4, -1))
        got = by_placement(*np.fft.rfft(parts, _FINER * taps))
    wanted, got = np.abs(wanted), np.abs(got)
    errors = np.abs(got - wanted) / np.maximum(wanted, _NEXT_TO_NOTHING)
    off = np.max(errors, axis=0) > 10 ** (TOLERANCE_DB / 20) - 1
    off[freqs_hz > min(AUDIBLE_HZ[1], HIGHEST * rate_hz)] = False
    return float(freqs_hz[np.flatnonzero(off)[-1] + 1]) if off.any() else 0.0


def magnitudes(bands, rate_hz: float, taps: int, freqs_hz: np.ndarray, mix: float = 0.0) -> np.ndarray:
    """The magnitudes that the kernels of `bands` are designed from, at `freqs_hz` (shape (n,)): from left to left, right to
    right, mid to mid and side to side, shape (4, n). `taps` and `mix` are those of `design`."""
    common, matrix = responses(bands, freqs_hz)
    if matrix is None:
        return np.tile(common, (4, 1))
    if mix == 0:
        return np.abs(by_placement(*(common * matrix).reshape(4, -1)))
    # The phases of bands on different channels matter for the sum. They are known on the grid only.
    grid_hz = _grid_hz(rate_hz, taps)
    common, matrix = _wanted(bands, grid_hz, mix, 0, None)
    found = np.abs(by_placement(*(common * matrix).reshape(4, -1)))
    return np.array([np.interp(freqs_hz, grid_hz, row) for row in found])


def by_placement(a, b, c, d) -> np.ndarray:
    """The responses from left to left, right to right, mid to mid and side to side of the channel matrix ((a, b), (c,
    d))."""
    return np.array([a, d, (a + b + c + d) / 2, (a - b - c + d) / 2])


def responses(bands, freqs_hz, solo: int = 0, turn=None) -> tuple[np.ndarray, np.ndarray | None]:
    """The responses of `bands` at `freqs_hz` (shape (n,)): the magnitude that both channels have in common, shape (n,), and
    the channel matrix ((a, b), (c, d)) of all other bands in their order, shape (2, 2, n), or None if there is no other
    band.

    `turn` converts each magnitude into a response with phase. Without it, the responses are the magnitudes.
    """
    if not 0 <= solo <= len(bands):
        raise ValueError(f"solo cannot be {solo}: allowed is 0 to {len(bands)}")
    common, matrix = np.ones(len(freqs_hz), complex if turn else float), None
    for band in [bands[solo - 1]] if solo else bands:
        if band.neutral and not solo:
            continue
        chain = listening_sections(band) if solo else sections(band)
        response = np.abs(response_of(chain, freqs_hz, band.freq_hz))
        if turn:
            response = turn(response)
        if band.placement == "stereo":
            common *= response
        else:
            own = placed(band.placement, response, 0 if solo else 1)
            matrix = own if matrix is None else np.einsum("ijn,jkn->ikn", own, matrix)
    return common, matrix


def make_up(bands) -> float:
    """The amplitude factor that compensates for the change of the K-weighted loudness by `bands`, for pink noise that is
    independent in both channels."""
    common, matrix = responses(bands, loudness.FREQS_HZ)
    spread = 1.0 if matrix is None else np.sum(matrix**2, axis=(0, 1)) / 2
    return loudness.compensation(common**2 * spread)


def placed(placement: str, magnitude: np.ndarray, rest: float) -> np.ndarray:
    """The channel matrix of a band with the response `magnitude` (real or complex, shape (n,)). `rest` is the gain of the
    channels that the band does not process. Shape (2, 2, n)."""
    zero, other = np.zeros_like(magnitude), np.full_like(magnitude, rest)
    if placement == "stereo":
        return np.array([[magnitude, zero], [zero, magnitude]])
    if placement == "left":
        return np.array([[magnitude, zero], [zero, other]])
    if placement == "right":
        return np.array([[other, zero], [zero, magnitude]])
    same, cross = (magnitude + rest) / 2, (magnitude - rest) / 2
    if placement == "side":
        cross = -cross
    return np.array([[same, cross], [cross, same]])


def _turned(magnitude: np.ndarray, part: float) -> np.ndarray:
    """`magnitude` (on the grid from 0 to half the rate) with `part` of its minimum phase, complex."""
    cepstrum = np.fft.irfft(np.log(np.maximum(magnitude, _FLOOR * np.max(magnitude))))
    half = cepstrum.size // 2
    cepstrum[1:half] *= 2
    cepstrum[half + 1 :] = 0
    return magnitude * np.exp(1j * part * np.fft.rfft(cepstrum).imag)


def _open_bins(notches_hz, rate_hz: float, taps: int) -> np.ndarray:
    """The grid indices near a notch, sorted, without those next to its tip."""
    grid = _FINER * taps
    near, tips = set(), set()
    for place in np.asarray(notches_hz, float) * (grid / rate_hz):
        reach = _OPEN * _FINER
        near.update(range(max(1, math.ceil(place - reach)), min(grid // 2, math.floor(place + reach) + 1)))
        tips.update((math.floor(place), math.ceil(place)))
    return np.array(sorted(near - tips), int)


def _kernel(response: np.ndarray, rate_hz: float, taps: int, mix: float, opened: np.ndarray) -> np.ndarray:
    """The kernel of `response` (on the grid from 0 to half the rate; real numbers if `mix` is 0), float32. `opened`: the
    grid indices at which the response is left open."""
    grid = _FINER * taps
    counts = np.zeros(grid // 2 + 1, bool)
    counts[slice(*(int(hz / rate_hz * grid) for hz in (AUDIBLE_HZ[0], min(AUDIBLE_HZ[1], HIGHEST * rate_hz))))] = True
    for place in (opened - 1, opened, opened + 1):  # this includes the tips between them
        counts[place] = False
    wanted = np.abs(response[counts]) if mix else response[counts]
    least = np.maximum(np.abs(wanted), _NEXT_TO_NOTHING)

    def error(got):
        return np.max(np.abs(got[counts] - wanted) / least)

    ideal, centre = np.fft.irfft(response, grid), centre_of(taps, mix)
    candidates = []
    for part in _OPEN_TAPERS if opened.size else _TAPERS:
        taper = _taper(taps, centre, part)
        best = _least_taken(ideal, _taken_away(grid, taps, centre, part), opened) if opened.size else ideal
        candidates.append(np.roll(best, centre)[:taps] * taper)
    if mix:
        return min(candidates, key=lambda kernel: error(np.abs(np.fft.rfft(kernel, grid)))).astype(np.float32)
    half = taps // 2
    wing = min((kernel[half:] for kernel in candidates), key=lambda wing: error(_response(wing, grid)))
    kernel = np.zeros(taps, np.float32)
    kernel[half:] = wing
    kernel[1:half] = kernel[:half:-1]
    return kernel


def _least_taken(ideal: np.ndarray, taken: tuple[np.ndarray, np.ndarray], opened: np.ndarray) -> np.ndarray:
    """`ideal` (shape (grid,), time 0 first) with new values at the grid indices `opened` of its response. The new values
    leave the least energy at the times of `taken` (see `_taken_away`)."""
    grid, (taken, spread) = ideal.size, taken
    rest = np.fft.rfft(taken * ideal)[opened]
    differences, sums = spread[opened[:, None] - opened], spread[(opened[:, None] + opened) % grid]
    cosines, sines = (differences + sums).real, (differences - sums).real
    mixed = (differences - sums).imag
    table = np.block([[cosines, mixed], [mixed.T, sines]]) / grid
    change = np.zeros(grid // 2 + 1, complex)
    table += _EASE * np.eye(len(table))
    parts = -np.linalg.solve(table, np.concatenate([rest.real, -rest.imag]))
    change[opened] = parts[: opened.size] - 1j * parts[opened.size :]
    return ideal + np.fft.irfft(change, grid)


@functools.lru_cache(maxsize=4)
def _taken_away(grid: int, taps: int, centre: int, part: float) -> tuple[np.ndarray, np.ndarray]:
    """The part of the energy that a taper removes at each time, shape (grid,), time 0 first, and its spectrum."""
    taken = np.ones(grid)
    taken[:taps] = (1 - _taper(taps, centre, part)) ** 2
    taken = np.roll(taken, -centre)
    return taken, np.fft.fft(taken)


def _response(wing: np.ndarray, grid: int) -> np.ndarray:
    """The zero-phase response of the symmetric kernel whose right half is `wing`, on the grid from 0 to half the rate."""
    doubled = np.concatenate([wing[:1] / 2, wing[1:]])
    return 2 * np.fft.rfft(doubled, grid).real


def _taper(taps: int, centre: int, part: float) -> np.ndarray:
    """A window that falls on both sides of `centre` in the same form as `_wing_taper`."""
    return np.concatenate([_wing_taper(centre + 1, part)[:0:-1], _wing_taper(taps - centre, part)])


def _wing_taper(half: int, part: float) -> np.ndarray:
    """The right half of a Tukey window: 1, then a raised cosine over `part` of its length, down to 0 at `half`."""
    flat = round(half * (1 - part))
    fall = np.arange(half - flat) / (half - flat)
    return np.concatenate([np.ones(flat), 0.5 + 0.5 * np.cos(np.pi * fall)])
