"""The data for the plots of a report, computed from the samples and from the history of the meters. Nothing here draws."""

import numpy as np

from host_cli.render import analysis

#: The lowest level in a report, in dB.
FLOOR_DB = -100.0
#: Levels of bands of a third of an octave in dB. They are a guideline of Burnish, not a standard, and were not computed from recordings.
#: From 100 Hz to 4 kHz the power density falls by 5 dB per octave, so the levels of the bands fall by 2 dB per octave. This is the mean
#: slope of popular recordings that P. Pestana et al. found ("Spectral Characteristics of Popular Commercial Recordings 1950-2010", AES Convention
#: 135, 2013, paper 8960; the authors of Burnish know it only from quotations). The points outside this range are the choice of this project.
REFERENCE = ((20, -16.0), (40, -5.0), (60, 0.0), (100, 0.0), (4000, -10.6), (10_000, -18.0), (20_000, -29.0))
#: Half of the height of the reference band, in dB.
REFERENCE_DB = 5.0
#: The absolute gate of the integrated loudness, in LUFS (ITU-R BS.1770-5, annex 1).
_GATE_LUFS = -70.0


def peaks_db(samples: np.ndarray, columns: int) -> np.ndarray:
    """The highest sample of each of `columns` equal parts of (channels, frames) in dBFS, shape (channels, columns)."""
    edges = np.linspace(0, samples.shape[1], min(columns, samples.shape[1]) + 1).astype(int)[:-1]
    highest = np.maximum(np.maximum.reduceat(samples, edges, axis=1), -np.minimum.reduceat(samples, edges, axis=1))
    return 20 * np.log10(np.maximum(highest, 10 ** (FLOOR_DB / 20)))


def running_integrated_lufs(momentary_lufs: np.ndarray, points: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """(number of steps, integrated loudness from the start to that step) at `points` places. It is computed from the momentary loudness
    of each 100 ms, which equals the loudness of the gating blocks of BS.1770. It is NaN until a block passes the gates."""
    ends = np.unique(np.linspace(1, len(momentary_lufs), min(points, len(momentary_lufs))).astype(int))
    power = 10 ** (momentary_lufs / 10)
    loud = momentary_lufs > _GATE_LUFS
    loud[:3] = False  # the first block is complete after 400 ms
    found = []
    for end in ends:
        inside = loud[:end]
        if not inside.any():
            found.append(np.nan)
            continue
        relative = 10 * np.log10(power[:end][inside].mean()) - 10
        inside = inside & (momentary_lufs[:end] > relative)
        found.append(10 * np.log10(power[:end][inside].mean()))
    return ends, np.array(found)


def psr_db(tp_dbtp: np.ndarray, short_lufs: np.ndarray) -> np.ndarray:
    """True peak minus short-term loudness, both over 3 s, for each 100 ms (AES Convention 143, 2017: e-Brief 373). NaN in the
    first 3 s and while the loudness is below -60 LUFS."""
    highest = np.array([tp_dbtp[max(0, end - 30) : end].max() for end in range(1, len(tp_dbtp) + 1)])
    ratio = highest - short_lufs
    ratio[(short_lufs < -60) | (np.arange(len(ratio)) < 29)] = np.nan
    return ratio


def plr_db(tp_dbtp: np.ndarray, ends: np.ndarray, integrated_lufs: np.ndarray) -> np.ndarray:
    """True peak minus integrated loudness, both from the start to each of `ends` (numbers of steps)."""
    return np.maximum.accumulate(tp_dbtp)[ends - 1] - integrated_lufs


def correlation(
    samples: np.ndarray, rate_hz: int, least_s: float = 0.5, most: int = 800
) -> tuple[np.ndarray, np.ndarray]:
    """(times in s, correlation of the first two channels) in at most `most` windows of at least `least_s`. The correlation
    of silence is NaN."""
    length = max(round(least_s * rate_hz), -(-samples.shape[1] // most), 1)
    edges = np.arange(0, samples.shape[1], length)
    left, right = samples[0].astype(np.float64), samples[1].astype(np.float64)
    ll, rr, lr = (np.add.reduceat(product, edges) for product in (left * left, right * right, left * right))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where((ll > 1e-9 * length) & (rr > 1e-9 * length), lr / np.sqrt(ll * rr), np.nan)
    return np.minimum(edges + length / 2, samples.shape[1]) / rate_hz, found


def thirds_hz(rate_hz: int) -> np.ndarray:
    """Centres of the bands of a third of an octave from 20 Hz to 20 kHz, base ten (IEC 61260-1), up to 0.45 of the rate."""
    hz = 1000 * 10 ** (np.arange(-17, 14) / 10)
    return hz[hz < 0.45 * rate_hz]


def thirds(samples: np.ndarray, rate_hz: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(centres in Hz, levels in dB, reference in dB) in thirds of an octave. The reference has the mean level of the recording
    from 100 Hz to 4 kHz."""
    hz = thirds_hz(rate_hz)
    levels = analysis.spectrum_db(samples, rate_hz, hz, 1 / 3)
    reference = np.interp(np.log(hz), np.log([f for f, _ in REFERENCE]), [db for _, db in REFERENCE])
    middle = (hz >= 100) & (hz <= 4000)
    return hz, levels, reference + np.mean((levels - reference)[middle])


def spectrogram_db(samples: np.ndarray, rate_hz: int, columns: int = 800, rows: int = 220) -> np.ndarray:
    """Levels in dB of the mean of the channels, shape (rows, columns): the top row is 20 kHz (0.45 of the rate), the lowest is
    20 Hz, with logarithmic spacing. Each column is one Hann window of about 0.1 s in the middle of its part."""
    mono = samples.mean(axis=0)
    length = 1 << int(np.log2(0.12 * rate_hz))
    columns = max(1, min(columns, len(mono) // (length // 4)))
    mono = np.pad(mono, length // 2)
    window = np.hanning(length + 1)[:-1]
    starts = ((np.arange(columns) + 0.5) * (len(mono) - length) / columns).astype(int)
    hz = np.geomspace(min(20_000, 0.45 * rate_hz), 20, rows)
    bins = hz * length / rate_hz
    found = np.empty((rows, columns))
    for column, start in enumerate(starts):
        magnitude = np.abs(np.fft.rfft(mono[start : start + length] * window)) * (2 / window.sum())
        level = 20 * np.log10(np.maximum(magnitude, 1e-7))
        found[:, column] = np.interp(bins, np.arange(len(level)), level)
    return found


def vectorscope(samples: np.ndarray, size: int = 260) -> np.ndarray:
    """Density of the samples of the first two channels in a plane, as numbers from 0 to 1, shape (size, size). The horizontal axis is the
    side signal (left channel on the left), the vertical axis is the mid signal. 99.9 % of the samples are inside the plane."""
    step = max(1, samples.shape[1] // 400_000)
    left, right = samples[0, ::step].astype(np.float64), samples[1, ::step].astype(np.float64)
    across, upwards = right - left, left + right
    most = max(float(np.quantile(np.abs([across, upwards]), 0.999)), 1e-9) * 1.1
    edges = np.linspace(-most, most, size + 1)
    counts, _, _ = np.histogram2d(-upwards, across, bins=(edges, edges))
    return np.log1p(counts) / max(np.log1p(counts.max()), 1e-9)


def short_term_histogram(short_lufs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(lower edges in LUFS, share of the time in percent) of the short-term loudness in steps of 1 LU from -60 to 0."""
    edges = np.arange(-60, 1)
    values = short_lufs[29:]
    counts, _ = np.histogram(values, np.append(edges, 100))
    return edges, 100 * counts / max(len(values), 1)
