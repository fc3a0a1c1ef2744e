"""The controller: sections, bands, second row, gestures, both hands, lock, comparisons, undo. Through mock pins and shift registers."""

import pytest

from firmware.contract import BY_ID, TABLE, BoxError
from firmware.panel.layout import BY_KEY, SECTIONS
from firmware.panel.operation import AFTER_S, DOUBLE_S, HOLD_S, MESSAGE_S, REST_S, PanelOptions
from firmware.presets import Preset
from firmware.settings import DEFAULT_MACROS, MACROS, Learning
from tests.support.panel_rig import PanelRig

GAIN = "eq.b1.gain_db"


def knobs(section):
    """(view, row, number, knob) of all knobs of a section."""
    for view in section.views:
        for row, of_row in enumerate(view.rows):
            for number, knob in enumerate(of_row, 1):
                if knob:
                    yield view, row, number, knob


def test_every_parameter_of_the_sound_is_on_a_row_and_no_view_has_more_than_two():
    reached = set()
    for section in SECTIONS:
        assert all(len(view.rows) <= 2 and all(len(row) == 6 for row in view.rows) for view in section.views)
        for *_, knob in knobs(section):
            for band in range(1, max(section.bands, 1) + 1):
                reached |= {id.format(band=band) for id in (knob.id, knob.tap) if id}
    assert {param.id for param in TABLE if param.stored} <= reached


def test_every_knob_of_every_row_turns_its_parameter_by_one_detent(tmp_path):
    rig = PanelRig(tmp_path)
    rig.store.set_many({"eq.mode": "minimum", "multiband.bands": "5"}, "test")
    for section in SECTIONS:
        rig.do(f"press {section.key}") if rig.face.section != section.key else None
        for view in section.views:
            while rig.face.view != view.name:
                rig.do(f"press {section.key}")
            for row in range(len(view.rows)):
                rig.do("press SHIFT") if row else None
                for number, knob in enumerate(view.rows[row], 1):
                    if not knob or not knob.id:
                        continue
                    id = rig.controller.knob(number).id
                    rig.now_s += 2
                    before = rig.store.get(id)
                    way = 1 if before < BY_ID[id].high else -1
                    rig.do(f"turn {number} by {way:+}")
                    assert (rig.store.get(id) - before) * way > 0, id
                    rig.store.set_many({id: before}, "test")
                rig.do("press SHIFT") if row else None
    rig.controls.close()


def test_the_labels_fit_their_cells():
    for section in (*SECTIONS, BY_KEY["PRESET"]):
        assert all(len(knob.label) <= 9 for *_, knob in knobs(section))


def test_a_section_key_shows_its_section_and_then_its_next_view(rig):
    assert (rig.face.section, rig.face.view) == ("EQ", "curve")
    rig.do("press DYN")
    seen = []
    for _ in range(4):
        seen.append(rig.face.view)
        rig.do("press DYN")
    assert seen == ["bands", "split", "up", "bands"]
    rig.do("press LIMIT", "press DYN")
    assert rig.face.view == "split", "a section comes back as it was left"


def test_the_first_knob_chooses_the_band_and_its_push_switches_it(rig):
    rig.do("turn 1 to 4", "turn 4 to 2")
    assert rig.store.get("eq.b4.gain_db") == 2 and rig.store.get("eq.b4.enabled") == 1
    rig.do("push 1")
    assert rig.store.get("eq.b4.enabled") == 0
    rig.do("press DYN")
    assert rig.face.band == 1, "each section has its own chosen band"
    rig.do("turn 1 by +9")
    assert rig.face.band == 4, "four bands are in use"


def test_shift_shows_the_second_row_while_it_is_held_or_after_a_tap(rig):
    rig.do("hold SHIFT")
    assert rig.face.shifted and rig.face.cells[0].label == "ON"
    rig.do("turn 1 to mid", "release SHIFT")
    assert not rig.face.shifted and rig.store.get("eq.b1.placement") == BY_ID["eq.b1.placement"].check("mid")
    rig.do("press SHIFT")
    assert rig.face.shifted
    rig.do("press SHIFT")
    assert not rig.face.shifted
    rig.do("press SHIFT", "press DYN")
    assert not rig.face.shifted, "another section begins with its first row"


def test_pushed_is_fine_held_is_the_default_and_two_pushes_are_the_previous_value(rig):
    rig.do("turn 4 to 3")
    rig.now_s += 2
    rig.do("push and turn 4 to 3.2")
    assert rig.store.get(GAIN) == pytest.approx(3.2)
    rig.do("push 4")
    rig.now_s -= 0.5 - DOUBLE_S / 2
    rig.do("push 4")
    assert rig.store.get(GAIN) == 3, "before the last gesture"
    rig.do("long 4")
    assert rig.store.get(GAIN) == 0
    rig.do("push 4")
    assert rig.store.get(GAIN) == 0, "a single push of a knob without a switch does nothing"


