"""The factory presets change a mix as their notes describe; docs/PRESETS.md lists the amounts."""

import re

import numpy as np
import pytest

from firmware.presets.document import parse
from firmware.presets.library import PresetLibrary
from tests.support.documents import anchor
from tests.support.paths import DOCS
from tests.support.preset_effect import effect, figures, processed, programme

DOCUMENT = DOCS / "PRESETS.md"
#: How far a figure may differ before the document counts as outdated.
TOLERANCE = 0.35

_HEAD = """# Factory presets

The tests generate this page (`make docs`) from `firmware/data/presets/*.toml`. Do not edit it.

Factory presets are starting points. They are read-only: save a changed preset under another name.

The figures were measured on the synthesised mix of the demo ({lufs:.1f} LUFS, {tp:.1f} dBTP, loudness range {lra:.1f} LU), through
the whole chain at 48 kHz:

- *louder*: change of the integrated loudness in LU
- *peak*: true peak of the result in dBTP
- *crest*: change of the ratio of peak to loudness in dB; a negative value means denser sound
- *low*, *mid*, *high*: change of these frequency ranges in dB after the loudness change is subtracted; the ranges meet at
  250 Hz and 4 kHz

The thresholds are set for a mix near -20 LUFS. Use `input.trim_db` to bring your mix to that loudness. With other mixes, the
figures will differ.

| preset | louder | peak | crest | low | mid | high |
|---|--:|--:|--:|--:|--:|--:|
"""


_FILE = """
## Preset files

A preset is a small text file in the format TOML:

```toml
format = "burnish-preset"
schema = 1          # version of the format
min_reader = 1      # oldest version that loads this file without changing the sound

[meta]              # only the name is used; everything else here is kept as it is
name = "My warm"
author = "me"

[target]            # optional: `burnish render` adjusts the gain to this loudness, and `burnish meters` shows the distance
lufs = -14.0

[eq.b1]             # the sound: parameter ids, split at the dots
enabled = true
type = "low_shelf"
freq_hz = 120.0
gain_db = 1.2

[limiter]
gain_db = 2.0

[x_daw]             # tables that start with x_ belong to other programs and are kept as they are
track = "mix 3"
```

Parameters that are left out have their defaults. [PARAMETERS.md](PARAMETERS.md) lists the allowed values. An unknown name, a
value out of range or a number in quotes is refused, because ignoring it would change the sound. The error names the key, the
value and what is allowed.

Presets with the same sound have the same content id, whatever their names are. A file that cannot be read as a preset is
renamed to `NAME.toml.corrupt-TIME`; it is never overwritten. The file `panel/slots.toml` beside the presets contains the
order in which the front panel offers them.
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """{name: (preset, effect, words after)} for all factory presets, and the figures of the programme."""
    library = PresetLibrary(tmp_path_factory.mktemp("none"))
    words = programme()
    before = figures(words)
    after = {}
    for entry in library.list():
        preset = library.load(entry.name)
        out = processed(words, preset)
        after[entry.name] = (preset, effect(before, figures(out)), out)
    return before, after, words


def test_there_are_at_least_twelve_presets_with_notes_and_genre(measured):
    _, after, _ = measured
    assert len(after) >= 12
    for preset, _, _ in after.values():
        assert len(preset.meta["notes"]) > 40 and preset.meta["genre"] and preset.meta["tags"]
        assert preset.values["limiter.enabled"] == 1 and preset.values["limiter.ceiling_dbtp"] <= -1


def test_no_preset_exceeds_its_ceiling(measured):
    for preset, change, _ in measured[1].values():
        assert change["tp"] <= preset.values["limiter.ceiling_dbtp"] + 0.02, preset.name


def test_neutral_is_bit_exact(measured):
    _, after, words = measured
    assert np.array_equal(after["Neutral"][2], words)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Loud", lambda e: e["louder"] > 6 and e["crest"] < -2),
        ("Streaming -14", lambda e: 4 < e["louder"] < 8),
        ("Warm", lambda e: e["low"] > 0.3 and e["high"] < -0.3),
        ("Air", lambda e: e["high"] > 0.3 and e["low"] < 0.5),
        ("Punch", lambda e: e["crest"] > 0.3),
        ("Glue", lambda e: abs(e["louder"]) < 1),
        ("Vocal forward", lambda e: e["louder"] > 1),
        ("Tight bass", lambda e: e["low"] < -0.5),
        ("Classical safe", lambda e: abs(e["crest"]) < 0.1 and abs(e["lra"]) < 0.1 and abs(e["louder"] - 3) < 0.2),
        ("Vinyl premaster", lambda e: e["high"] < -0.3 and e["tp"] <= -3 + 0.02),
        ("De-harsh", lambda e: e["high"] < -1 and abs(e["low"]) < 0.5),
        ("Wide", lambda e: e["correlation"] < 0),
        ("Speech", lambda e: e["mid"] > 0.5 and e["low"] < -0.5),
    ],
)
def test_the_effect_of_each_preset_matches_its_notes(measured, name, what):
    change = measured[1][name][1]
    assert what({**change, "crest": change["plr"]}), change


def _audience(genre: str) -> str:
    """The genre of a preset, to be used within a sentence."""
    return "any music" if genre == "any" else genre


def markdown(before, after) -> str:
    lines, notes = [], []
    for name, (preset, change, _) in after.items():
        numbers = [change[key] for key in ("louder", "tp", "plr", "low", "mid", "high")]
        texts = [f"{round(number, 1) + 0.0:+.1f}" for number in numbers]
        texts[1] = f"{numbers[1]:.1f}"
        lines.append(f"| [{name}](#{anchor(name)}) | {' | '.join(texts)} |\n")
        notes.append(f"\n## {name}\n\nFor {_audience(preset.meta['genre'])}. {preset.meta['notes']}\n")
    return _HEAD.format(**before) + "".join(lines) + "".join(notes) + _FILE


def test_example_in_the_document_is_a_preset():
    example = parse(re.search("```toml\n(.*?)```", _FILE, re.DOTALL)[1])
    assert example.name == "My warm" and example.values["eq.b1.gain_db"] == 1.2 and "x_daw" in example.extra


def test_document_is_current(measured, request):
    before, after, _ = measured
    text = markdown(before, after)
    number = re.compile(r"(?<=[ (])[-+]?\d+\.\d")
    kept = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    same = number.sub("#", kept) == number.sub("#", text) and all(
        abs(float(a) - float(b)) <= TOLERANCE for a, b in zip(number.findall(kept), number.findall(text), strict=True)
    )
    if request.config.getoption("--write-docs") and not same:
        DOCUMENT.write_text(text)
        same = True
    assert same, "docs/PRESETS.md is not current: run `make docs` and commit it"
