"""Undo and redo of the store: panel and laptop alike, presets, copies; compare; the macros of the MASTER page."""

import pytest

from firmware.contract import BY_ID
from firmware.presets import Preset, PresetError, PresetLibrary
from firmware.settings import DEFAULT_MACROS, MACROS, MOST_CHANGES, Store, save_current

GAIN, CEILING = "limiter.gain_db", "limiter.ceiling_dbtp"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(clock):
    return Store(clock=clock)


def test_changes_of_panel_and_laptop_are_taken_back_in_their_order(store, clock):
    for number, source in enumerate(("panel", "link", "panel"), 1):
        clock.now += 5
        store.set_many({GAIN: float(number)}, source)
    assert [store.undo("panel").source for _ in range(3)] == ["panel", "link", "panel"]
    assert store.get(GAIN) == 0 and store.undo("panel") is None and not store.edited
    assert [store.redo("link").after[GAIN] for _ in range(3)] == [1, 2, 3] and store.redo("link") is None


def test_a_turn_is_one_change_and_a_pause_begins_another(store, clock):
    for value in (0.5, 1.0, 1.5):
        clock.now += 0.1
        store.set_many({GAIN: value}, "panel")
    clock.now += 2
    store.set_many({GAIN: 3.0}, "panel")
    assert store.undoable == 2
    store.undo("panel")
    assert store.get(GAIN) == 1.5
    store.undo("panel")
    assert store.get(GAIN) == 0


def test_a_turn_that_ends_where_it_began_is_no_change(store, clock):
    for value in (0.5, 0.0):
        clock.now += 0.1
        store.set_many({GAIN: value}, "panel")
    assert store.undoable == 0


def test_the_last_hundred_changes_are_kept(store, clock):
    for number in range(MOST_CHANGES + 20):
        clock.now += 5
        store.set_many({GAIN: 0.1 * (number % 100 + 1)}, "panel")
    assert store.undoable == MOST_CHANGES
    while store.undo("panel"):
        pass
    assert store.get(GAIN) == pytest.approx(0.1 * 20)


def test_a_new_change_forgets_what_could_be_redone(store, clock):
    store.set_many({GAIN: 1.0}, "panel")
    store.undo("panel")
    store.set_many({CEILING: -3.0}, "panel")
    assert store.redo("panel") is None


def test_a_preset_is_one_change_and_its_name_comes_back(store, clock):
    store.load_preset(Preset("First", {GAIN: 2.0}), "panel")
    clock.now += 5
    store.load_preset(Preset("Second", {CEILING: -3.0}), "link")
    assert store.undo("panel").text == "preset Second"
    assert (store.preset_name, store.get(GAIN), store.get(CEILING), store.edited) == ("First", 2.0, -1.0, False)


def test_each_buffer_has_its_own_changes(store, clock):
    store.set_many({GAIN: 1.0}, "panel")
    store.copy("a", "b", "panel")
    store.select("b", "panel")
    assert store.get(GAIN) == 1.0
    store.undo("panel")  # takes back the copy
    assert store.get(GAIN) == 0.0
    store.select("a", "panel")
    assert store.get(GAIN) == 1.0


def test_bypass_and_solo_are_no_changes_of_the_sound(store):
    store.set_many({"chain.bypass": 1, "eq.solo": "3" if BY_ID["eq.solo"].stored else 0, "chain.mute": 1}, "panel")
    assert store.undoable == 0


def test_published_values_follow_an_undo(clock):
    published = []
    store = Store(lambda values, rev: published.append(values[GAIN]), clock=clock)
    store.set_many({GAIN: 6.0}, "panel")
    store.undo("panel")
    assert published[-2:] == [6.0, 0.0]


def test_compare_plays_the_stored_preset_and_comes_back(store):
    store.load_preset(Preset("P", {GAIN: 2.0}), "panel")
    store.set_many({GAIN: 5.0}, "panel")
    before = store.undoable
    store.compare("panel")
    assert store.get(GAIN) == 2.0 and store.edited
    store.compare("panel")
    assert store.get(GAIN) == 5.0 and store.edited and store.undoable == before


@pytest.mark.parametrize("macro", MACROS.values(), ids=lambda macro: macro.name)
def test_a_macro_is_where_it_was_turned_to_over_its_whole_range(macro):
    values = {id: param.default for id, param in BY_ID.items()}
    for position in (macro.low, (macro.low + macro.high) / 2, macro.high, macro.low):
        values |= macro.moved(values, position)
        assert macro.position(values) == pytest.approx(position, abs=100 * BY_ID[macro.moves[0].id].step / 4)
    for move in macro.moves:  # back at its low end, everything is where the curve says
        assert abs(values[move.id] - move.at(macro.low)) <= 2 * BY_ID[move.id].step + 0.02 * abs(move.at(macro.low))


def test_a_macro_moves_a_value_that_was_set_by_hand_by_the_difference():
    values = {id: param.default for id, param in BY_ID.items()} | {"multiband.b3.threshold_db": -10.0}
    changed = MACROS["glue"].moved(values, 50)
    assert changed["multiband.b1.threshold_db"] == -12 and changed["multiband.b3.threshold_db"] == -22


def test_the_macros_of_a_buffer_are_stored_in_its_preset_and_its_state(store, tmp_path):
    names = ("air", *DEFAULT_MACROS[1:])
    store.set_macros(names, "panel")
    library = PresetLibrary(tmp_path)
    save_current(store, library, "Mine", "panel")
    store.load_preset(library.load("Neutral"), "panel")
    assert store.macros == DEFAULT_MACROS
    store.load_preset(library.load("Mine"), "panel")
    assert store.macros == names
    other = Store()
    other.restore(store.dump())
    assert other.macros == names
    with pytest.raises(ValueError, match="macros of"):
        store.set_macros(("nothing", *DEFAULT_MACROS[1:]), "panel")


def test_the_loudness_target_of_a_buffer_follows_its_preset_and_is_stored_in_it_and_in_the_state(store, tmp_path):
    assert store.target_lufs is None
    library = PresetLibrary(tmp_path)
    store.load_preset(library.load("Streaming -14"), "link")
    assert store.target_lufs == -14.0
    store.set_target(-9.5, "panel")
    assert store.target_lufs == -9.5 and not store.edited
    save_current(store, library, "Mine", "panel")
    assert library.load("Mine").target_lufs == -9.5
    other = Store()
    other.restore(store.dump())
    assert other.target_lufs == -9.5
    store.select("b", "panel")
    assert store.target_lufs is None
    store.copy("a", "b", "panel")
    assert store.target_lufs == -9.5
    store.load_preset(Preset("Plain"), "link")
    assert store.target_lufs is None
    store.undo("panel")
    assert store.target_lufs == -9.5
    with pytest.raises(PresetError, match="allowed is -50 to 0 LUFS"):
        store.set_target(3.0, "panel")
