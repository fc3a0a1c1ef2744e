"""Presets in files: factory presets, user presets, and files that are not presets."""

import errno
import os

import pytest

from firmware.presets.document import Preset, PresetError, dump, parse
from firmware.presets.library import PresetLibrary


@pytest.fixture
def library(tmp_path):
    return PresetLibrary(tmp_path)


WARM = Preset("My warm", {"eq.b1.enabled": 1, "eq.b1.gain_db": 2.0}, {"author": "me"})


def refused(call, *args, **kwargs) -> str:
    with pytest.raises(PresetError) as caught:
        call(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return caught.value.name


def test_factory_presets_can_be_loaded_and_have_notes(library):
    entries = [entry for entry in library.list() if entry.factory]
    assert len(entries) >= 4 and "Neutral" in {entry.name for entry in entries}
    assert len({entry.content_id for entry in entries}) == len(entries)
    for entry in entries:
        preset = library.load(entry.name)
        assert library.load(entry.slug) is preset and preset.slug == entry.slug
        assert preset.meta["notes"] and preset.meta["genre"]
        assert preset.values["limiter.enabled"] == 1 and preset.values["limiter.ceiling_dbtp"] <= -0.1
    assert library.load("Neutral").content_id == Preset("x").content_id


def test_saves_loads_and_lists(library, tmp_path):
    library.save(WARM)
    assert library.load("My warm") == library.load("my-warm") == library.load("  MY  WARM ") == WARM
    assert (tmp_path / "my-warm.toml").read_text() == dump(WARM)
    assert [entry.name for entry in library.list() if not entry.factory] == ["My warm"]
    assert os.listdir(tmp_path) == ["my-warm.toml"]


def test_a_file_that_changed_under_the_library_is_read_again(library, tmp_path):
    library.save(WARM)
    assert library.load("My warm") is library.load("My warm"), "known while the file is the same"
    path = tmp_path / "my-warm.toml"
    path.write_text(path.read_text().replace("gain_db = 2.0", "gain_db = 3.0"))
    assert library.load("My warm").values["eq.b1.gain_db"] == 3.0
    path.unlink()
    assert refused(library.load, "My warm") == "not_found"


def test_overwrites_only_on_request(library):
    library.save(WARM)
    louder = Preset("My warm", {"limiter.gain_db": 3})
    assert refused(library.save, louder) == "exists"
    assert library.load("My warm") == WARM
    library.save(louder, overwrite=True)
    assert library.load("My warm") == louder


def test_factory_presets_are_read_only(library):
    assert refused(library.save, Preset("neutral!"), overwrite=True) == "read_only"
    assert refused(library.delete, "Neutral") == "read_only"
    assert refused(library.rename, "Neutral", "Mine") == "read_only"
    assert library.copy("Neutral", "Mine").content_id == library.load("Neutral").content_id
    assert refused(library.copy, "Neutral", "Mine") == "exists"


def test_renames_and_deletes(library, tmp_path):
    library.save(WARM)
    renamed = library.rename("My warm", "Your warm")
    assert (renamed.name, renamed.values, renamed.meta) == ("Your warm", WARM.values, WARM.meta)
    assert os.listdir(tmp_path) == ["your-warm.toml"]
    library.rename("Your warm", "YOUR Warm")
    assert library.load("your-warm").name == "YOUR Warm"
    library.save(WARM)
    assert refused(library.rename, "My warm", "Your warm") == "exists"
    library.delete("Your warm")
    assert refused(library.delete, "Your warm") == "not_found"
    with pytest.raises(PresetError, match="did you mean My warm"):
        library.load("My wram")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\x00b", "..", "CON"])
def test_names_never_leave_the_directory(library, tmp_path, name):
    assert refused(library.load, name) in ("not_found", "range")
    if name != "..":
        library.save(Preset(name))
        assert len(os.listdir(tmp_path)) == 1
        assert library.load(name).name == Preset(name).name


@pytest.mark.parametrize("content", [b"", b"\x00" * 200, b"format = ", b"\xff", b"x" * 100_000])
def test_a_corrupt_file_is_renamed_and_never_overwritten(library, tmp_path, content):
    path = tmp_path / "my-warm.toml"
    path.write_bytes(content)
    assert refused(library.load, "My warm") == "corrupt"
    assert not path.exists()
    path.write_bytes(content)
    assert all(entry.factory for entry in library.list())
    path.write_bytes(content)
    library.save(WARM)
    assert library.load("My warm") == WARM
    kept = sorted(p for p in tmp_path.iterdir() if ".corrupt-" in p.name)
    assert len(kept) == 3 and all(p.read_bytes() == content for p in kept)


def test_a_preset_with_a_wrong_value_stays_and_is_listed_with_its_fault(library, tmp_path):
    path = tmp_path / "my-warm.toml"
    text = dump(WARM).replace("gain_db = 2.0", "gain_db = 200.0")
    path.write_text(text)
    (entry,) = (entry for entry in library.list() if not entry.factory)
    assert "eq.b1.gain_db cannot be 200.0: allowed is -18 to 18 dB" in entry.error
    assert refused(library.load, "My warm") == "range"
    assert refused(library.save, WARM) == "exists"
    assert path.read_text() == text
    library.save(WARM, overwrite=True)
    (aside,) = (p for p in tmp_path.iterdir() if p != path)
    assert aside.read_text() == text and library.load("My warm") == WARM


def test_the_original_of_another_schema_is_kept(library, tmp_path):
    newer = dump(WARM).replace("schema = 1", "schema = 2")
    (tmp_path / "my-warm.toml").write_text(newer)
    library.save(library.load("My warm"), overwrite=True)
    assert parse((tmp_path / "my-warm.toml").read_text()).schema == 1
    assert (tmp_path / "my-warm.toml.bak-schema2").read_text() == newer


@pytest.mark.parametrize(("number", "name"), [(errno.ENOSPC, "storage_full"), (errno.EROFS, "storage")])
def test_a_failing_medium_leaves_the_old_preset(library, tmp_path, monkeypatch, number, name):
    library.save(WARM)

    def fails(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    assert refused(library.save, Preset("My warm"), overwrite=True) == name
    assert library.load("My warm") == WARM and os.listdir(tmp_path) == ["my-warm.toml"]


def test_only_a_save_creates_the_folder(tmp_path):
    library = PresetLibrary(tmp_path / "new" / "presets")
    assert [entry.name for entry in library.list() if not entry.factory] == []
    library.load("Neutral")
    assert refused(library.delete, "Mine") == "not_found" and os.listdir(tmp_path) == []
    library.save(Preset("Mine"))
    assert PresetLibrary(tmp_path / "new" / "presets").load("Mine").name == "Mine"


def test_leftovers_of_a_power_cut_are_removed(tmp_path):
    (tmp_path / ".my-warm.toml.abc.tmp").write_bytes(b"half")
    PresetLibrary(tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["a" * 75, "a" * 300, "a-" * 5000 + "a"])
def test_a_long_slug_is_refused_like_a_long_name(library, name):
    for act in (library.load, library.delete, lambda name: library.copy("Neutral", name)):
        assert refused(act, name) == "range"
