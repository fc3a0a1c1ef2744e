"""`burnish check`: is a mix ready for mastering?"""

from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.commands.files import check_page, write_page
from host_cli.errors import FAILED_QC, CliFail
from host_cli.terminal import one_line, table

#: Times that are printed for each fault.
_SHOWN = 4


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="MIX...")
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="write a page with a picture of each fault: .html or .pdf",
)
@click.option("--strict", is_flag=True, help="end with status 10 also where something should be looked at")
@pass_context
def check(context: Context, files, report_path, strict):
    """Check whether mixes are ready for mastering: clipping, limiting, lossy sources, phase, tone, noise, clicks and more.

    The verdict is ready, look (listen whether it is meant so) or fix. The exit status is 10 if a mix has to be fixed.
    """
    from host_cli.records.check import check as run
    from host_cli.records.check import section
    from host_cli.render import AudioReader

    if report_path:
        check_page(context, report_path, "a report of a check")
    results, texts, sections = [], [], []
    for path in context.progress(files, "checking"):
        with AudioReader(path, mono=True) as reader:
            verdict = run(reader.read(), reader.rate_hz, reader.bits)
        results.append(_plain(path, verdict))
        texts.append(_text(path, verdict))
        if report_path:
            sections.append(section(one_line(path.name), verdict))
    if report_path:
        write_page(report_path, "Mix check", "Is the mix ready for mastering?", sections)
    context.out("check", {"files": results}, "\n\n".join(texts))
    bad = [
        result["file"] for result in results if result["verdict"] == "fix" or (strict and result["verdict"] == "look")
    ]
    if bad:
        raise CliFail(f"{len(bad)} of {len(files)} mixes should be mended first: {', '.join(bad)}", FAILED_QC)


def _text(path: Path, verdict) -> str:
    from host_cli.records.check import FAULTS

    rows = []
    for fault in verdict.faults:
        what, advice, _ = FAULTS[fault.name]
        rows.append((f"  {fault.grade}", f"{what}: {fault.figure}{_times(fault)}; {advice}"))
    return f"{one_line(str(path))}: {verdict.grade}" + (f"\n{table(rows)}" if rows else "")


def _times(fault) -> str:
    if not fault.times:
        return ""
    shown = ", ".join(f"{int(start) // 60}:{start % 60:06.3f}" for start, _ in fault.times[:_SHOWN])
    return f", at {shown}{' and more' if fault.count > _SHOWN else ''}"


def _plain(path: Path, verdict) -> dict:
    faults = [
        {"name": fault.name, "grade": fault.grade, "value": round(float(fault.value), 3), "unit": fault.unit, "count": fault.count,
         "times": [list(span) for span in fault.times]}
        for fault in verdict.faults
    ]  # fmt: skip
    return {"file": str(path), "verdict": verdict.grade, "faults": faults}
