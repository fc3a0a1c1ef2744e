"""Unexpected files in place of presets and of the list of slots."""

import os
import sys
import tomllib

import pytest

from firmware.presets import document
from firmware.presets.document import Preset, PresetError, dump, parse
from firmware.presets.library import PresetLibrary
from firmware.presets.slots import Slots
from tests.support import hostile_files

TEXT = dump(Preset("x", {"limiter.gain_db": 1.0}))
SHAPES = hostile_files.SHAPES | {
    name: (lambda path, text=text: path.write_text(text))
    for name, text in {
        "a header nested 15 000 deep": "[" + "a." * 15_000 + "a]\n",
        "quoted keys nested 8 000 deep": '"a".' * 8_000 + "a = 1",
        "sixteen thousand headers": "".join(f"[a{n}]\n" for n in range(8_000)),
        "nested tables": "a = " + "{b = " * 10_000,
        "quotes without an end": '"""' + '\\"""' * 16_000,
        "a name of 60 000 marks that combine": TEXT.replace('name = "x"', 'name = "' + "a\u0316\u0301" * 10_000 + '"'),
    }.items()
}


def calls(act) -> int:
    """The number of function calls that `act` makes, a measure of its cost that does not depend on the machine."""
    count = 0

    def one(*_):
        nonlocal count
        count += 1

    sys.setprofile(one)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_an_unexpected_file_in_place_of_a_preset_does_not_hide_the_others(tmp_path, shape):
    library = PresetLibrary(tmp_path)
    library.save(Preset("Good"))
    SHAPES[shape](tmp_path / "bad.toml")
    with hostile_files.within_patience():
        for _ in range(2):
            rows = [entry for entry in library.list() if not entry.factory]
            assert [entry.name for entry in rows if not entry.error] == ["Good"]
        with pytest.raises(PresetError) as refused:
            library.load("bad")
        assert "\n" not in str(refused.value) and len(str(refused.value)) < 500
        library.save(Preset("Bad"), overwrite=True)
    assert library.load("bad").name == "Bad"


@pytest.mark.parametrize("shape", hostile_files.SHAPES)
def test_an_unexpected_file_in_place_of_the_slots_gives_the_default_order(tmp_path, shape):
    slots = Slots(tmp_path)
    hostile_files.SHAPES[shape](tmp_path / "slots.toml")
    with hostile_files.within_patience():
        assert slots.read() == []
        slots.write(["b", "a"])
    assert slots.read() == ["b", "a"]


@pytest.mark.parametrize("shape", hostile_files.SHAPES)
def test_an_unexpected_file_in_place_of_the_directory_leaves_the_factory_presets(tmp_path, shape):
    hostile_files.SHAPES[shape](tmp_path / "presets")
    with hostile_files.within_patience():
        library = PresetLibrary(tmp_path / "presets")
        assert library.list() and library.load("Neutral")


@pytest.mark.parametrize("bomb", ["a." * 15_000 + "a = 1", "[" + "a." * 15_000 + "a]\n", '"a".' * 8_000 + "a = 1"])
def test_a_text_that_takes_minutes_to_parse_is_refused_before_parsing(monkeypatch, bomb):
    monkeypatch.setattr(document.tomllib, "loads", lambda _: pytest.fail("this takes minutes"))
    with pytest.raises(PresetError, match="a key of more than 12 names"):
        parse(bomb)


def test_points_and_brackets_in_texts_and_comments_do_not_count():
    notes = "1.2.3.4.5.6.7.8.9.10.11.12.13.14 [[[[[[[[[[[[[[[["
    for quotes in ('"', "'", '"""', "'''"):
        assert parse(
            f"format = 'burnish-preset'\nschema = 1\n# {notes}\n[meta]\nname = 'x'\nnotes = {quotes}{notes}{quotes}\n"
        )
    listed = ", ".join(["1.5"] * 100)
    assert parse(f"format = 'burnish-preset'\nschema = 1\n[meta]\nname = 'x'\nlevels = [{listed}]\n")


def test_seventy_presets_are_parsed_once_each_and_refusals_too(tmp_path, monkeypatch):
    library = PresetLibrary(tmp_path)
    for number in range(60):
        (tmp_path / f"p{number:02d}.toml").write_text(TEXT.replace('"x"', f'"p{number:02d}"'))
    for number in range(10):
        (tmp_path / f"new{number}.toml").write_text(TEXT.replace("schema = 1", "schema = 9\nmin_reader = 9", 1))
    parsed = []
    monkeypatch.setattr(
        "firmware.presets.library.parse", lambda data, where: parsed.append(where) or parse(data, where)
    )
    first = library.list()
    assert len(first) >= 70 and len(parsed) == 70
    assert library.list() == first and len(parsed) == 70
    (tmp_path / "new0.toml").write_text(TEXT.replace('"x"', '"mended"'))
    assert "mended" in [entry.name for entry in library.list()] and len(parsed) == 71


def test_a_corrupt_file_that_cannot_be_renamed_is_parsed_once(tmp_path, monkeypatch):
    library = PresetLibrary(tmp_path)
    (tmp_path / "bad.toml").write_text("a = ")
    parsed = []
    monkeypatch.setattr(
        "firmware.presets.library.parse", lambda data, where: parsed.append(where) or parse(data, where)
    )

    def refuse(*_):
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as read_only:
        read_only.setattr(os, "rename", refuse)
        rows = [entry for _ in range(3) for entry in library.list() if not entry.factory]
    assert len(parsed) == 1 and len(rows) == 3 and all("Read-only" in row.error for row in rows)


def test_reading_a_preset_costs_little_more_than_decoding_its_text():
    """The list of 70 presets takes well under a second on a Pi."""
    assert calls(lambda: parse(TEXT)) <= 3.5 * calls(lambda: tomllib.loads(TEXT))
