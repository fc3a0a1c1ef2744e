"""How several meter frames become one: each column has a rule, which travels in the header of the stream (`Columns`).

Standard library only.
"""

from collections.abc import Sequence

#: The rules: the newest value, the highest, the lowest, or the one furthest from 0.
LAST, MAX, MIN, FURTHEST = "last", "max", "min", "furthest"


class MeterFrame(dict[str, float]):
    """Meter values by name; `rules` has the rule of each name."""

    def __init__(self, values: dict[str, float], rules: dict[str, str]):
        super().__init__(values)
        self.rules = rules


def merged(rule: str, earlier: float, later: float) -> float:
    """One value for two consecutive ones. A rule that is not known counts as "last"."""
    if rule == MAX:
        return max(earlier, later)
    if rule == MIN:
        return min(earlier, later)
    return max(earlier, later, key=abs) if rule == FURTHEST else later


def rules_of(names: Sequence[str], sent: Sequence[str] = ()) -> list[str]:
    """The rules of the columns `names`: those that the header has `sent`, or, for boxes that do not send them, those that
    such boxes use for these names."""
    return list(sent) if len(sent) == len(names) else [_rule_of_older_boxes(name) for name in names]


def _rule_of_older_boxes(name: str) -> str:
    if "_peak_" in name or "_tp_" in name:
        return MAX
    if name.startswith("eq_"):
        return FURTHEST
    return MIN if name.startswith("gr_") else LAST
