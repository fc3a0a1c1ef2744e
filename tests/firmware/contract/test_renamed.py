"""A renamed parameter is still accepted under its old id, in presets, states, run logs and on the link."""

import pytest

from firmware.contract import RENAMED, params, protocol
from firmware.engine import replay
from firmware.link.console import Console
from firmware.link.methods import Methods
from firmware.presets.document import Preset, dump, parse
from firmware.settings.store import Store
from tests.support.fake_box import FakeBox

OLD, NEW = "eq.mix_percent", "eq.mix_pct"
PRESET = 'format = "burnish-preset"\nschema = 1\n[meta]\nname = "Old"\n[eq]\nmode = "mixed"\nmix_percent = 35.0\n'


@pytest.fixture
def methods(tmp_path):
    return Methods(FakeBox(tmp_path), 10_000, None, dict)


def test_the_new_ids_are_in_the_table_and_the_old_ones_are_not():
    assert RENAMED[OLD] == NEW
    assert set(RENAMED.values()) <= set(params.BY_ID) and set(RENAMED).isdisjoint(params.BY_ID)


def test_a_preset_with_the_old_id_loads_and_is_written_with_the_new_one():
    preset = parse(PRESET)
    assert preset.values[NEW] == 35.0
    assert "mix_pct = 35.0" in dump(preset) and "mix_percent" not in dump(preset)


def test_the_content_id_of_a_preset_stays():
    """The expected id was computed before the parameter was renamed."""
    before = "867fbdd4cf765e451b50a15e1bf188918c63e7f5c61f71456076070cc0f1e51d"
    assert Preset("Old", {"eq.mode": 2.0, NEW: 35.0}).content_id == before


def test_the_link_answers_with_the_requested_id(methods):
    change = methods.set(protocol.Set({OLD: 35}))
    assert (change.old, change.new) == ({OLD: 50.0}, {OLD: 35.0})
    assert methods.get(protocol.Get([OLD])).values == {OLD: 35.0}
    assert methods.get(protocol.Get([NEW])).values == {NEW: 35.0}


def test_the_console_takes_the_old_id(methods):
    assert b"(was 50 %)" in Console(methods).answer(b"set eq.mix_percent 35")
    assert Console(methods).answer(b"get eq.mix_percent") == b"# eq.mix_percent = 35 %\r\n"


def test_a_kept_state_with_the_old_id_is_restored():
    state = Store().dump()
    for slot in state["slots"].values():
        for kind in ("values", "reference"):
            slot[kind][OLD] = slot[kind].pop(NEW) - 15
    store = Store()
    store.restore(state)
    assert store.get(NEW) == store.get(OLD) == 35.0


def test_a_run_log_with_the_old_id_is_read(tmp_path):
    path = tmp_path / "session.json"
    path.write_text(
        '{"format": "burnish-session", "schema": 1, "start": {"eq.mix_percent": 35.0},'
        ' "events": [{"frame": 480, "kind": "eq", "values": {"eq.mix_percent": 40.0}}]}'
    )
    run = replay.read_run_log(path)
    assert run["start"] == {NEW: 35.0} and run["events"][0]["values"] == {NEW: 40.0}
