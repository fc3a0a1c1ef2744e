"""What is suggested for a word that is not known: the name that was meant, or nothing."""

import pytest

from firmware.contract import BY_ID, params, protocol, suggestions

PRESETS = (
    "Air",
    "Bass Control",
    "De-Harsh",
    "Glue",
    "Loud",
    "Loud Clean",
    "Streaming -14",
    "Vinyl Premaster",
    "Warm",
    "Wide",
)
COMMANDS = (
    "ab", "analyze", "broker", "bypass", "doctor", "get", "info", "log", "meters", "monitor", "mute", "params", "ports", "preset",
    "raw", "render", "set", "spectrum", "preset load", "preset save", "preset push", "preset list",
)  # fmt: skip
#: What is typed, and all that may be suggested.
PARAMETERS = {
    "limiter.gan_db": ["limiter.gain_db"],
    "limiter.gian_db": ["limiter.gain_db"],
    "limiter.ceilng_dbtp": ["limiter.ceiling_dbtp"],
    "limiter.ceiling": ["limiter.ceiling_dbtp"],
    "limiter.celing": ["limiter.ceiling_dbtp"],
    "Limiter.Ceiling_dBTP": ["limiter.ceiling_dbtp"],
    "limiter.ceiling-dbtp": ["limiter.ceiling_dbtp"],
    "ceiling": ["limiter.ceiling_dbtp"],
    "trim": ["input.trim_db"],
    "eq.b3.gian_db": ["eq.b3.gain_db"],
    "eq.b3.freq": ["eq.b3.freq_hz"],
    "eq.b3.frq_hz": ["eq.b3.freq_hz"],
    "eq.3.gain_db": ["eq.b3.gain_db"],
    "eqb3.gain_db": ["eq.b3.gain_db"],
    "multiband.b2.thrsholdd_db": ["multiband.b2.threshold_db"],
    "multiband.b2.ratios": ["multiband.b2.ratio"],
    "chain.bypas": ["chain.bypass"],
    "dither.bit": ["dither.bits"],
    # Nobody can tell which one was meant.
    "gain": [],
    "threshold": [],
    "bypass": [],
    "limiter": [],
    "eq.b9.gain_db": [],
    # No parameter at all.
    "reverb.size": [],
    "limiter.foo": [],
    "q": [],
    "": [],
    "zzzzzz": [],
}
OTHERS = [
    ("Lout", PRESETS, ["Loud"]),
    ("loud", PRESETS, ["Loud"]),
    ("Streaming", PRESETS, ["Streaming -14"]),
    ("streaming 14", PRESETS, ["Streaming -14"]),
    ("Steaming -14", PRESETS, ["Streaming -14"]),
    ("bass contrll", PRESETS, ["Bass Control"]),
    ("Vinyl", PRESETS, ["Vinyl Premaster"]),
    ("Glow", PRESETS, []),
    ("Rock", PRESETS, []),
    ("My song", PRESETS, []),
    ("metres", COMMANDS, ["meters"]),
    ("analyse", COMMANDS, ["analyze"]),
    ("presets", COMMANDS, ["preset"]),
    ("load", COMMANDS, ["preset load"]),
    ("rendr", COMMANDS, ["render"]),
    ("quit", COMMANDS, []),
    ("export", COMMANDS, []),
    ("help", COMMANDS, []),
    ("preset.lst", protocol.METHODS, ["preset.list"]),
    ("subscribe", protocol.METHODS, []),
]  # fmt: skip


@pytest.mark.parametrize("typed", PARAMETERS)
def test_a_parameter_is_suggested_only_if_it_was_meant(typed):
    assert suggestions(typed, BY_ID) == PARAMETERS[typed]


@pytest.mark.parametrize(("typed", "known", "expected"), OTHERS)
def test_a_name_is_suggested_only_if_it_was_meant(typed, known, expected):
    assert suggestions(typed, known) == expected


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("limiter.gan_db", "did you mean limiter.gain_db?"),
        ("eq.b9.gain_db", "did you mean eq.b1.gain_db to eq.b8.gain_db?"),
        ("multiband.b6.ratio", "did you mean multiband.b1.ratio to multiband.b5.ratio?"),
        ("eq.b9", "did you mean eq.b1 to eq.b8?"),
        ("threshold", "`burnish params threshold` lists what contains this word"),
        ("thrsholdd", "`burnish params threshold` lists what contains this word"),
        ("limiter", "`burnish params limiter` lists what contains this word"),
        ("zzzzzz", "`burnish params` lists them all"),
    ],
)
def test_the_advice_is_the_next_thing_to_type(typed, advice):
    assert params.near_ids(typed, BY_ID)[1] == advice


@pytest.mark.parametrize(
    "id", [id for id in BY_ID if id.startswith(("eq.b3", "multiband.b2", "limiter", "stereo"))][::3]
)
def test_a_typing_error_suggests_the_id_alone(id):
    at = len(id) - 6
    for typed in (id[:at] + id[at + 1 :], id[:at] + "#" + id[at + 1 :], id[:at] + id[at + 1] + id[at] + id[at + 2 :]):
        assert suggestions(typed, BY_ID) == [id]
