"""Matching: what it changes, in which part, by how much."""

import numpy as np
import pytest
from scipy import signal

from host_cli.assistant import match
from host_cli.assistant.curves import CURVE_HZ, response_db
from tests.support import match_document
from tests.support.match_benchmark import DAMAGES, errors, synthesised
from tests.support.matched import matched, recording
from tests.support.songs import CHECKS, SONGS


@pytest.mark.parametrize("name", ["techno", "hip-hop"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_short_song_comes_nearer_to_the_truth(name, damage):
    case = synthesised(name, damage, 8.0)
    plan, output = matched(case)
    before, after = errors(case.mix, case), errors(output, case)
    assert after.tone_db < 0.75 * before.tone_db
    assert abs(after.width_db) < abs(before.width_db)
    assert abs(after.reference_lu) <= 0.1
    assert after.true_peak_dbtp <= -1.0
    assert len(plan.fit.bands) <= 8


def test_the_document_shows_what_this_code_does():
    """One line of the table, measured again. `make bench-match` writes all of them."""
    case = synthesised("techno", "dull and narrow")
    rows, own = match_document.rows(), errors(matched(case)[1], case).rounded()
    assert {(name, damage) for name in [*SONGS, *CHECKS] for damage in DAMAGES} <= set(rows), "run make bench-match"
    assert len(match_document.told()) >= 10
    worse = {key: found for key, row in rows.items() if (found := match_document.worse(row))}
    assert worse == match_document.WORSE, "name these songs in the document"
    assert all(row["tone: Burnish"] <= row["tone: damaged"] for row in rows.values())
    assert all(abs(row["loudness: Burnish"]) <= 0.1 and row["true peak: Burnish"] <= -1.0 for row in rows.values())
    known = rows["techno", "dull and narrow"]
    for column, name in (("tone", "tone_db"), ("width", "width_db"), ("PLR", "plr_db"), ("loudness", "reference_lu")):
        assert own[name] == pytest.approx(known[f"{column}: Burnish"], abs=0.06), "run make bench-match"


def test_only_the_chosen_parts_change(case):
    mix, reference = recording(case.mix), recording(case.reference)
    plan = match(mix, [reference], parts=("tone",))
    assert {decision.part for decision in plan.decisions} == {"tone", "loudness"}
    assert plan.target_lufs == mix.lufs  # the tone does not change the loudness
    assert not any(id.startswith("stereo.") for id in plan.settings)


def test_half_the_amount_goes_half_the_way(case):
    mix, reference = recording(case.mix), recording(case.reference)
    whole, half, none = (match(mix, [reference], amount=amount) for amount in (1.0, 0.5, 0.0))
    curves = [response_db(plan.fit.bands, CURVE_HZ) for plan in (whole, half)]
    inside = (CURVE_HZ > 50) & (CURVE_HZ < 12000)
    assert np.abs(curves[1] - curves[0] / 2)[inside].max() < 0.8
    assert half.target_lufs == pytest.approx((mix.lufs + reference.lufs) / 2)
    assert none.settings == {}


def test_weights_decide_between_references(case):
    mix, reference = recording(case.mix), recording(case.reference)
    louder = recording(0.5 * case.reference)
    plan = match(mix, [reference, louder], [3.0, 1.0], parts=("loudness",))
    assert plan.target_lufs == pytest.approx(0.75 * reference.lufs + 0.25 * louder.lufs)


def test_bass_becomes_mono_if_that_of_the_reference_is():
    rng = np.random.default_rng(4)
    low, both = (rng.standard_normal((10 * 44100, 2)) for _ in range(2))
    low = signal.sosfilt(signal.butter(4, 90, fs=44100, output="sos"), low, axis=0)
    mid = low.mean(axis=1, keepdims=True) * np.ones((1, 2))
    mix = recording(0.3 * low + 0.003 * both)
    reference = recording(0.3 * mid + 0.003 * both)
    plan = match(mix, [reference], parts=("width",))
    assert plan.settings["stereo.mono"] == 1.0
    assert any("bass mono below 120 Hz" in sentence for sentence in plan.sentences)


def test_every_sentence_has_its_number_and_a_consequence(case):
    plan, _ = matched(case)
    assert len(plan.decisions) >= 3
    for decision in plan.decisions:
        assert any(character.isdigit() for character in decision.finding), decision
        assert decision.consequence
        assert decision.settings
        assert abs(decision.measured) >= decision.threshold


@pytest.mark.parametrize("name", ["rock", "orchestra", "folk"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_no_sentence_contradicts_its_setting(name, damage):
    """What is above the reference is lowered, and what is below is raised."""
    case = synthesised(name, damage, 8.0)
    plan = match(recording(case.mix), [recording(case.reference)])
    assert plan.decisions
    for decision in plan.decisions:
        change = [value for id, value in decision.settings.items() if id.endswith("gain_db")]
        change += [value - 100 for id, value in decision.settings.items() if id.startswith("stereo.width_")]
        assert all(value * decision.measured < 0 for value in change), decision.sentence
        word = "above" if decision.measured > 0 else "below"
        assert f"{decision.unit} {word} " in decision.finding, decision.sentence