def test_a_double_push_leaves_the_switch_of_the_knob_as_it_was(rig):
    rig.do("press STEREO", "turn 4 to 150")
    rig.now_s += 2
    rig.do("turn 4 to 200", "push 4")
    rig.now_s -= 0.5 - DOUBLE_S / 2
    rig.do("push 4")
    assert rig.store.get("stereo.mono") == 1 and rig.store.get("stereo.mono_hz") == 150


def test_values_stop_at_numbers_that_can_be_written_down(rig):
    rig.do("turn 1 to 3", "turn 3 by +1")
    stops = []
    for _ in range(8):
        rig.do("turn 3 by +1")
        stops.append(rig.store.get("eq.b3.freq_hz"))
    assert stops == [240, 250, 260, 280, 300, 315, 330, 350]
    rig.store.set_many({"eq.b3.gain_db": -1.3}, "link")
    rig.do("turn 4 by +1")
    assert rig.store.get("eq.b3.gain_db") == -1.0


def test_fast_turns_move_further_unless_that_is_switched_off(tmp_path):
    moved = {}
    for acceleration in (True, False):
        rig = PanelRig(tmp_path / str(acceleration), options=PanelOptions(acceleration=acceleration))
        for _ in range(24):
            rig.now_s += 1 / 120
            rig.line("turn 4 +1")
        moved[acceleration] = rig.store.get(GAIN)
        rig.controls.close()
    assert moved[False] == 12 and moved[True] == 18
    rig = PanelRig(tmp_path / "free", options=PanelOptions(preferred_frequencies=False))
    rig.do("turn 3 by +1")
    assert rig.store.get("eq.b1.freq_hz") == pytest.approx(40 * 2 ** (1 / 12), abs=0.1)
    rig.controls.close()


def test_both_hands_at_once(rig):
    rig.line("press 4")
    for _ in range(10):
        rig.now_s += 0.06
        rig.sim.turn(3, 1)
        rig.sim.turn(4, -1)
        rig.pump()
    rig.sim.release("4")
    rig.pump()
    assert rig.store.get(GAIN) == pytest.approx(-1.0), "knob 4 is pushed, so it is fine"
    assert rig.store.get("eq.b1.freq_hz") == 70, "and knob 3 is not"
    assert [cell.touched for cell in rig.face.cells] == [False, False, True, True, False, False]


def test_shift_and_a_section_key_switch_the_whole_section(rig):
    for section in SECTIONS:
        if section.switch:
            before = rig.store.get(section.switch)
            rig.do("hold SHIFT", f"press {section.key}", "release SHIFT")
            assert rig.store.get(section.switch) == 1 - before
            assert rig.face.section == "EQ" and not rig.face.shifted
    rig.do("hold SHIFT", "press METER", "release SHIFT")
    assert rig.store.get("meter.epoch") == 1


def test_holding_the_band_knob_plays_the_band_alone(rig):
    rig.do("turn 1 to 3")
    rig.line("press 1")
    rig.wait(HOLD_S + 0.1)
    assert rig.store.get("eq.solo") == 3 and rig.face.listening == "SOLO BAND 3"
    rig.line("release 1")
    assert rig.store.get("eq.solo") == 0 and rig.store.get("eq.b3.enabled") == 0 and rig.face.listening == ""


@pytest.mark.parametrize("key", ["BYPASS", "FOOT"])
def test_bypass_acts_at_once_and_held_compares_at_equal_loudness(rig, key):
    rig.do(f"press {key}")
    assert rig.store.get("chain.bypass") == 1
    rig.do(f"press {key}")
    rig.line(f"press {key}")
    assert rig.store.get("chain.bypass") == 1 and rig.store.get("chain.match") == 0
    rig.wait(HOLD_S + 0.1)
    assert rig.store.get("chain.match") == 1 and rig.face.listening == "EQUAL LOUDNESS"
    rig.line(f"release {key}")
    assert rig.store.get("chain.bypass") == 0 and rig.store.get("chain.match") == 1
    rig.wait(AFTER_S)
    assert rig.store.get("chain.match") == 0 and not rig.face.listening


def test_ab_switches_copies_and_compares(rig):
    rig.do("turn 4 to 2", "press AB")
    assert rig.store.ab == "b" and rig.store.get(GAIN) == 0
    rig.do("press AB", "hold SHIFT", "press AB", "release SHIFT")
    assert rig.store.ab == "a" and rig.face.message == "A COPIED TO B"
    rig.line("press AB")
    rig.wait(HOLD_S + 0.1)
    assert rig.store.ab == "b" and rig.store.get(GAIN) == 2 and rig.store.get("chain.match") == 1
    rig.line("release AB")
    assert rig.store.ab == "a" and rig.store.get("chain.match") == 1
    rig.wait(AFTER_S)
    assert rig.store.get("chain.match") == 0


