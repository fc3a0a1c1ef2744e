"""No change of any setting clicks. `make test` measures a sample of the changes, `make clicks` all of them.

`make clicks` takes about ten minutes of processor time. At each of four rates, it moves every parameter while each of three
tones plays, and loads every factory preset over every other one. For each rate and tone, a parameter is moved in one of the four
contexts of `tests/support/clicks.py`. The contexts alternate, so that each parameter meets each context with three
combinations of rate and tone. Crossovers and the number of bands meet each context with every rate and tone. The other
combinations, and changes of several parameters at once that no preset makes, are left out.
"""

import itertools
from dataclasses import replace

import pytest

from tests.support import clicks

RATES_HZ = (44100, 48000, 96000, 192000)
#: The residue above 8 kHz, in dBFS, that no change may exceed, unless `clicks.KNOWN` names it.
LIMIT_DB = -100
#: Clicks of an earlier version, with the residue in dBFS that was measured then: the settings before, and the changes.
REPORTED = {
    "ceiling from -1 to -1.1 dB (was -58)": ({}, {"limiter.ceiling_dbtp": -1.1}),
    "ceiling from -1 to -3 dB (was -31)": ({}, {"limiter.ceiling_dbtp": -3.0}),
    "limiter switched on (was -30)": ({"limiter.enabled": 0.0}, {"limiter.enabled": 1.0}),
    "true peak switched on (was -71)": ({"limiter.true_peak": 0.0}, {"limiter.true_peak": 1.0}),
    "preset Vinyl premaster over Loud (was -24)": ("Loud", "Vinyl premaster"),
    "band 3 muted in shelves (was -53)": ({"multiband.split": 2.0}, {"multiband.b3.mute": 1.0}),
    "band 3 with 6 dB of make-up muted in shelves (was -35)": (
        {"multiband.split": 2.0, "multiband.b3.makeup_db": 6.0}, {"multiband.b3.mute": 1.0},
    ),
    "threshold from 0 to -40 dB (was -90)": ({"multiband.b3.ratio": 4.0}, {"multiband.b3.threshold_db": -40.0}),
    "ratio from 1 to 100 (was -96)": ({"multiband.b3.threshold_db": -30.0}, {"multiband.b3.ratio": 100.0}),
    "preset Speech over De-harsh (was -87)": ("De-harsh", "Speech"),
    "preset Loud over Warm (was -96)": ("Warm", "Loud"),
}  # fmt: skip


def every_case():
    """Each parameter with each tone at each rate, where the contexts alternate, crossovers in all contexts, and every pair of presets."""
    for turn, (rate_hz, tone_name) in enumerate(itertools.product(RATES_HZ, clicks.TONES)):
        contexts = [list(clicks.parameter_cases(place)) for place in range(len(clicks.CONTEXTS))]
        for number, cases in enumerate(zip(*contexts, strict=True)):
            chosen = cases if cases[0].name in clicks.CROSSOVERS else [cases[(turn + number) % len(cases)]]
            yield from ((case, tone_name, rate_hz) for case in chosen)
        yield from ((case, tone_name, rate_hz) for case in clicks.preset_cases())


def reported(name: str) -> clicks.Case:
    """The case of REPORTED. The limiter works, except where a preset says otherwise."""
    before, changed = REPORTED[name]
    if isinstance(before, str):
        return next(case for case in clicks.preset_cases() if case.name == f"{before} to {changed}")
    start = clicks.params.DEFAULTS | {"limiter.gain_db": 9.0} | before
    return clicks.Case(name, "reported", start, ((clicks.AFTER_S, changed),))


def test_a_sample_of_all_changes_makes_no_click(rng):
    cases = [case for case in every_case() if case[2] < 50000]
    for number in rng.choice(len(cases), 30, replace=False):
        case, tone_name, rate_hz = cases[number]
        found = clicks.residue_db(case, tone_name, rate_hz)
        assert found <= clicks.limit_db(case, LIMIT_DB), f"{case.name}, {tone_name}, {rate_hz} Hz"


@pytest.mark.parametrize("name", REPORTED)
def test_reported_clicks_are_gone(name, record):
    found = max(clicks.residue_db(reported(name), tone_name, 48000) for tone_name in clicks.TONES)
    record("Clicks", f"{name}: residue above 8 kHz, 48 kHz", found, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3.0)  # fmt: skip
    assert found <= LIMIT_DB


@pytest.mark.parametrize(("name", "context"), [("eq.b6.gain_db", 0), ("eq.b7.gain_db", 1), ("eq.solo", 1)])
def test_the_eq_itself_makes_no_click(name, context):
    """The changes of `clicks.KNOWN` leave less than the limit if no compressor and no limiter follows the louder tone."""
    case = next(case for case in clicks.parameter_cases(context) if case.name == name)
    case = replace(case, before=case.before | {"multiband.enabled": 0.0, "limiter.enabled": 0.0})
    assert clicks.residue_db(case, "60 Hz + 5 kHz", 44100) <= LIMIT_DB


@pytest.mark.parametrize(
    "name", ["b3.expand_range_db", "b4.threshold_db", "b2.attack_ms", "b2.hold_ms", "b2.release_ms", "x1_hz", "bands"]
)
@pytest.mark.parametrize("tone_name", clicks.TONES)
def test_changes_of_shelves_make_no_click(name, tone_name):
    case = next(case for case in clicks.parameter_cases(3) if case.name == f"multiband.{name}")
    assert clicks.residue_db(case, tone_name, 48000) <= -100


@pytest.mark.parametrize("rate_hz", (48000, 192000))
def test_a_long_move_of_a_crossover_makes_no_click(rate_hz, record):
    """The bass enters a band with another sound, whose compressor reacts gently while the crossovers move."""
    case = next(case for case in clicks.parameter_cases(2) if case.name == "multiband.x2_hz")
    found = clicks.residue_db(case, "60 Hz + 5 kHz", rate_hz)
    was_db = {48000: -95, 192000: -92}[rate_hz]
    record("Clicks", f"crossover 2 over its whole range in shelves (was {was_db}): residue above 8 kHz, {rate_hz / 1000:g} kHz",
           found, "dBFS", target="≤ -100 dBFS", digits=0, tolerance=3.0)  # fmt: skip
    assert found <= LIMIT_DB


def test_a_crossover_that_moves_a_tone_to_a_fast_compressor_makes_no_click():
    """With linear phase; the residue was -97 dBFS."""
    case = next(case for case in clicks.preset_cases() if case.name == "Classical safe to De-harsh")
    assert clicks.residue_db(case, "60 Hz + 5 kHz", 44100) <= LIMIT_DB


@pytest.mark.clicks
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_change(rate_hz, record):
    found = clicks.worst(case for case in every_case() if case[2] == rate_hz)
    limits_db = {why: limit for limit, why in clicks.KNOWN.values()}
    for group, (value, where) in sorted(found.items()):
        print(f"{rate_hz} Hz, {group}: {value:.1f} dBFS ({where})")
        known = group in limits_db
        figure = f"{'known limit' if known else 'every change'}, {group}: residue above 8 kHz, {rate_hz / 1000:g} kHz"
        record("Clicks", figure, value, "dBFS", target="" if known else "≤ -100 dBFS", digits=0, tolerance=float("inf"))
    assert {group: value for group, (value, _) in found.items() if value > limits_db.get(group, LIMIT_DB)} == {}
