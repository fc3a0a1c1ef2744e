"""The preset document: reading, refusals and writing."""

import datetime
import math

import pytest

from firmware.contract.params import BY_ID, DEFAULTS, TABLE
from firmware.presets import document
from firmware.presets.document import MAX_BYTES, Preset, PresetError, clean_name, dump, from_tree, parse, slug

HEAD = 'format = "burnish-preset"\nschema = 1\nmin_reader = 1\n[meta]\nname = "Test"\n'
STORED = [param for param in TABLE if param.stored]


def refusal(text, where="test.toml") -> PresetError:
    with pytest.raises(PresetError) as caught:
        parse(text, where)
    message = str(caught.value)
    assert message.startswith((where, "preset")) and "\n" not in message and len(message) < 300
    return caught.value


def test_reads_values_in_units_and_fills_the_rest_with_defaults():
    preset = parse(HEAD + '[eq.b2]\nenabled = true\ntype = "notch"\nfreq_hz = 1000\n[limiter]\nceiling_dbtp = -0.3\n')
    assert preset.name == "Test"
    changed = {id: value for id, value in preset.values.items() if value != DEFAULTS[id]}
    assert changed == {"eq.b2.enabled": 1.0, "eq.b2.type": 5.0, "eq.b2.freq_hz": 1000.0, "limiter.ceiling_dbtp": -0.3}
    assert set(preset.values) == {param.id for param in STORED}


@pytest.mark.parametrize(
    ("lines", "name", "parts"),
    [
        ("[limiter]\ngain_dbb = 3.0", "unknown_path", ["limiter.gain_dbb", "3.0", "limiter.gain_db (-12 to 24 dB)"]),
        ('[limiter]\ngain_db = "1 V"', "range", ["limiter.gain_db cannot be '1 V'", "-12 to 24 dB"]),
        ('[limiter]\ngain_db = "1 dB"', "range", ["limiter.gain_db cannot be '1 dB'", "-12 to 24 dB"]),
        ("[limiter]\ngain_db = 25", "range", ["limiter.gain_db cannot be 25", "-12 to 24 dB"]),
        ("[limiter]\ngain_db = true", "range", ["limiter.gain_db cannot be true", "-12 to 24 dB"]),
        ("[limiter]\ngain_db = [1]", "range", ["limiter.gain_db cannot be [1]", "-12 to 24 dB"]),
        ("[limiter]\ngain_db = nan", "range", ["nan", "finite"]),
        ("[limiter]\ngain_db = -inf", "range", ["-inf", "finite"]),
        ("[limiter]\ngain_db = 2026-11-20", "range", ["limiter.gain_db", "-12 to 24 dB"]),
        (f"[limiter]\ngain_db = 1{'0' * 400}", "range", ["64 bits"]),
        (f"[limiter]\ngain_db = 1{'0' * 5000}", "corrupt", ["TOML"]),
        ("[limiter]\nenabled = 1", "range", ["limiter.enabled cannot be 1", "true or false"]),
        ("[eq.b1]\ntype = 'peak'", "range", ["eq.b1.type cannot be 'peak'", "bell"]),
        ("[eq.b1]\ntype = 1", "range", ["eq.b1.type cannot be 1", "bell"]),
        ("[eq.b9]\ngain_db = 1", "unknown_path", ["eq.b9.gain_db", "did you mean eq.b"]),
        ("[limter]", "unknown_path", ["limter"]),
        ('["eq.b1"]\ngain_db = 1', "unknown_path", ['"eq.b1".gain_db']),
        ("[chain]\nbypass = true", "unknown_path", ["chain.bypass", "not part of a preset"]),
        ("[meta.x]\nlevel = inf", "range", ["inf"]),
    ],
)
def test_refuses_with_file_key_value_and_what_is_allowed(lines, name, parts):
    error = refusal(HEAD + lines + "\n")
    assert error.name == name
    for part in ["test.toml", *parts]:
        assert part in str(error)


