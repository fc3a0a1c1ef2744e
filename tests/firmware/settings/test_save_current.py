"""Overwriting a preset keeps its notes, tags and foreign tables, from the front panel and over the link."""

import pytest

from firmware.contract import protocol
from firmware.link.methods import Methods
from firmware.panel.operation import PanelController
from firmware.presets.document import Preset, PresetError
from firmware.presets.library import PresetLibrary
from firmware.settings.save_current import save_current
from tests.support.fake_box import FakeBox

META = {"notes": "for the second record", "tags": ["warm", "vinyl"], "author": "somebody"}
EXTRA = {"x_studio": "north", "x_daw": {"track": "mix 3"}}


@pytest.fixture
def box(tmp_path):
    box = FakeBox(tmp_path)
    box.presets.save(Preset("Mine", {"limiter.gain_db": 1.0}, META, EXTRA, target_lufs=-16.0))
    box.store.set_many({"limiter.gain_db": 4.0}, "test")
    return box


def kept(user_dir):
    """[meta] and foreign tables of the preset, read from its file."""
    preset = PresetLibrary(user_dir).load("Mine")
    assert preset.values["limiter.gain_db"] == 4.0 and preset.target_lufs == -16.0
    return preset.meta, preset.extra


def test_over_the_link(box, tmp_path):
    Methods(box, 10_000, None, dict).preset_save(protocol.PresetSave("Mine", overwrite=True))
    assert kept(tmp_path) == (META, EXTRA)
    assert (box.store.preset_name, box.store.edited) == ("Mine", False)


def test_at_the_front_panel(box, tmp_path):
    panel = PanelController(box.store, box.presets)
    panel.press("PRESET")
    names = panel.face().preset.names
    panel.turn(1, names.index("Mine") - panel.face().preset.index)
    for _ in range(2):  # the second push answers the question
        panel.press("PUSH4")
        panel.release("PUSH4")
    assert kept(tmp_path) == (META, EXTRA)


def test_a_new_preset_has_the_meta_that_was_given(box):
    save_current(box.store, box.presets, "Other", "test", meta={"notes": "new"})
    assert box.presets.load("Other").meta == {"notes": "new"} and box.presets.load("Other").extra == {}


def test_without_overwrite_nothing_changes(box):
    with pytest.raises(PresetError, match="already"):
        save_current(box.store, box.presets, "Mine", "test")
    assert box.presets.load("Mine").values["limiter.gain_db"] == 1.0 and box.store.preset_name is None
