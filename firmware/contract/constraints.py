"""Limits between parameters, or that depend on the sampling rate: frequencies of the EQ, crossovers that must differ,
dynamic bands of the EQ, look-ahead with shelves.

The store and the file renders use the same checks, so that box and laptop refuse the same values with the same message.
Standard library only.
"""

from collections.abc import Iterable, Mapping

from . import params
from .params import Param, ParamError

#: Highest frequency of an EQ band, as a fraction of the sampling rate.
HIGHEST = 0.45

_BANDS = "multiband.bands"
_SPLIT = "multiband.split"
_EQ_FREQUENCIES = frozenset(f"eq.b{n}.freq_hz" for n in range(1, params.EQ_BANDS + 1))

_DYNAMIC_TYPES = ("bell", "low_shelf", "high_shelf")


def highest(param: Param, rate_hz: float) -> float:
    """The highest value of `param` at the sampling rate `rate_hz`, in the unit of `param`."""
    return min(param.high, HIGHEST * rate_hz) if param.id in _EQ_FREQUENCIES else param.high


def check(values: Mapping[str, float], changed: Iterable[str], rate_hz: float | None = None) -> None:
    """Raise ParamError if the `changed` ids of `values` (floats by id, all parameters) conflict with the other values.

    Conflicts are: a frequency above its limit at `rate_hz` (None: the rate is unknown, so this is not checked); two crossovers
    in use at the same frequency, since the band between them would be empty; a dynamic EQ band with a mode, type or slope
    that does not allow it; and look-ahead with shelves, which have no latency.
    """
    changed = set(changed)
    _check_lookahead(values, changed)
    for n in range(1, params.EQ_BANDS + 1):
        if values[f"eq.b{n}.dynamic"]:
            _check_dynamic(values, changed, n)
    if rate_hz is not None:
        for id in sorted(changed & _EQ_FREQUENCIES):
            param = params.BY_ID[id]
            top = highest(param, rate_hz)
            if values[id] > top:
                raise _refusal(param, values[id], top, f"{param.low:g} to {top:g} Hz at a rate of {rate_hz:g} Hz")
    used = int(params.BAND_COUNTS[int(values[_BANDS])]) - 1
    crossovers = [f"multiband.x{n}_hz" for n in range(1, used + 1)]
    if changed.isdisjoint([_BANDS, *crossovers]):
        return
    crossovers.sort(key=lambda id: id in changed)  # the message names the crossover that was changed
    holders: dict[float, str] = {}
    for id in crossovers:
        other = holders.setdefault(values[id], id)
        if other != id:
            param = params.BY_ID[id]
            allowed = f"{param.allowed} other than {other}, or the band between them is empty"
            raise _refusal(param, values[id], param.high, allowed)


def _check_lookahead(values: Mapping[str, float], changed: set[str]) -> None:
    """Raise ParamError if a change combines look-ahead with shelves, which have no latency."""
    split = params.BY_ID[_SPLIT]
    if split.to_plain(values[_SPLIT]) != "shelves":
        return
    for n in range(1, params.MULTIBAND_BANDS + 1):
        id = f"multiband.b{n}.lookahead_ms"
        if values[id] == 0:
            continue
        if id in changed:
            message = f"{id} cannot be {values[id]:g} while {_SPLIT} is shelves, which have no latency"
            raise _conflict(message, f"{_SPLIT}=lr4", id, f"{values[id]:g}")
        if _SPLIT in changed:
            message = f"{_SPLIT} cannot be shelves, which have no latency, while {id} is {values[id]:g}"
            raise _conflict(message, f"{id}=0", _SPLIT, "shelves")


def _check_dynamic(values: Mapping[str, float], changed: set[str], n: int) -> None:
    """Raise ParamError if a change conflicts with the requirements of the dynamic EQ band `n`."""
    switch, mode, type, slope = f"eq.b{n}.dynamic", "eq.mode", f"eq.b{n}.type", f"eq.b{n}.slope"
    words = {id: params.BY_ID[id].to_plain(values[id]) for id in (mode, type, slope)}
    if words[mode] != "minimum":
        _refuse_dynamic(switch, mode, words, changed, "minimum")
    if words[type] not in _DYNAMIC_TYPES:
        _refuse_dynamic(switch, type, words, changed, "bell")
    elif words[type] != "bell" and words[slope] != "12":
        if type in changed and changed.isdisjoint([switch, slope]):
            message = f"{type} cannot be {words[type]} while {switch} is on and {slope} is {words[slope]}"
            raise _conflict(message, f"{slope}=12", type, words[type])
        _refuse_dynamic(switch, slope, words, changed, "12")


def _refuse_dynamic(switch: str, id: str, words: Mapping[str, str], changed: set[str], needed: str) -> None:
    """Raise ParamError that names the switch if it was turned on, otherwise the parameter that was changed."""
    if switch in changed:
        raise _conflict(f"{switch} cannot be on while {id} is {words[id]}", f"{id}={needed}", switch, "on")
    if id in changed:
        raise _conflict(f"{id} cannot be {words[id]} while {switch} is on", f"{switch}=off", id, words[id])


def _conflict(message: str, remedy: str, id: str, word: str) -> ParamError:
    param, data = params.BY_ID[id], {"path": id, "value": word}
    message = f"{message}: type `burnish set {remedy}` first"
    return ParamError(
        message, name="range", data=data | {"allowed": param.allowed, "low": param.low, "high": param.high}
    )


def _refusal(param: Param, value: float, high: float, allowed: str) -> ParamError:
    return ParamError(
        f"{param.id} cannot be {value:g}: allowed is {allowed}",
        name="range",
        data={"path": param.id, "value": f"{value:g}", "allowed": allowed, "low": param.low, "high": high},
    )
