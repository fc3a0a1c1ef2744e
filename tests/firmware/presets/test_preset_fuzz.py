"""Arbitrary presets from hypothesis are either refused with one sentence, or loaded with all values in range."""

import math
import tempfile

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.contract.params import TABLE
from firmware.presets.document import MAX_NAME, STORED, Preset, PresetError, dump, from_tree, parse, slug
from firmware.presets.library import PresetLibrary

HEAD = 'format = "burnish-preset"\nschema = 1\nmin_reader = 1\n'
quick = settings(max_examples=150, deadline=None)

scalars = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.datetimes(),
    st.binary(max_size=4),
    st.none(),
)
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
ids = st.sampled_from([param.id for param in TABLE])


def one_sentence(error: PresetError) -> None:
    message = str(error)
    assert "\n" not in message and len(message) < 400 and error.name
    msgspec.json.encode(error.data)  # is sent unchanged


def sane(preset: Preset) -> None:
    for param in STORED:
        value = preset.values[param.id]
        assert isinstance(value, float) and math.isfinite(value) and param.low <= value <= param.high
        assert param.check(value) == value
    assert 1 <= len(preset.name) <= MAX_NAME and preset.name.isprintable()
    assert dump(parse(dump(preset))) == dump(preset)
    assert parse(dump(preset)).content_id == preset.content_id


@quick
@given(st.binary(max_size=400))
def test_bytes(data):
    with pytest.raises(PresetError) as caught:
        parse(data, "fuzz.toml")
    one_sentence(caught.value)


@quick
@given(st.text(max_size=300))
def test_text_after_a_good_head(text):
    try:
        sane(parse(HEAD + text, "fuzz.toml"))
    except PresetError as error:
        one_sentence(error)


@quick
@given(st.dictionaries(ids, scalars, max_size=6), trees, st.text(max_size=50))
def test_trees_with_known_and_unknown_keys(values, foreign, name):
    tree: dict = {"format": "burnish-preset", "schema": 1, "meta": {"name": name, "any": foreign}, "x_any": foreign}
    for id, value in values.items():
        *sections, key = id.split(".")
        table = tree
        for section in sections:
            table = table.setdefault(section, {})
        table[key] = value
    try:
        sane(from_tree(tree, "fuzz"))
    except PresetError as error:
        one_sentence(error)


@quick
@given(st.dictionaries(st.sampled_from([p.id for p in STORED]), st.floats(0, 1), max_size=20))
def test_every_value_in_range_is_taken(places):
    by_id = {param.id: param for param in STORED}
    values = {}
    for id, place in places.items():
        param = by_id[id]
        value = param.low + place * (param.high - param.low)
        values[id] = value if param.kind == "number" else float(round(value))
    sane(Preset("Fuzz", values))


@quick
@given(st.text(max_size=60))
def test_names(name):
    file = slug(name)
    assert file and len(file) <= 80 and set(file) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    try:
        sane(Preset(name))
    except PresetError as error:
        one_sentence(error)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_names_in_a_library(name):

    with tempfile.TemporaryDirectory() as path:
        library = PresetLibrary(path)
        try:
            library.save(Preset(name))
        except PresetError as error:
            one_sentence(error)
            return
        assert library.load(name).name == Preset(name).name
        library.delete(name)
        assert all(entry.factory for entry in library.list())
