"""What both commands of the assistant write: the preset, the rendered file, the page, and the report in the terminal."""

from pathlib import Path

import click

from firmware import presets
from host_cli.cli import Context
from host_cli.errors import USAGE, CliFail
from host_cli.folders import check_folder
from host_cli.presets import library
from host_cli.terminal import Canvas, log_grid, resampled, table

_OPTIONS = (
    click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="PRESET.toml",
                 help="preset to write"),
    click.option("--render", "audio", type=click.Path(path_type=Path), metavar="OUT",
                 help="also write the mix with the preset: .wav, .flac or .aiff"),
    click.option("--explain", "page", type=click.Path(path_type=Path), metavar="PAGE.html",
                 help="write a page with every decision and pictures of before and after: .html or .pdf"),
    click.option("--bits", type=click.Choice(["16", "24", "32", "float"]), default="24", show_default=True,
                 help="sample format of the rendered file"),
)  # fmt: skip
#: The picture in the terminal: width and height in characters, and the levels at its edges in dB.
_PICTURE, _SPAN_DB = (66, 8), 9.0


def outputs(command):
    """Add the options about outputs, which both commands have, to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_targets(context: Context, output: Path, audio: Path | None, page: Path | None, bits: str, mix: Path) -> None:
    """Make every check that needs no measurement, and ask before files are overwritten. Raises CliFail."""
    from host_cli.render import audiofile

    if output.suffix.lower() != ".toml":
        raise CliFail(f"{output}: the name of a preset file ends in .toml", USAGE)
    if page and page.suffix.lower() not in (".html", ".htm", ".pdf"):
        raise CliFail(f"{page}: an explanation can be .html or .pdf", USAGE)
    if audio:
        audiofile.check_target(audio, bits)
        if audio.exists() and mix.exists() and audio.samefile(mix):
            raise CliFail(f"{audio} would overwrite its own input: give another output", USAGE)
    for path in (output, audio, page):
        if path:
            check_folder(path.parent)
            if path.exists():
                context.confirm(f"{path} exists. Overwrite it?")


def deliver(
    context: Context, kind: str, plan, mix, blocks, output: Path, audio: Path | None, page: Path | None, bits: str
):
    """Write everything about a finished plan, and print the report. `blocks`: the output."""
    from host_cli import assistant

    library.write(output, presets.dump(plan.preset()).encode(), lambda: None)
    if audio:
        for remark in assistant.write_audio(audio, blocks, mix, plan.after, bits):
            context.note(remark)
    if page:
        assistant.write_page(page, plan, mix, blocks)
    context.out(kind, _plain(plan, output, audio), _text(plan, output, audio))


def _plain(plan, output: Path, audio: Path | None) -> dict:
    return {
        "preset": str(output),
        "rendered": str(audio) if audio else None,
        "target_lufs": None if plan.target_lufs is None else round(plan.target_lufs, 2),
        "decisions": [decision.plain() for decision in plan.ordered()],
        "before": _figures(plan.before),
        "reference": _figures(plan.reference),
        "after": _figures(plan.after) if plan.after else None,
        "eq_error_db": None if plan.fit is None else round(plan.fit.rms_db, 2),
    }


_ROWS = (("integrated_lufs", "loudness", "LUFS"), ("lra_lu", "loudness range", "LU"), ("max_tp_dbtp", "true peak", "dBTP"),
         ("plr_db", "peak to loudness", "dB"))  # fmt: skip


def _figures(figures: dict) -> dict:
    return {name: None if figures.get(name) is None else round(figures[name], 2) for name, *_ in _ROWS}


def _text(plan, output: Path, audio: Path | None) -> str:
    columns = [plan.before, plan.after or plan.before] + ([plan.reference] if plan.reference else [])
    head = ("", "mix", "result") + (("reference",) if plan.reference else ())
    rows = [(label, *(_cell(column.get(name), unit) for column in columns)) for name, label, unit in _ROWS]
    parts = [table(rows, head)]
    if plan.tone is not None and plan.fit is not None:
        parts.append(picture(plan))
    if plan.decisions:
        parts.append(table([(decision.part, decision.sentence) for decision in plan.ordered()]))
    if not plan.settings:
        parts.append("Nothing to do: the preset is empty.")
    if plan.fit is not None and plan.fit.bands:
        parts.append(
            f"The bands of the EQ follow the wanted curve within {plan.fit.rms_db:.2f} dB (RMS), {plan.fit.most_db:.1f} dB at most."
        )
    written = f"{output}" + (f", {audio}" if audio else "")
    return "\n\n".join([*parts, f"wrote {written}"])


def _cell(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.1f} {unit}"


def picture(plan) -> str:
    """The wanted change of the tone over the frequency, and the measured differences as dots."""
    from host_cli.assistant import CENTRES_HZ, CURVE_HZ

    canvas = Canvas(*_PICTURE, -_SPAN_DB, _SPAN_DB)
    hz = log_grid(canvas.columns)
    canvas.line(0.0)
    for centre, raw in zip(CENTRES_HZ, plan.tone.raw_db, strict=True):
        if raw == raw and abs(raw) <= _SPAN_DB:
            column = min(range(len(hz)), key=lambda n: abs(hz[n] / centre - 1))
            canvas.dot(column, canvas.row_of(float(raw)))
    canvas.curve(resampled(list(CURVE_HZ), list(plan.tone.curve_db), hz))
    lines = canvas.lines()
    labels = {0: f"+{_SPAN_DB:g} dB", _PICTURE[1] // 2: "0", _PICTURE[1] - 1: f"−{_SPAN_DB:g}"}
    drawn = [f"{labels.get(row, ''):>6} {line}" for row, line in enumerate(lines)]
    ticks = {20: "20", 100: "100", 1000: "1k", 10000: "10k Hz"}
    below = [" "] * (_PICTURE[0] + 6)
    for value, label in ticks.items():
        at = min(range(len(hz)), key=lambda n: abs(hz[n] / value - 1)) // 2
        below[at : at + len(label)] = label
    caption = f"difference of the tone to the {'reference' if plan.reference else 'usual one'}: dots as measured, line as believed"
    return "\n".join([*drawn, f"{'':7}{''.join(below).rstrip()}", f"{'':7}{caption}"])
