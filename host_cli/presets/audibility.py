"""Finds out whether a parameter can be heard: a value of a band or section that is off changes nothing."""

import re
from collections.abc import Iterator

from firmware.contract import params

#: Sections that have a switch.
_SWITCHED = ("eq", "multiband", "stereo", "saturator", "limiter")
#: EQ types without a gain.
_NO_GAIN = ("low_cut", "high_cut", "notch")
#: EQ types without a slope.
_NO_SLOPE = ("bell", "notch", "tilt")
#: Settings of an EQ band that change nothing while its gain is 0.
_OF_THE_CURVE = ("enabled", "type", "freq_hz", "q", "slope", "placement")
#: Settings of a multiband band that change nothing while all its ratios are 1.
_OF_COMPRESSION = (
    "attack_ms", "hold_ms", "release_ms", "adaptive", "rms_pct", "lookahead_ms", "link_pct", "auto_makeup", "wet_pct",
)  # fmt: skip
#: For each of these suffixes of a multiband band, the ratio that must not be 1 for it to matter.
_RATIOS = {
    "threshold_db": "ratio", "knee_db": "ratio", "range_db": "ratio",
    "up_threshold_db": "up_ratio", "up_range_db": "up_ratio",
    "expand_threshold_db": "expand_ratio", "expand_range_db": "expand_ratio",
}  # fmt: skip


def remarks(changed: dict[str, float], values: dict[str, float], command: str) -> list[str]:
    """Sentences about the parameters of `changed` that cannot be heard with `values` (all parameters, after the change).

    `command` starts the advice, such as "burnish set". Parameters with the same reason share a sentence.
    """
    ids_by_reason: dict[tuple, list[str]] = {}
    for id in changed:
        if hidden := tuple(_hidden_by(id, values)):
            ids_by_reason.setdefault(hidden, []).append(id)
    return [
        f"{' and '.join(ids)} cannot be heard, because {' and '.join(reason for _, reason in hidden)}; "
        f"to hear {'it' if len(ids) == 1 else 'them'}: {command} {' '.join(assignment for assignment, _ in hidden)}"
        for hidden, ids in ids_by_reason.items()
    ]


def _hidden_by(id: str, values: dict[str, float]) -> Iterator[tuple[str, str]]:
    """The reasons why `id` cannot be heard: (assignment that changes this, reason)."""
    section, _, name = id.partition(".")
    if section in ("meter", "chain"):
        return
    if values["chain.mute"]:
        yield "chain.mute=off", "the output is muted"
    if values["chain.bypass"]:
        yield "chain.bypass=off", "bypass is on"
    if section in _SWITCHED and name != "enabled" and not values[f"{section}.enabled"]:
        yield f"{section}.enabled=on", f"{section} is off"
    turned_off = params.BY_ID[id].kind == "switch" and not values[id]
    if section == "eq":
        yield from _hidden_in_eq(name, values, turned_off)
    elif section == "multiband":
        yield from _hidden_in_multiband(name, values, turned_off)
    elif section == "stereo":
        yield from _hidden_in_stereo(name, values, turned_off)
    elif section == "saturator" and name in ("drive_db", "curve") and not values["saturator.mix_pct"]:
        yield "saturator.mix_pct=100", "saturator.mix_pct is 0"
    elif id == "limiter.unity_listen" and not turned_off and not values["limiter.gain_db"]:
        yield "limiter.gain_db=3", "limiter.gain_db is 0"
    elif id == "dither.shape" and not values["dither.bits"]:
        yield "dither.bits=24", "dither is off"


def _hidden_in_eq(name: str, values: dict[str, float], turned_off: bool) -> Iterator[tuple[str, str]]:
    if name == "mix_pct" and _word("eq.mode", values) != "mixed":
        yield "eq.mode=mixed", f"eq.mode is {_word('eq.mode', values)}"
    if (
        name in ("enabled", "auto_gain")
        and not turned_off
        and not any(_shapes(band, values) for band in _bands("eq", values))
    ):
        yield "eq.b1.enabled=on eq.b1.gain_db=3", "no EQ band has an effect"
    match = re.fullmatch(r"(b\d+)\.(\w+)", name)
    if not match:
        return
    band, what = f"eq.{match[1]}", match[2]
    solo, kind = _word("eq.solo", values), _word(f"{band}.type", values)
    if solo not in ("off", match[1][1:]):
        yield "eq.solo=off", f"only band {solo} is played (eq.solo)"
    if not values[f"{band}.enabled"] and what != "enabled":
        yield f"{band}.enabled=on", f"{band} is off"
    if what == "gain_db" and kind in _NO_GAIN:
        yield f"{band}.type=bell", f"a {kind} has no gain"
    if what == "slope" and kind in _NO_SLOPE:
        yield f"{band}.type=low_shelf", f"a {kind} has no slope"
    elif what in _OF_THE_CURVE and not turned_off and _flat(band, values):
        yield f"{band}.gain_db=3", f"{band}.gain_db is 0"
    if what.startswith("dyn_") and not values[f"{band}.dynamic"]:
        yield f"{band}.dynamic=on", f"{band} is not dynamic"


