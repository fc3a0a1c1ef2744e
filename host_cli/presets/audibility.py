"""Finds out whether a parameter can be heard: a value of a band or section that is off changes nothing."""

import re
from collections.abc import Iterator

from firmware.contract import params

#: Sections that have a switch.
_SWITCHED = ("eq", "multiband", "stereo", "saturator", "limiter")
#: EQ types without a gain.
_NO_GAIN = ("low_cut", "high_cut", "notch")
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
    if section == "eq":
        yield from _hidden_in_eq(name, values)
    elif section == "multiband":
        yield from _hidden_in_multiband(name, values)
    elif id == "dither.shape" and not values["dither.bits"]:
        yield "dither.bits=24", "dither is off"


def _hidden_in_eq(name: str, values: dict[str, float]) -> Iterator[tuple[str, str]]:
    if name == "mix_pct" and _word("eq.mode", values) != "mixed":
        yield "eq.mode=mixed", f"eq.mode is {_word('eq.mode', values)}"
    match = re.fullmatch(r"(b\d+)\.(\w+)", name)
    if not match or match[2] == "enabled":
        return
    band, what = f"eq.{match[1]}", match[2]
    if not values[f"{band}.enabled"]:
        yield f"{band}.enabled=on", f"{band} is off"
    kind = _word(f"{band}.type", values)
    if what == "gain_db" and kind in _NO_GAIN:
        yield f"{band}.type=bell", f"a {kind} has no gain"
    if what.startswith("dyn_") and not values[f"{band}.dynamic"]:
        yield f"{band}.dynamic=on", f"{band} is not dynamic"


def _hidden_in_multiband(name: str, values: dict[str, float]) -> Iterator[tuple[str, str]]:
    used = int(_word("multiband.bands", values))
    if (match := re.fullmatch(r"x(\d)_hz", name)) and int(match[1]) >= used:
        yield f"multiband.bands={int(match[1]) + 1}", f"only {used} bands are in use"
    if not (match := re.fullmatch(r"b(\d)\.(\w+)", name)):
        return
    band, what = f"multiband.b{match[1]}", match[2]
    if int(match[1]) > used:
        yield f"multiband.bands={match[1]}", f"only {used} bands are in use"
    if values[f"{band}.bypass"] and what != "bypass":
        yield f"{band}.bypass=off", f"{band} is bypassed"
    ratio = f"{band}.{_RATIOS.get(what, '')}"
    if what in _RATIOS and values[ratio] == 1:
        yield f"{ratio}=2", f"{ratio} is 1"


def _word(id: str, values: dict[str, float]) -> str:
    return params.BY_ID[id].choices[int(values[id])]
