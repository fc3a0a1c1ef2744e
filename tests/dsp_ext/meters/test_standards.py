"""EBU Tech 3341 and 3342 with generated signals, at 44.1 and 48 kHz and their multiples. Each case is a row of the document."""

import numpy as np
import pytest

from dsp_ext.meters.meter import Meter
from tests.support import standards
from tests.support.standards import Case

RATES = pytest.mark.parametrize("rate_hz", standards.RATES_HZ, ids=lambda rate: f"{rate / 1000:g}kHz")


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: f"case{case.number}")


def readings(case: Case, rate_hz: int) -> list[tuple[float, float]]:
    """(reading, expected) for every value that the case defines."""
    pairs = []
    for segments in case.files:
        meter = Meter(rate_hz, 4096)
        if case.when == "always":
            tick = rate_hz // 100
            sound = np.concatenate([block for _, block in standards.blocks(rate_hz, segments)], axis=1)
            for at in range(0, sound.shape[1], tick):
                meter.process(np.ascontiguousarray(sound[:, at : at + tick]))
                if at + tick >= case.after_s * rate_hz:
                    values = meter.values()
                    pairs += [(values[name], case.expected[0]) for name in case.reads]
            continue
        for start in range(0, len(segments), case.group or len(segments)):
            group = segments[start : start + (case.group or len(segments))]
            for _, block in standards.blocks(rate_hz, group):
                meter.process(block)
            values = meter.values()
            expected = case.expected[start // case.group if case.group else 0]
            pairs += [(values[name], expected) for name in case.reads]
    return pairs


def check(case: Case, rate_hz: int, record, section: str, word: str = "case"):
    """Assert all readings. The row shows the worst one."""
    pairs = readings(case, rate_hz)
    read, expected = max(pairs, key=lambda pair: abs(pair[0] - pair[1]))
    figure = f"{word} {case.number:02d}, {rate_hz / 1000:g} kHz: {case.title}"
    target = f"{expected:.1f} ±{case.tolerance:g} {case.unit}"
    if len(pairs) > 1:
        figure += f" (worst of {len(pairs)} readings)"
    record(section, figure, read, case.unit, target=target, digits=2)
    assert abs(read - expected) <= case.tolerance, f"{figure}: read {read:.3f}, expected {target}"


@RATES
@named(standards.LOUDNESS)
def test_tech_3341_loudness(case, rate_hz, record):
    check(case, rate_hz, record, "Meters: EBU Tech 3341")


@RATES
@named(standards.RANGE)
def test_tech_3342_loudness_range(case, rate_hz, record):
    check(case, rate_hz, record, "Meters: EBU Tech 3342")


@RATES
def test_tech_3341_case_6_as_a_sum_of_stereo_pairs(rate_hz, record):
    """A stereo meter cannot take 5 channels. Loudness adds by energy, so three stereo measurements are summed instead."""
    power = 0.0
    for levels, weight in standards.SURROUND:
        meter = Meter(rate_hz, 4096)
        meter.process(np.stack([standards.tone(rate_hz, 20, level) for level in levels]))
        power += weight * 10 ** (meter.values()["integrated_lufs"] / 10)
    read = 10 * np.log10(power)
    record("Meters: EBU Tech 3341", f"case 06, {rate_hz / 1000:g} kHz: 5.0 programme, as the sum of three stereo measurements",
           read, "LUFS", target="-23.0 ±0.1 LUFS")  # fmt: skip
    assert abs(read + 23) <= 0.1


def true_peak(sound: np.ndarray, rate_hz: int) -> float:
    meter = Meter(rate_hz, 4096)
    meter.process(np.concatenate([sound, np.zeros((2, rate_hz // 50), np.float32)], axis=1))
    return meter.values()["max_tp_dbtp"]


def check_true_peak(number: int, title: str, sound: np.ndarray, expected: float, rate_hz: int, record):
    read = true_peak(sound, rate_hz)
    low, high = standards.TRUE_PEAK_TOLERANCE_DB
    record("Meters: EBU Tech 3341", f"case {number:02d}, {rate_hz / 1000:g} kHz: {title}", read, "dBTP",
           target=f"{expected:.1f} +{high}/{low} dBTP", digits=2)  # fmt: skip
    assert low <= read - expected <= high


@RATES
@pytest.mark.parametrize(("number", "divisor", "amplitude", "degrees", "expected"), standards.TRUE_PEAK_SINES)
def test_tech_3341_true_peak_of_sines(number, divisor, amplitude, degrees, expected, rate_hz, record):
    title = f"true peak, sine of rate/{divisor}, amplitude {amplitude:.2f}, {degrees:g}°"
    sound = standards.steady_sine(rate_hz, divisor, amplitude, degrees)
    check_true_peak(number, title, sound, expected, rate_hz, record)


@RATES
@pytest.mark.parametrize(("number", "offset", "expected"), standards.TRUE_PEAK_BURSTS)
def test_tech_3341_true_peak_of_a_burst(number, offset, expected, rate_hz, record):
    title = f"true peak, one period of rate/4 in rate/6, offset {offset}"
    check_true_peak(number, title, standards.burst_in_sine(rate_hz, offset), expected, rate_hz, record)