@pytest.mark.parametrize(
    ("text", "name", "part"),
    [
        ("", "corrupt", "format"),
        ("hello", "corrupt", "TOML"),
        (b"\xff\xfe\x00", "corrupt", "UTF-8"),
        ("format = 'other'\nschema = 1", "corrupt", "burnish-preset"),
        ("format = 'burnish-preset'", "range", "schema cannot be None"),
        ("format = 'burnish-preset'\nschema = true", "range", "schema cannot be True"),
        ("format = 'burnish-preset'\nschema = 0", "range", "schema cannot be 0"),
        ("format = 'burnish-preset'\nschema = 1.5", "range", "schema cannot be 1.5"),
        ("format = 'burnish-preset'\nschema = 2\nmin_reader = 2\n[warp]\nspeed = 9", "schema_too_new", "schema 2"),
        ("format = 'burnish-preset'\nschema = 1\nmeta = 3", "range", "meta"),
        ("format = 'burnish-preset'\nschema = 1\n[meta]\nname = 3", "range", "name"),
        ("a = " + "[" * 30_000, "corrupt", "deeply"),
        ("x_a = " + "[" * 40 + "]" * 40 + "\nformat = 'burnish-preset'\nschema = 1", "range", "12 deep"),
        ("a" * (MAX_BYTES + 1), "corrupt", "65536"),
        (HEAD + "[limiter]\ngain_db = 1\ngain_db = 2", "corrupt", "TOML"),
    ],
)
def test_refuses_other_files_before_checking_values(text, name, part):
    error = refusal(text)
    assert error.name == name and part in str(error)


def test_newer_schema_that_this_reader_may_load_is_loaded():
    text = HEAD.replace("schema = 1", "schema = 3") + "[limiter]\ngain_db = 2.0\n"
    preset = parse(text)
    assert preset.schema == 3 and preset.values["limiter.gain_db"] == 2.0


def test_meta_and_foreign_keys_are_kept_as_they_are():
    text = (
        'format = "burnish-preset"\nschema = 1\nmin_reader = 1\nx_rating = 5\n[meta]\nname = "Test"\n'
        'created = 2026-11-20T10:00:00Z\nnotes = "a\\nb \\u202e"\n[meta.deep]\nlist = [1, {a = "b"}]\n'
        '[x_daw]\ntrack = "mix"\n[[x_list]]\na = 1\n[[x_list]]\na = 2.5\n'
    )
    preset = parse(text)
    assert preset.meta["created"] == datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC)
    again = parse(dump(preset))
    assert (again.meta, again.extra) == (preset.meta, preset.extra)
    assert again.extra == {"x_rating": 5, "x_daw": {"track": "mix"}, "x_list": [{"a": 1}, {"a": 2.5}]}
    assert from_tree(preset.to_tree()) == preset


def random_preset(rng, name="Random") -> Preset:
    values = {}
    for param in STORED:
        value = rng.uniform(param.low, param.high)
        values[param.id] = value if param.kind == "number" else float(round(value))
    return Preset(name, values)


def test_canonical_text_is_a_fixed_point_and_keeps_every_value(rng):
    for _ in range(50):
        preset = random_preset(rng)
        text = dump(preset)
        again = parse(text)
        assert again == preset and dump(again) == text and again.content_id == preset.content_id
        for param in STORED:
            assert again.values[param.id] == pytest.approx(preset.values[param.id], abs=param.step / 2 + 1e-9)


def test_content_id_follows_the_sound_and_nothing_else(rng):
    preset = random_preset(rng)
    assert Preset("Other", preset.values, {"notes": "x"}, {"x_a": 1}).content_id == preset.content_id
    for param in STORED:
        other = param.low if preset.values[param.id] != param.low else param.high
        assert Preset("Random", {**preset.values, param.id: other}).content_id != preset.content_id
    assert parse(HEAD).content_id == Preset("Neutral").content_id
    assert Preset("a", {"limiter.gain_db": 1.04}).content_id == Preset("a", {"limiter.gain_db": 1.0}).content_id


