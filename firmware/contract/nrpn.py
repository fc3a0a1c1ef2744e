"""The NRPN of every parameter: its number, and the conversion between values and 14-bit words. Standard library only.

The number is a group (CC 99) and a place in the group (CC 98). The places are stable: new parameters are added at the end of their
group, and no name is ever moved or removed. docs/REMOTE.md is generated from this table.
"""

import math

from .params import BY_ID, EQ_BANDS, LOG, MULTIBAND_BANDS, Param

#: The largest 14-bit word.
MOST = 0x3FFF

_NAMES = {
    "": (
        "input.trim_db chain.bypass chain.match chain.match_wet_db chain.match_dry_db chain.mute meter.running meter.epoch "
        "output.dc_filter dither.bits dither.shape"
    ),
    "stereo": (
        "enabled width_low_pct width_mid_pct width_high_pct split_low_hz split_high_hz mono mono_hz balance_pct invert_left "
        "invert_right"
    ),
    "saturator": "enabled drive_db curve mix_pct",
    "limiter": (
        "enabled gain_db ceiling_dbtp style release_ms slow_release_ms lookahead_ms hold_ms link_fast_pct link_slow_pct true_peak "
        "unity_listen delta"
    ),
    "multiband": "enabled mid_side bands split x1_hz x2_hz x3_hz x4_hz tilt_db",
    "eq": "enabled mode mix_pct resolution auto_gain solo",
    "eq.b": (
        "enabled type freq_hz gain_db q slope placement dynamic dyn_threshold_db dyn_ratio dyn_range_db dyn_attack_ms "
        "dyn_release_ms"
    ),
    "multiband.b": (
        "threshold_db ratio knee_db range_db attack_ms hold_ms release_ms adaptive rms_pct lookahead_ms up_threshold_db up_ratio "
        "up_range_db expand_threshold_db expand_ratio expand_range_db link_pct makeup_db auto_makeup wet_pct bypass solo mute"
    ),
}
#: The group of each prefix; band n of "eq.b" and "multiband.b" has this group plus n.
_GROUPS = {"": 0, "stereo": 1, "saturator": 2, "limiter": 3, "multiband": 4, "eq": 5, "eq.b": 16, "multiband.b": 32}


def _numbers() -> dict[str, tuple[int, int]]:
    found = {}
    for prefix, names in _NAMES.items():
        bands = {"eq.b": EQ_BANDS, "multiband.b": MULTIBAND_BANDS}.get(prefix, 0)
        for band in range(1, bands + 1) if bands else (0,):
            begin = f"{prefix}{band or ''}." if prefix else ""
            found |= {f"{begin}{name}": (_GROUPS[prefix] + band, place) for place, name in enumerate(names.split())}
    return found


#: (group, place) of each parameter, by its id.
NUMBERS: dict[str, tuple[int, int]] = _numbers()
#: The id of the parameter, by (group, place).
IDS: dict[tuple[int, int], str] = {number: id for id, number in NUMBERS.items() if id in BY_ID}


def value_of(param: Param, word: int) -> float:
    """The value for a 14-bit `word`, on the step of the parameter: 0 is the lowest and `MOST` the highest value. Words of a
    parameter with taper LOG are evenly spaced in octaves. The words of a switch or a choice are equal parts of the range."""
    if param.kind != "number":
        count = int(param.high) + 1
        return float(word * count // (MOST + 1))
    part = word / MOST
    if param.taper == LOG:
        value = param.low * (param.high / param.low) ** part
    else:
        value = param.low + (param.high - param.low) * part
    return min(max(param.to_plain(value), param.low), param.high)


def word_of(param: Param, value: float) -> int:
    """The 14-bit word whose value is nearest to `value`."""
    if param.kind != "number":
        return round(value * MOST / param.high)
    if param.taper == LOG:
        part = math.log(value / param.low) / math.log(param.high / param.low)
    else:
        part = (value - param.low) / (param.high - param.low)
    return min(max(round(part * MOST), 0), MOST)
