"""What the table cannot say of one parameter alone: limits that follow the sampling rate, crossovers that must differ.

Asked by the store and by file renders, so that box and laptop refuse the same, in the same words. Standard library only.
"""

from collections.abc import Iterable, Mapping

from . import params
from .params import Param, ParamError

#: Highest frequency of a band of the EQ, as a part of the sampling rate.
HIGHEST = 0.45

_BANDS = "multiband.bands"
_EQ_FREQUENCIES = frozenset(f"eq.b{n}.freq_hz" for n in range(1, params.EQ_BANDS + 1))


def highest(param: Param, rate_hz: float) -> float:
    """The highest value of `param` at that sampling rate, in its unit."""
    return min(param.high, HIGHEST * rate_hz) if param.id in _EQ_FREQUENCIES else param.high


def check(values: Mapping[str, float], changed: Iterable[str], rate_hz: float | None = None) -> None:
    """Raise ParamError where `changed`, a part of `values` (floats by id, all parameters), does not go with the rest.

    Refused are frequencies above their limit at `rate_hz` (None: unknown, not asked), and two crossovers in use at the same
    frequency, which leave a band of nothing between them.
    """
    changed = set(changed)
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
    crossovers.sort(key=lambda id: id in changed)  # the one to name is the one that came to the other
    holders: dict[float, str] = {}
    for id in crossovers:
        other = holders.setdefault(values[id], id)
        if other != id:
            param = params.BY_ID[id]
            allowed = f"{param.allowed} other than {other}, or the band between them is empty"
            raise _refusal(param, values[id], param.high, allowed)


def _refusal(param: Param, value: float, high: float, allowed: str) -> ParamError:
    return ParamError(
        f"{param.id} cannot be {value:g}: allowed is {allowed}",
        name="range",
        data={"path": param.id, "value": f"{value:g}", "allowed": allowed, "low": param.low, "high": high},
    )
