"""`burnish analyze`: measures files, without a box."""

import contextlib
from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import USAGE, CliFail
from host_cli.folders import check_folder
from host_cli.terminal import one_line, table

#: Most overs that are listed as text; --json lists up to a hundred.
MOST_ROWS = 10


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--over",
    "over_dbtp",
    type=click.FloatRange(-20, 6),
    default=0.0,
    show_default=True,
    metavar="DBTP",
    help="list true peaks above this level as overs",
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="write a report: .html (one page, works offline), .pdf (needs Chromium, Chrome or Edge), or .png (a picture)",
)
@click.option(
    "--mono", is_flag=True, help="measure a file with one channel as two equal channels (dual mono): 3 dB louder"
)
@click.option("--target", default="streaming", show_default=True, metavar="TARGET",
              help="the target with which the report compares the file: streaming, streaming-quiet, r128, atsc, or a loudness in LUFS")  # fmt: skip
@click.option(
    "--for",
    "names",
    metavar="LIST",
    help="services to compare with, as rules and as a preview: spotify,apple-music,cd,... or all",
)
@click.option("--listen", "listen_folder", type=click.Path(path_type=Path), metavar="FOLDER",
              help="with --for: write each file as each service would play it into this folder")  # fmt: skip
@pass_context
def analyze(context: Context, files, over_dbtp, report_path, mono, target, names, listen_folder):
    """Measure files: loudness (ITU-R BS.1770-5), true peak, dynamics, stereo, spectrum, and the times of overs.

    FILE can be - for stdin. Files at every sampling rate from 8 to 384 kHz are measured without a conversion. Above 96 kHz, true
    peaks include ultrasonic sound, which a conversion to a lower rate removes: always measure the file that you deliver.
    """
    from host_cli import report
    from host_cli.render import AudioReader, analysis, inputs_of, surround

    wanted = report.target_of(target)
    if listen_folder and not names:
        raise click.UsageError("--listen needs --for: name the services")
    services = _services(names, listen_folder)
    if report_path and len(files) > 1:
        raise click.UsageError("--report takes one input file")
    if report_path and report_path.suffix.lower() not in report.KINDS:
        raise CliFail(f"{report_path}: a report can be {', '.join(report.KINDS)}", USAGE)
    if report_path and report_path.suffix.lower() == ".pdf":
        report.check_browser()
    if report_path:
        check_folder(report_path.parent)
    if report_path and report_path.exists():
        context.confirm(f"{report_path} exists. Overwrite it?")
    results, texts = [], []
    with contextlib.ExitStack() as opened:
        inputs = opened.enter_context(inputs_of(files))
        # All are opened before the first is measured, so that a wrong name shows at once.
        sources = [opened.enter_context(AudioReader(i.path, mono, measured=True, name=i.name)) for i in inputs]
        for source in sources:
            if report_path and source.channels != 2:
                raise CliFail(f"{source.name} is not stereo: a report is of a stereo file; omit --report", USAGE)
            if services and source.channels != 2:
                raise CliFail(
                    f"{source.name} is not stereo: services are compared with a stereo file; omit --for", USAGE
                )
            samples, rate_hz = source.read(), source.rate_hz
            if source.channels != 2:
                found = surround.analyse(samples, rate_hz, over_dbtp)
                results.append({"file": source.name, "rate_hz": rate_hz, **found})
                texts.append(f"{one_line(source.name)}\n{table(_surround_rows(found) + _overs(found))}")
                continue
            found = analysis.analyse(samples, rate_hz, over_dbtp)
            if report_path:
                title = one_line(Path(source.name).name)
                report.write(report_path, title, samples, rate_hz, found, wanted, report.facts(source.path))
            results.append({"file": source.name, "rate_hz": rate_hz, **_plain(found)})
            rows = [(f"  {name}", value) for name, value in report.rows(found)]
            texts.append(f"{one_line(source.name)}\n{table(rows + _overs(found))}")
            if services:
                from host_cli.records import targets

                results[-1]["services"] = targets.plain(services, found)
                texts[-1] += f"\n\n{table(targets.preview_rows(services, found))}"
            if services and listen_folder:
                name = Path(source.name).stem
                texts[-1] += "\n" + _played(name, samples, rate_hz, found, services, listen_folder)
    context.out("analyze", {"files": results}, "\n\n".join(texts))


def _services(names: str | None, listen_folder: Path | None) -> list:
    """The services of --for. Raises CliFail."""
    if not names:
        return []
    from host_cli.records import targets

    if listen_folder:
        check_folder(listen_folder)
    return targets.chosen(names)


def _played(name: str, samples, rate_hz: int, found: dict, services: list, folder: Path) -> str:
    """Write the file as each service would play it; returns the names of the files as text."""
    from host_cli.records import targets
    from host_cli.render import AudioWriter

    written = []
    for service in services:
        target = folder / f"{name} - {service.id}.wav"
        with AudioWriter(target, rate_hz, "24", samples.shape[1]) as writer:
            for block in targets.heard(targets.effect(service, found), [samples], rate_hz):
                writer.write(block)
        written.append(f"written: {one_line(str(target))}")
    return "\n".join(written)


def _overs(found: dict) -> list[tuple[str, str]]:
    """The first spans of overs as rows of text."""
    from host_cli import report

    rows = [
        (f"  over from {report.clock(over['seconds'])} to {report.clock(over['until_s'])}", f"{over['dbtp']:+.2f} dBTP")
        for over in found["overs"][:MOST_ROWS]
    ]
    more = found["over_count"] - len(rows)
    return [*rows, (f"  and {more} more", "")] if more else rows


def _surround_rows(found: dict) -> list[tuple[str, str]]:
    """The figures of a file that is not stereo as rows of text."""
    from host_cli import report

    def text(value: float | None, unit: str) -> str:
        return "–" if value is None else f"{value:.2f} {unit}"

    return [
        ("  length", text(found["seconds"], "s")),
        ("  channels, weights", f"{found['channels']}: {' '.join(f'{weight:g}' for weight in found['weights'])}"),
        ("  integrated loudness", text(found["integrated_lufs"], "LUFS")),
        ("  highest short-term", text(found["max_short_lufs"], "LUFS")),
        ("  highest momentary", text(found["max_momentary_lufs"], "LUFS")),
        ("  loudness range", text(found["lra_lu"], "LU")),
        ("  true peak", text(found["max_tp_dbtp"], "dBTP")),
        ("  sample peaks", ", ".join(text(peak, "dBFS") for peak in found["peaks_dbfs"])),
        ("  overs", report.overs(found)),
        ("  clipped samples", str(found["clips"])),
    ]


def _plain(found: dict) -> dict:
    """`found` with lists in place of arrays, rounded to the digits that are measured."""
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in found.items()}
    for key in ("history", "spectrum"):
        rounded[key] = {name: [round(float(v), 3) for v in column] for name, column in found[key].items()}
    return rounded
