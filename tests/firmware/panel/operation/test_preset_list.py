"""The PRESET page: load, store, overwrite, rename, order, delete, and what it asks before."""

import pytest

from firmware.panel.operation import CHOICE_S
from firmware.presets import Preset


def test_choosing_loads_nothing_and_a_push_does(rig):
    rig.do("press PRESET", "turn 1 to Warm")
    assert rig.store.preset_name is None
    rig.do("push 1")
    assert rig.store.preset_name == "Warm" and rig.face.message == "LOADED Warm"
    rig.do("press EQ", "press PRESET")
    assert rig.face.preset.names[rig.face.preset.index] == "Warm", "the list opens at the preset in use"
    rig.do("turn 1 to Neutral", "press PRESET")
    assert rig.store.preset_name == "Neutral", "the key loads too"


def test_the_list_closes_when_nobody_chooses(rig):
    rig.do("press DYN", "press PRESET")
    rig.wait(CHOICE_S + 1)
    assert rig.face.section == "DYN"


def test_a_load_that_could_startle_needs_a_second_push(rig):
    rig.do("press PRESET", "turn 1 to Loud", "push 1")
    assert rig.store.preset_name is None and rig.face.message == "LOUDER! PUSH 1 AGAIN"
    rig.do("turn 1 to Neutral", "push 1")
    assert rig.store.preset_name == "Neutral"
    rig.do("turn 1 to Loud", "push 1", "push 1")
    assert rig.store.preset_name == "Loud"


def test_store_new_over_rename_and_delete(rig):
    rig.do("turn 4 to 2", "press PRESET", "push 3")
    assert rig.store.preset_name == "Panel 01" and not rig.store.edited
    rig.do("press EQ", "turn 4 to 3", "press PRESET", "push 4")
    assert rig.library.load("Panel 01").values["eq.b1.gain_db"] == 3, "the preset in use needs no question"
    rig.do("push 5", "turn 2 by +1", "push 3", "push 4", "push 5")
    renamed = rig.store.preset_name
    assert renamed == "Qanel 01" and rig.face.message == "RENAMED Qanel 01"
    assert "Panel 01" not in [entry.name for entry in rig.library.list()]
    rig.do("push 6")
    assert rig.face.message == "DELETE? PUSH 6 AGAIN"
    rig.do("push 6")
    assert renamed not in rig.face.preset.names


def test_another_preset_is_overwritten_after_a_question_and_a_factory_preset_never(rig):
    rig.library.save(Preset("Mine"))
    rig.do("turn 4 to 2", "press PRESET", "turn 1 to Mine", "push 4")
    assert rig.face.message == "OVERWRITE? PUSH 4 AGAIN" and rig.library.load("Mine").values["eq.b1.gain_db"] == 0
    rig.do("push 4")
    assert rig.library.load("Mine").values["eq.b1.gain_db"] == 2
    rig.do("turn 1 to Warm", "push 4")
    assert rig.face.message == "FACTORY PRESET: USE NEW"
    rig.do("push 5")
    assert rig.face.view == "list"
    rig.do("push 6", "push 6")
    assert "Warm" in [entry.name for entry in rig.library.list()]


def test_the_second_knob_orders_the_list_and_the_order_is_kept(rig):
    rig.do("press PRESET")
    names = rig.face.preset.names
    rig.do(f"turn 1 to {names[0]}", "turn 2 by +2")
    assert rig.face.preset.names[:3] == (names[1], names[2], names[0])
    rig.do("press EQ", "press PRESET")
    assert rig.face.preset.names[:3] == (names[1], names[2], names[0])


@pytest.mark.parametrize(
    "text", ["", "slots = 3", "format = 'burnish-slots'\nslots = [1]", "[[[[", "format = 'other'\nslots = []"]
)
def test_a_damaged_order_file_is_renamed(rig, tmp_path, text):
    (tmp_path / "panel").mkdir()
    (tmp_path / "panel" / "slots.toml").write_text(text)
    rig.do("press PRESET")
    assert len(rig.face.preset.names) >= 4
    assert (tmp_path / "panel" / "slots.toml.corrupt").read_text() == text


def test_a_preset_that_is_damaged_is_refused_on_the_display(rig, tmp_path):
    rig.library.save(Preset("Mine"))
    rig.do("press PRESET", "turn 1 to Mine")
    (tmp_path / "mine.toml").write_text("broken")
    rig.do("push 1")
    assert rig.face.message == "PRESET IS DAMAGED" and rig.store.preset_name is None


def test_a_name_that_is_taken_or_empty_changes_nothing(rig):
    for name in ("One", "Two"):
        rig.library.save(Preset(name))
    rig.do("press PRESET", "turn 1 to One", "push 5")
    rig.do("push 4", "push 4", "push 4", "push 5")
    assert "One" in [entry.name for entry in rig.library.list()], "an empty name is no name"
    rig.do("turn 1 to Two", "push 5", "push 6")
    assert rig.face.view == "list" and "Two" in rig.face.preset.names