def test_too_large_to_write_is_refused():
    with pytest.raises(PresetError, match="65536"):
        dump(Preset("Big", meta={"notes": "x" * MAX_BYTES}))


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, "3", None, 99])
def test_construction_is_checked_too(value):
    with pytest.raises(PresetError, match=r"limiter.gain_db cannot be .*: allowed is -12 to 24 dB"):
        Preset("Test", {"limiter.gain_db": value})


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Vocal\t dark\n", "Vocal dark"),
        ("Evil\u202egnp.exe", "Evilgnp.exe"),
        ("bell\x07 \x1b[2Jred", "bell [2Jred"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("Caf\u0065\u0301", "Café"),
        ("x" * 32, "x" * 32),
    ],
)
def test_invisible_characters_are_removed_from_names(typed, shown):
    assert clean_name(typed) == shown


@pytest.mark.parametrize("name", ["", " \u200b\x00", "x" * 33, "\ud800"])
def test_names_of_no_or_too_many_characters_are_refused(name):
    with pytest.raises(PresetError, match="1 to 32 visible"):
        clean_name(name)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Vocal – Dark, v2", "vocal-dark-v2"),
        ("../../etc/passwd", "etc-passwd"),
        ("Café", "cafe"),
        ("CON", "con-"),
        ("Streaming −14", "streaming-14"),
    ],
)
def test_file_name_is_a_plain_slug(name, file):
    assert slug(name) == file


def test_names_in_other_scripts_get_different_slugs():
    slugs = {slug(name) for name in ("温かい", "明るい", "тёплый", "тёмный", "温かい v2", "!!!", "???")}
    assert len(slugs) == 7
    assert all(part.isascii() and part.replace("-", "").isalnum() for part in slugs)


def test_migrations_chain_from_the_schema_of_the_file(monkeypatch):
    """An invented history: schema 1 had half the gain of the limiter as `drive_db`, schema 2 had no ceiling."""
    monkeypatch.setattr(document, "SCHEMA", 3)
    monkeypatch.setattr(document, "OLD_DEFAULTS", {1: {"limiter.drive_db": 4.0}, 2: {"limiter.gain_db": 1.0}})
    seen = []

    def from_1(sound):
        seen.append(dict(sound))
        return {"limiter.gain_db": sound.pop("limiter.drive_db") / 2, **sound}

    def from_2(sound):
        return {**sound, "limiter.ceiling_dbtp": -0.5}

    monkeypatch.setattr(document, "MIGRATIONS", {1: from_1, 2: from_2})
    assert parse(HEAD + "[limiter]\ndrive_db = 10.0\n").values["limiter.gain_db"] == 5.0
    missing = parse(HEAD)  # the default of schema 1 is converted by the same steps
    assert seen[-1] == {"limiter.drive_db": 4.0}
    assert missing.values["limiter.gain_db"] == 2.0 and missing.values["limiter.ceiling_dbtp"] == -0.5
    assert missing.schema == 1
    second = parse(HEAD.replace("schema = 1", "schema = 2"))
    assert second.values["limiter.gain_db"] == 1.0
    assert "\nschema = 3\n" in dump(second)
    with pytest.raises(PresetError, match="schema 1 has values that schema 2 cannot take"):
        parse(HEAD + '[limiter]\ndrive_db = "loud"\n')


def test_labels_of_every_stored_parameter_are_in_the_document():
    text = dump(Preset("Neutral"))
    assert text.count(" = ") == len(STORED) + 4
    for param in STORED:
        assert f"[{param.id.rpartition('.')[0]}]\n" in text and BY_ID[param.id] is param


class TestTarget:
    """The loudness target of a preset: kept, checked, and no part of the sound."""

    def test_it_is_written_and_read(self):
        text = HEAD + "[target]\nlufs = -14\n[limiter]\ngain_db = 2.0\n"
        preset = parse(text)
        assert preset.target_lufs == -14.0 and parse(dump(preset)) == preset and "lufs = -14.0" in dump(preset)
        assert preset.content_id == Preset("x", {"limiter.gain_db": 2.0}).content_id
        assert "[target]" not in dump(Preset("Neutral"))

    @pytest.mark.parametrize(
        "table", ["lufs = 3", "lufs = -60", 'lufs = "-14"', "lufs = true", "lufs = nan", "peak = 1"]
    )
    def test_what_is_not_allowed_is_refused(self, table):
        with pytest.raises(PresetError, match=r"target|nan"):
            parse(HEAD + f"[target]\n{table}\n")
