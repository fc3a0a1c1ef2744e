"""No change of any setting clicks. `make test` measures a sample of the changes, `make clicks` every one."""

import itertools

import pytest

from tests.support import clicks

RATES_HZ = (44100, 48000, 96000, 192000)
#: The residue above 8 kHz, in dBFS, that no change of a module may exceed. The ceiling of the limiter still moves down at once.
LIMITS_DB = {
    "input": -98, "eq": -98, "multiband": -100, "stereo": -100, "saturator": -100, "output": -100, "chain": -100,
    "limiter": -10, "presets": -10,
}  # fmt: skip


def every_case():
    """Each parameter with each tone at each rate, where the contexts alternate, and every pair of presets."""
    for turn, (rate_hz, tone_name) in enumerate(itertools.product(RATES_HZ, clicks.TONES)):
        contexts = [list(clicks.parameter_cases(place)) for place in range(len(clicks.CONTEXTS))]
        for number, cases in enumerate(zip(*contexts, strict=True)):
            yield cases[(turn + number) % len(cases)], tone_name, rate_hz
        yield from ((case, tone_name, rate_hz) for case in clicks.preset_cases())


def test_a_sample_of_all_changes_makes_no_click(rng):
    cases = [case for case in every_case() if case[2] < 50000]
    for number in rng.choice(len(cases), 30, replace=False):
        case, tone_name, rate_hz = cases[number]
        found = clicks.residue_db(case, tone_name, rate_hz)
        assert found <= clicks.limit_db(case, LIMITS_DB), f"{case.name}, {tone_name}, {rate_hz} Hz"


@pytest.mark.parametrize(
    "name", ["b3.expand_range_db", "b2.attack_ms", "b2.hold_ms", "b2.release_ms", "x1_hz", "bands"]
)
@pytest.mark.parametrize("tone_name", clicks.TONES)
def test_changes_of_shelves_make_no_click(name, tone_name):
    case = next(case for case in clicks.parameter_cases(3) if case.name == f"multiband.{name}")
    assert clicks.residue_db(case, tone_name, 48000) <= -100


@pytest.mark.clicks
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_change(rate_hz, record):
    found = clicks.worst(case for case in every_case() if case[2] == rate_hz)
    limits_db = LIMITS_DB | {why: limit for limit, why in clicks.KNOWN.values()}
    for group, (value, where) in sorted(found.items()):
        print(f"{rate_hz} Hz, {group}: {value:.1f} dBFS ({where})")
        known = group not in LIMITS_DB
        figure = f"{'known limit' if known else 'every change'}, {group}: residue above 8 kHz, {rate_hz / 1000:g} kHz"
        record("Clicks", figure, value, "dBFS", target="" if known else "≤ -100 dBFS", digits=0, tolerance=float("inf"))
    assert {group: value for group, (value, _) in found.items() if value > limits_db[group]} == {}
