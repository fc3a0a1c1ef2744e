"""The soak test: watches a box for some time, and reports what the box counted during that time."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: Counters that should not increase. `clamps` is reported, but it is not a fault.
_COUNTED = ("xruns", "overloads", "bad_blocks", "host_stalls", "clamps", "audio_starts", "control_starts")


@dataclass(frozen=True)
class SoakReport:
    """`seconds`: duration by the clock of this computer. `frames`: frames that the box processed. `grown`: the counters that increased, and
    by how much. `histogram`: the number of blocks for each step of the load; the steps are equal up to 100 %, and the last one counts all
    higher loads. `worst_margin_pct`: the part of the duration of a block that was left at the highest load. If the highest load
    occurred before the soak, it is computed from the upper limit of the highest step that contains a block."""

    seconds: float
    frames: int
    grown: dict[str, int]
    histogram: tuple[int, ...]
    worst_margin_pct: float

    @property
    def good(self) -> bool:
        """Whether no counter of faults has increased."""
        return not {name: number for name, number in self.grown.items() if name != "clamps"}


def watch(counters: Callable[[], Mapping], seconds: float, *, progress=lambda done_s, counters: None, step_s: float = 1.0,
         now=time.monotonic, sleep=time.sleep) -> SoakReport:  # fmt: skip
    """Watch a box for `seconds`. Every `step_s`, `counters()` asks the box, and `progress(seconds so far, counters)` is called after each
    answer. Ctrl-C (KeyboardInterrupt) ends the soak early; the report then covers the time until that moment. A restart of the audio
    process does not clear the counts of the loads, so the histogram contains all blocks."""
    began_s, before = now(), dict(counters())
    latest, done_s = before, 0.0
    try:
        while done_s < seconds:
            sleep(min(step_s, seconds - done_s))
            latest, done_s = dict(counters()), now() - began_s
            progress(done_s, latest)
    except KeyboardInterrupt:
        pass
    grown = {name: latest[name] - before[name] for name in _COUNTED if latest.get(name, 0) != before.get(name, 0)}
    histogram = _difference(before.get("load_histogram", ()), latest.get("load_histogram", ()))
    return SoakReport(
        done_s, latest["frames"] - before["frames"], grown, histogram, _margin_pct(before, latest, histogram)
    )


def _difference(before, after) -> tuple[int, ...]:
    return tuple(late - early for early, late in zip(before, after, strict=True))


def _margin_pct(before: Mapping, after: Mapping, histogram: tuple[int, ...]) -> float:
    """Computed from the exact highest load if that occurred during the soak, otherwise from the highest step that contains a block."""
    if after["load_max_pct"] > before["load_max_pct"] or not any(histogram):
        return 100 - after["load_max_pct"]
    highest = max(step for step, blocks in enumerate(histogram) if blocks)
    step_pct = 100 / (len(histogram) - 1)
    return 100 - min((highest + 1) * step_pct, after["load_max_pct"])


def histogram_rows(histogram: tuple[int, ...], width: int = 40) -> list[tuple[str, str, str]]:
    """(load, number of blocks, bar) for each step. The length of a bar is logarithmic, so that a single block is visible."""
    if not histogram:
        return []
    step_pct = 100 / (len(histogram) - 1)
    digits = max(len(str(max(histogram))), 1)
    rows = []
    for number, blocks in enumerate(histogram):
        low = number * step_pct
        name = f"{low:.0f} to {low + step_pct:.0f} %" if number < len(histogram) - 1 else f"over {low:.0f} %"
        rows.append((name, str(blocks), "#" * round(width * len(str(blocks)) / digits) if blocks else ""))
    return rows
