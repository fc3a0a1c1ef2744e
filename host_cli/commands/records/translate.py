"""`burnish translate`: how a master sounds on other systems and after lossy codecs."""

from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.commands.files import check_page, write_page
from host_cli.errors import USAGE, CliFail
from host_cli.folders import check_folder
from host_cli.terminal import one_line, table


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--models", "names", default="all", show_default=True, metavar="LIST",
              help="mono, phone, laptop, earbuds, car, club, kitchen; all or none")  # fmt: skip
@click.option(
    "--codecs",
    metavar="LIST",
    help="codecs with kbit/s, for example mp3:128,aac:256,opus,vorbis, or none; needs the program ffmpeg",
)
@click.option("--listen", "folder", type=click.Path(path_type=Path), metavar="FOLDER",
              help="write what is heard through each model and codec, and what each codec loses, into this folder")  # fmt: skip
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="write a page with the curves of the models: .html or .pdf",
)
@pass_context
def translate(context: Context, file, names, codecs, folder, report_path):
    """Show how a master translates: to small, loud and noisy systems (models), and through MP3, AAC, Opus and Vorbis (real encoders).

    Suggests the ceiling that keeps decoded peaks at or below 0 dBTP.
    """
    from dsp_ext.meters import measure
    from host_cli.records import translation
    from host_cli.records.translation import pictures
    from host_cli.render import AudioReader

    models = _models(names)
    wanted = translation.wanted(translation.USUAL if codecs is None else codecs)
    if folder:
        check_folder(folder)
    if report_path:
        check_page(context, report_path, "a report of a translation")
    with AudioReader(file, mono=True) as reader:
        samples, rate_hz = reader.read(), reader.rate_hz
    figures = measure(samples, rate_hz)
    situations = [
        translation.situation(model, samples, rate_hz, figures) for model in context.progress(models, "models")
    ]
    coded = translation.coded(samples, rate_hz, wanted)
    if folder:
        _write_all(folder, file, rate_hz, situations, coded)
    if report_path:
        sections = translation.sections(situations, coded, figures)
        write_page(report_path, f"Translation of {file.name}", "How the master sounds elsewhere.", sections)
    texts = [table([tuple(row) for row in pictures.situation_rows(situations)])] if situations else []
    texts += (
        [table([tuple(row) for row in pictures.codec_rows(coded)]), pictures.advice(figures, coded)] if coded else []
    )
    context.out(
        "translate",
        _plain(file, situations, coded, translation.ceiling_dbtp(figures, coded)),
        "\n\n".join([one_line(str(file)), *texts]),
    )


def _models(names: str) -> list:
    """The models of a list. Raises CliFail."""
    from host_cli.records.translation import models

    known = models.models()
    if names in ("all", "none"):
        return list(known.values()) if names == "all" else []
    for name in names.split(","):
        if name.strip() not in known:
            raise CliFail(f"there is no model {name.strip()!r}: allowed are {', '.join(known)}, all, none", USAGE)
    return [known[name.strip()] for name in names.split(",")]


def _write_all(folder: Path, file: Path, rate_hz: int, situations: list, coded: list) -> None:
    """One file for each model and codec, and for what the codec loses."""
    from host_cli.render import AudioWriter

    parts = [(s.model.id, s.samples) for s in situations]
    parts += [(c.name, c.samples) for c in coded] + [(f"{c.name} lost", c.lost) for c in coded]
    for name, samples in parts:
        with AudioWriter(folder / f"{file.stem} - {name}.wav", rate_hz, "float", samples.shape[1]) as writer:
            writer.write(samples)


def _plain(file: Path, situations: list, coded: list, ceiling: float | None) -> dict:
    return {
        "file": str(file),
        "models": [{"model": s.model.id, "change_lu": s.change_lu, "ranges_db": s.ranges_db, "buried_pct": s.buried_pct} for s in situations],
        "codecs": [{"codec": c.codec.name, "kbps": c.kbps, "peak_dbtp": c.peak_dbtp, "bandwidth_hz": c.bandwidth_hz, "lost_db": c.lost_db} for c in coded],
        "ceiling_dbtp": ceiling,
    }  # fmt: skip
