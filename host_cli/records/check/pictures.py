"""The page of a check: each fault with its number, its times and a picture."""

from host_cli.report import Figure, Section, plots

from .fault import FIX
from .faults import FAULTS, Verdict

_BADGES = {"ready": ("pass", "ready"), "look": ("look", "look"), "fix": ("fail", "fix")}


def section(name: str, verdict: Verdict) -> Section:
    """The section of one mix."""
    faults = [
        Section(
            FAULTS[fault.name][0],
            [f"{fault.figure}. In the mix: {FAULTS[fault.name][1]}."],
            figures=[_picture(verdict, fault)],
            badge=_BADGES["fix" if fault.grade == FIX else "look"],
        )
        for fault in verdict.faults
    ]
    figures = [] if faults else [plots.waveform(verdict.mix.samples, _marked(verdict, ()))]
    return Section(name, badge=_BADGES[verdict.grade], figures=figures, parts=faults)


def _marked(verdict: Verdict, times) -> dict:
    """The figures of the mix, with `times` in the place of overs, which the waveform shows."""
    marks = [{"seconds": start, "until_s": end} for start, end in times]
    return verdict.mix.figures | {"overs": marks, "over_count": len(marks), "over_dbtp": 0.0}


def _picture(verdict: Verdict, fault) -> Figure:
    mix = verdict.mix
    if FAULTS[fault.name][2] == "tone":
        return plots.spectrum(mix.samples, mix.rate_hz)
    drawn = plots.waveform(mix.samples, _marked(verdict, fault.times))
    more = (
        f", the first {len(fault.times)} of {fault.count} places are marked"
        if fault.count > len(fault.times)
        else ", marked in red"
    )
    return Figure("Waveform", f"Levels of left and right{more if fault.times else ''}.", drawn.svg)
