"""Presets in existing files keep their sound in later versions."""

import json
from pathlib import Path

import pytest

from firmware.presets.document import MIGRATIONS, OLD_DEFAULTS, SCHEMA, STORED, parse

REFERENCES = Path(__file__).parent / "references"
DEFAULTS = REFERENCES / f"schema_{SCHEMA}_defaults.json"

#: Whether users have preset files of this schema. True from the first release on.
RELEASED = False

#: What each golden file means, by schema: all values that are not the default.
GOLDEN = {
    1: {
        "input.trim_db": -1.5,
        "eq.b1.enabled": True,
        "eq.b1.type": "low_cut",
        "eq.b1.freq_hz": 28.0,
        "eq.b8.enabled": True,
        "eq.b8.freq_hz": 11000.0,
        "eq.b8.gain_db": 1.3,
        "eq.b8.q": 0.5,
        "multiband.x1_hz": 150.0,
        "multiband.b2.threshold_db": -26.0,
        "multiband.b2.ratio": 1.6,
        "multiband.b2.attack_ms": 40.0,
        "multiband.b2.release_ms": 250.0,
        "limiter.gain_db": 4.2,
        "limiter.ceiling_dbtp": -0.8,
        "limiter.release_ms": 80.0,
    }
}


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_golden_file_keeps_its_meaning(schema):
    preset = parse((REFERENCES / f"preset_schema_{schema}.toml").read_bytes(), "golden.toml")
    assert preset.schema == schema
    assert {p.id: p.to_plain(preset.values[p.id]) for p in STORED if preset.values[p.id] != p.default} == GOLDEN[schema]
    assert preset.meta["author"] == "somebody" and preset.extra == {"x_studio": "north", "x_daw": {"track": "mix 3"}}


def test_every_older_schema_has_its_migration_and_its_defaults():
    assert set(MIGRATIONS) == set(OLD_DEFAULTS) == set(range(1, SCHEMA))
    assert set(GOLDEN) == set(range(1, SCHEMA + 1))


def test_defaults_of_this_schema_stay(request):
    """New parameters are added automatically. A changed default or a removed id changes the meaning of files without that
    key; this needs a new schema, with a migration and the old defaults in document.py."""
    now = {param.id: param.to_plain(param.default) for param in STORED}
    kept = json.loads(DEFAULTS.read_text()) if DEFAULTS.exists() else {}
    if request.config.getoption("--write-docs"):
        kept = {**now, **kept} if RELEASED else now
        DEFAULTS.write_text(json.dumps(kept, indent=1) + "\n")
    changed = [id for id in kept if now.get(id) != kept[id]]
    assert not changed, f"raise SCHEMA for {changed}" if RELEASED else f"run `make docs`: other defaults of {changed}"
