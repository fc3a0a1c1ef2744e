"""The page that explains a plan: figures before and after, the tone as a picture, and every decision."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from host_cli.assistant.curves import CURVE_HZ, response_db
from host_cli.assistant.recordings import CENTRES_HZ, Recording
from host_cli.render import analysis
from host_cli.report import Figure, Plot, Section, plots, save, sheet

from .plan import Plan

_WIDTH = 1080
_ROWS = (("integrated_lufs", "integrated loudness", "LUFS"), ("lra_lu", "loudness range", "LU"),
         ("max_tp_dbtp", "true peak", "dBTP"), ("plr_db", "peak to loudness", "dB"))  # fmt: skip


def write_page(path: Path, plan: Plan, mix: Recording, blocks: Sequence[np.ndarray]) -> None:
    """Write the page of `plan` for `mix`, whose output is `blocks`; .pdf needs an installed browser. Raises CliFail."""
    output = np.concatenate([np.asarray(block, np.float32) for block in blocks], axis=1)
    save(sheet(f"{plan.name}: why", plan.notes, sections(plan, mix, output)), path)


def sections(plan: Plan, mix: Recording, output: np.ndarray) -> list[Section]:
    """The sections of the page."""
    sentences = [("part", "found", "done")]
    sentences += [(decision.part, decision.finding, decision.consequence) for decision in plan.ordered()]
    nothing = [] if plan.settings else ["Nothing to do: the preset is empty."]
    found = [
        Section("Decisions", nothing, sentences if plan.decisions else []),
        Section("Figures", rows=_figures(plan)),
        Section("Tone", _fit_note(plan), figures=[*_difference(plan), _spectra(mix, output)]),
    ]
    return found


def _figures(plan: Plan) -> list[tuple[str, ...]]:
    columns = [plan.before, plan.after or plan.before, *([plan.reference] if plan.reference else [])]
    head = ("", "mix", "result", *(["reference"] if plan.reference else []))
    rows = [
        (label, *("–" if c.get(name) is None else f"{c[name]:.1f} {unit}" for c in columns))
        for name, label, unit in _ROWS
    ]
    return [head, *rows]


def _fit_note(plan: Plan) -> list[str]:
    if plan.fit is None or not plan.fit.bands:
        return []
    return [
        f"The bands of the EQ follow the wanted curve within {plan.fit.rms_db:.2f} dB (RMS), {plan.fit.most_db:.1f} dB at most."
    ]


def _difference(plan: Plan) -> list[Figure]:
    """Measured differences, the curve, and the bands."""
    if plan.tone is None:
        return []
    plot = Plot(_WIDTH, 260, (18, 22_400), (-15, 15), log_x=True)
    _axes(plot, range(-15, 16, 5))
    low, high = plan.tone.raw_db - plan.tone.deviation_db, plan.tone.raw_db + plan.tone.deviation_db
    known = np.isfinite(plan.tone.raw_db)
    plot.area(CENTRES_HZ[known], low[known], high[known], "reference")
    plot.line(CENTRES_HZ, plan.tone.raw_db, "momentary")
    plot.line(CURVE_HZ, plan.tone.curve_db, "short")
    entries = [("momentary", "measured difference"), ("short", "believed difference")]
    if plan.fit is not None:
        plot.line(CURVE_HZ, response_db(plan.fit.bands, CURVE_HZ), "integrated")
        entries.append(("integrated", "bands of the EQ"))
    plot.legend(entries)
    note = (
        "The difference of the reference to the mix in thirds of an octave. The blue area is how much the passages of both recordings differ "
        "among each other: where it is high, the difference is believed less."
        if plan.reference
        else "What the mix needs to come back into the dead band of the usual tone, in thirds of an octave; 0 is inside."
    )
    return [Figure("Difference", note, plot.svg("Difference of the tone"))]


def _spectra(mix: Recording, output: np.ndarray) -> Figure:
    """The spectra of mix and output at the same loudness."""
    hz = CENTRES_HZ[0.45 * mix.rate_hz > CENTRES_HZ]
    levels = [analysis.spectrum_db(samples, mix.rate_hz, hz, 1 / 3) for samples in (mix.samples, output)]
    middle = (hz >= 100) & (hz <= 4000)
    levels = [level - np.mean(level[middle]) for level in levels]
    top = 6 * np.ceil(max(level.max() for level in levels) / 6) + 6
    plot = Plot(_WIDTH, 260, (18, 22_400), (top - 66, top), log_x=True)
    _axes(plot, range(int(top) - 66, int(top) + 1, 12))
    plot.line(hz, levels[0], "momentary")
    plot.line(hz, levels[1], "short")
    plot.legend([("momentary", "mix"), ("short", "result")])
    return Figure(
        "Before and after", "Thirds of an octave, both at the same level from 100 Hz to 4 kHz.", plot.svg("Spectra")
    )


def _axes(plot: Plot, levels: range) -> None:
    plot.x_ticks([(hz, f"{hz / 1000:g} k" if hz >= 1000 else f"{hz:g}") for hz in plots.FREQS_HZ], "Hz")
    plot.y_ticks([(level, f"{level:+d}".replace("-", "−") if level else "0") for level in levels], "dB")