def test_undo_and_redo_say_what_they_changed(rig):
    rig.do("turn 4 to 2")
    rig.now_s += 5
    rig.store.set_many({"limiter.gain_db": 3}, "link")
    rig.do("press UNDO")
    assert rig.store.get("limiter.gain_db") == 0 and rig.face.message == "UNDO: LIM GAIN"
    rig.do("press UNDO")
    assert rig.store.get(GAIN) == 0 and rig.store.get("eq.b1.enabled") == 0, "the band was off before it was turned"
    rig.do("press UNDO")
    assert rig.face.message == "NOTHING TO UNDO"
    rig.do("hold SHIFT", "press UNDO", "press UNDO", "release SHIFT")
    assert rig.store.get(GAIN) == 2 and rig.store.get("limiter.gain_db") == 3 and not rig.face.shifted


def test_holding_preset_plays_the_stored_preset(rig):
    rig.store.load_preset(rig.library.load("Warm"), "link")
    stored = rig.store.get("eq.b1.gain_db")
    rig.do("turn 4 by +2")
    rig.line("press PRESET")
    rig.wait(HOLD_S + 0.1)
    assert rig.store.get("eq.b1.gain_db") == stored and rig.face.listening == "STORED PRESET"
    rig.line("release PRESET")
    assert rig.store.get("eq.b1.gain_db") > stored and rig.face.section == "EQ"


def test_a_held_section_key_shows_the_macros(rig):
    rig.do("long LIMIT")
    assert rig.face.section == "MASTER" and rig.face.cells[0].label == MACROS[DEFAULT_MACROS[0]].label
    rig.do("turn 3 to 50")
    assert rig.store.get("multiband.b1.threshold_db") == -12 and rig.store.get("multiband.b4.ratio") > 1
    rig.do("long 3")
    assert rig.store.get("multiband.b1.threshold_db") == 0
    rig.do("hold SHIFT", "turn 3 by +4", "release SHIFT")
    assert rig.store.macros[2] == list(MACROS)[6] and rig.store.macros[:2] == DEFAULT_MACROS[:2]
    rig.do("push and turn 1 by +1")
    assert rig.store.get("input.trim_db") == pytest.approx(0.1)
    rig.do("press EQ")
    assert rig.face.section == "EQ"


def test_the_lock_stops_everything_but_bypass(rig):
    rig.do("press LOCK")
    assert not rig.face.locked
    rig.do("long LOCK")
    assert rig.face.locked
    before = rig.store.snapshot()
    rig.do("turn 4 by +5", "long 4", "push 1", "press DYN", "press AB", "press PRESET", "press UNDO", "long EQ")
    assert rig.store.snapshot() == before and rig.store.ab == "a" and rig.face.section == "EQ"
    assert rig.face.message.startswith("LOCKED")
    rig.do("press BYPASS")
    assert rig.store.get("chain.bypass") == 1
    rig.do("press FOOT", "long LOCK", "turn 4 by +1")
    assert not rig.face.locked and rig.store.get(GAIN) == 0.5 and rig.store.get("chain.bypass") == 0


def test_a_refusal_is_said_in_words(rig):
    rig.do("press EQ", "push 6")
    assert rig.store.get("eq.b1.dynamic") == 0 and rig.face.message == "NEEDS MINIMUM PHASE: PUSH AGAIN"
    rig.do("push 6")
    assert rig.store.get("eq.b1.dynamic") == 1 and rig.store.get("eq.mode") == BY_ID["eq.mode"].check("minimum")
    rig.wait(MESSAGE_S)
    assert rig.face.message == ""


def test_a_question_is_forgotten_with_its_message(rig):
    rig.do("press EQ", "push 6")
    rig.wait(MESSAGE_S + 0.1)
    rig.do("push 6")
    assert rig.store.get("eq.b1.dynamic") == 0 and rig.store.get("eq.mode") == 0


def test_a_key_that_is_stuck_blocks_no_other(rig):
    """Every key in turn stays closed for ever: knobs, and bypass, still work."""
    for name in rig.board.scan.switch:
        if name in ("RELAY_SENSE", "BYPASS", "FOOT", "LOCK"):
            continue
        rig.line(f"press {name}")
        rig.wait(60)
        before = rig.store.get("chain.bypass")
        rig.do("press BYPASS")
        assert rig.store.get("chain.bypass") != before, name
        rig.do("press BYPASS", "press DYN", "turn 2 by -1")
        assert rig.face.section in ("DYN", "EQ", "MASTER"), name
        rig.line(f"release {name}")
    rig.do("press DYN")
    assert rig.face.section == "DYN"