def _hidden_in_multiband(name: str, values: dict[str, float], turned_off: bool) -> Iterator[tuple[str, str]]:
    used = int(_word("multiband.bands", values))
    bands = _bands("multiband", values)[:used]
    idle = f"{bands[0]}.ratio=2 {bands[0]}.threshold_db=-20", "no band compresses"
    moves = (
        _word("multiband.split", values) == "lr4"
    )  # its crossovers shift the phase, also where no band has an effect
    if name in ("mid_side", "tilt_db") and not turned_off and not any(_compresses(band, values) for band in bands):
        yield idle
    if name == "enabled" and not turned_off and not moves and not any(_acts(band, values) for band in bands):
        yield idle
    if match := re.fullmatch(r"x(\d)_hz", name):
        yield from _hidden_crossover(int(match[1]), used, moves, values)
    if match := re.fullmatch(r"b(\d)\.(\w+)", name):
        yield from _hidden_in_band(int(match[1]), match[2], used, values, turned_off)


def _hidden_crossover(number: int, used: int, moves: bool, values: dict[str, float]) -> Iterator[tuple[str, str]]:
    if number >= used:
        yield f"multiband.bands={number + 1}", f"only {used} bands are in use"
    elif not moves and not any(_acts(f"multiband.b{n}", values) for n in (number, number + 1)):
        yield f"multiband.b{number}.ratio=2", f"bands {number} and {number + 1} have no effect"


def _hidden_in_band(
    number: int, what: str, used: int, values: dict[str, float], turned_off: bool
) -> Iterator[tuple[str, str]]:
    band = f"multiband.b{number}"
    if number > used:
        yield f"multiband.bands={number}", f"only {used} bands are in use"
    if values[f"{band}.bypass"] and what != "bypass":
        yield f"{band}.bypass=off", f"{band} is bypassed"
    if values[f"{band}.mute"] and what != "mute":
        yield f"{band}.mute=off", f"{band} is muted"
    others = [n for n in range(1, used + 1) if values[f"multiband.b{n}.solo"] and n != number]
    if others and not values[f"{band}.solo"] and what != "solo":
        yield (
            " ".join(f"multiband.b{n}.solo=off" for n in others),
            f"only band {' and '.join(map(str, others))} is played (solo)",
        )
    ratio = f"{band}.{_RATIOS.get(what, 'ratio')}"
    needs = what in _RATIOS or (what in _OF_COMPRESSION and not turned_off and not _compresses(band, values))
    resting = what == "bypass" and not turned_off and not _acts(band, values | {f"{band}.bypass": 0})
    if (needs or resting) and values[ratio] == 1:
        yield f"{ratio}=2", f"{ratio} is 1"


def _hidden_in_stereo(name: str, values: dict[str, float], turned_off: bool) -> Iterator[tuple[str, str]]:
    low, middle, high = (values[f"stereo.width_{part}_pct"] for part in ("low", "mid", "high"))
    if name == "split_low_hz" and low == middle:
        yield f"stereo.width_low_pct={_other_width(middle)}", "the widths below and above are equal"
    if name == "split_high_hz" and high == middle:
        yield f"stereo.width_high_pct={_other_width(middle)}", "the widths below and above are equal"
    if name == "mono_hz" and not values["stereo.mono"]:
        yield "stereo.mono=on", "stereo.mono is off"
    rest = ("mono", "balance_pct", "invert_left", "invert_right")
    if (
        name == "enabled"
        and not turned_off
        and low == middle == high == 100
        and not any(values[f"stereo.{r}"] for r in rest)
    ):
        yield "stereo.width_mid_pct=120", "width, mono-maker, balance and polarity are neutral"


def _other_width(width_pct: float) -> int:
    return 80 if width_pct != 80 else 120


def _bands(section: str, values: dict[str, float]) -> list[str]:
    """The bands of a section: "eq.b1", "eq.b2" ..."""
    return sorted({id.rpartition(".")[0] for id in values if id.startswith(f"{section}.b") and id.count(".") == 2})


def _flat(band: str, values: dict[str, float]) -> bool:
    """Whether a band of the EQ has a gain, which is 0."""
    return (
        _word(f"{band}.type", values) not in _NO_GAIN
        and not values[f"{band}.gain_db"]
        and not values[f"{band}.dynamic"]
    )


def _shapes(band: str, values: dict[str, float]) -> bool:
    """Whether a band of the EQ has an effect."""
    return bool(values[f"{band}.enabled"]) and not _flat(band, values)


def _compresses(band: str, values: dict[str, float]) -> bool:
    return any(values[f"{band}.{ratio}"] != 1 for ratio in ("ratio", "up_ratio", "expand_ratio"))


def _acts(band: str, values: dict[str, float]) -> bool:
    """Whether a band of the multiband can change the sound."""
    changed = _compresses(band, values) or values[f"{band}.makeup_db"]
    return bool((changed and not values[f"{band}.bypass"]) or values[f"{band}.mute"] or values[f"{band}.solo"])


def _word(id: str, values: dict[str, float]) -> str:
    return params.BY_ID[id].choices[int(values[id])]