def test_two_keys_at_once_are_both_seen(rig):
    rig.sim.press("DYN")
    rig.sim.press("BYPASS")
    rig.pump()
    assert rig.face.section == "DYN" and rig.store.get("chain.bypass") == 1
    rig.sim.release("DYN")
    rig.sim.release("BYPASS")
    rig.pump()


def test_a_panel_that_is_unplugged_while_a_key_is_held_lets_go(rig):
    rig.line("press SHIFT")
    rig.line("press BYPASS")
    rig.wait(HOLD_S + 0.1)
    rig.sim._closed.clear()  # the pull-up of the data line reads as open switches
    rig.pump()
    assert rig.store.get("chain.bypass") == 0 and not rig.face.shifted
    rig.wait(AFTER_S)
    assert rig.store.get("chain.match") == 0


def test_the_display_rests_when_nobody_is_there(rig):
    rig.wait(REST_S + 1)
    assert rig.face.resting
    rig.do("turn 1 by +1")
    assert not rig.face.resting


def test_the_panel_of_six_keys_reaches_every_section_and_both_rows(tmp_path):
    rig = PanelRig(tmp_path, panel="a")
    seen = []
    for _ in range(sum(len(section.views) for section in SECTIONS) + 1):
        seen.append((rig.face.section, rig.face.view))
        rig.do("press PAGE")
    assert len(set(seen)) == len(seen) and rig.face.section == "EQ"
    rig.do("hold PAGE", "turn 1 to side", "release PAGE")
    assert rig.face.section == "EQ" and rig.store.get("eq.b1.placement") == 4
    rig.do("press RECALL", "turn 1 to Warm", "push 1")
    assert rig.store.preset_name == "Warm"
    rig.do("press PAGE", "long PAGE")
    assert rig.face.section == "MASTER"
    rig.controls.close()


def test_the_target_of_the_loudness_picture_is_that_of_the_preset_until_it_is_turned(rig):
    rig.do("press METER")
    assert rig.face.target_lufs == -14.0
    rig.store.load_preset(Preset("Broadcast", target_lufs=-23.0), "link")
    assert rig.face.target_lufs == -23.0 and rig.face.cells[1].text == "-23"
    rig.do("turn 2 by +1")
    assert rig.face.target_lufs == rig.store.target_lufs == -20.0
    rig.do("long 2")
    assert rig.face.target_lufs == -14.0


def test_a_setting_that_the_type_of_the_band_does_not_use_is_shown_as_unused(rig):
    rig.do("turn 2 to low_cut")
    rig.wait(2)
    assert [rig.face.cells[place].text for place in (3, 5)] == ["unused", "12"]
    rig.do("turn 2 to bell")
    rig.wait(2)
    assert [rig.face.cells[place].text for place in (3, 5)] == ["0.0", "unused"]


class Listener:
    """Stands for `Learn`: the test says what it has heard."""

    def __init__(self):
        self.state = Learning()

    def start(self, target_lufs, seconds):
        if self.state.phase == "done":
            raise BoxError("the box cannot learn while the bypass is on: switch it off first")
        self.state = Learning("listening", left_s=2 * seconds, target_lufs=target_lufs)

    def stop(self):
        self.state = Learning("stopped", reason="asked")


def test_a_push_of_target_learns_the_gain_and_says_the_result(tmp_path):
    listener = Listener()
    rig = PanelRig(tmp_path, learn=listener)
    rig.do("press METER", "push 2")
    assert rig.face.message == "PLAY THE SONG: THE BOX LISTENS"
    rig.wait(MESSAGE_S)
    assert rig.face.listening == "LEARNING -14 LUFS: 60 S"
    listener.state = Learning("done", gain_db=6.4, expected_lufs=-14.02, within_lu=0.4)
    rig.wait(0.1)
    assert rig.face.message == "GAIN +6.4 dB: -14.0 LUFS, +-0.4" and not rig.face.listening
    rig.wait(5)
    assert rig.face.message, "a result can be read in peace"
    rig.do("push 2")
    assert rig.face.message == "SWITCH OFF BYPASS, MUTE, SOLO, MATCH"
    rig.controls.close()


def test_a_second_push_of_target_stops_learning(tmp_path):
    listener = Listener()
    rig = PanelRig(tmp_path, learn=listener)
    rig.do("press METER", "push 2", "push 2")
    rig.wait(0.1)
    assert rig.face.message == "LEARNING STOPPED"
    listener.start(-14.0, 30.0)
    rig.wait(0.1)
    listener.state = Learning("stopped", reason="silence")
    rig.wait(0.1)
    assert rig.face.message == "NO SOUND HEARD: PLAY THE SONG, PUSH 2"
    rig.controls.close()
