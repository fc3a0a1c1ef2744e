"""`burnish proof`: the quality-control report of a song or an album."""

from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.commands.files import check_page, output_option, write_page
from host_cli.errors import FAILED_QC, CliFail
from host_cli.terminal import one_line, table

from .album import JOBS, master

#: The services of a proof if nothing else is asked for.
_USUAL = "spotify,apple-music,youtube,cd"


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@output_option("page to write: .html or .pdf", "OUT", required=True)
@click.option(
    "--for", "names", default=_USUAL, show_default=True, metavar="LIST", help="services whose rules are checked, or all"
)
@click.option(
    "--with-audio",
    is_flag=True,
    help="put a copy of the audio into the page, with points to play from (needs the program ffmpeg)",
)
@pass_context
def proof(context: Context, file, output, names, with_audio):
    """Write the quality-control report of a FILE or an ALBUM.toml: verdict, loudness, overs, spectrum, faults, translation, services.

    The page is one file that works offline, so a client can read it and listen to it anywhere. The exit status is 10 if a rule of a
    service is broken or a fault was found that must be mended.
    """
    from host_cli.records import targets

    services = targets.chosen(names)
    check_page(context, output, "a proof")
    make = _album if file.suffix.lower() == ".toml" else _song
    title, proofs, sections = make(context, file, services, with_audio)
    write_page(output, title, "Quality control.", sections)
    rows = [
        (
            "pass" if p.passed else "FAIL",
            one_line(p.name),
            one_line("; ".join([*p.broken, *(f.name for f in p.faults if f.grade == "fix")])),
        )
        for p in proofs
    ]
    context.out(
        "proof",
        {"output": str(output), "passed": all(p.passed for p in proofs), "songs": [p.plain() for p in proofs]},
        f"{table(rows)}\n{output}",
    )
    if not all(p.passed for p in proofs):
        raise CliFail(
            f"{sum(not p.passed for p in proofs)} of {len(proofs)} recordings fail; {output} says why", FAILED_QC
        )


def _song(context: Context, file: Path, services: list, with_audio: bool) -> tuple:
    """(title, proofs, sections) of one file."""
    from host_cli.records import proof as proofs
    from host_cli.render import AudioReader

    with AudioReader(file, mono=True) as reader:
        samples, rate_hz, bits = reader.read(), reader.rate_hz, reader.bits
    found = proofs.proof(file.name, samples, rate_hz, bits, services)
    audio = proofs.copy([samples], rate_hz, samples.shape[1], proofs.points(found)) if with_audio else None
    return f"Proof of {file.name}", [found], [proofs.section(found, audio)]


def _album(context: Context, file: Path, services: list, with_audio: bool) -> tuple:
    """(title, proofs, sections) of an album; the player plays the whole programme."""
    from host_cli.records import proof as proofs
    from host_cli.records.album import album_lufs, tables

    done = master(context, file, JOBS)
    programme, rate_hz = done.programme, done.programme.rate_hz
    whole = album_lufs([level.after for level in done.levels])
    found, sections = [], []
    for n, (placed, start, end) in enumerate(context.progress(programme.timeline.pieces(), "songs")):
        following = programme.timeline.placed[n + 1].song.gap_s if n + 1 < len(programme.timeline.placed) else 1.0
        name = f"{placed.number} {placed.song.texts.title}"
        found.append(
            proofs.proof(name, programme.read(start, end - start), rate_hz, None, services, whole, following <= 0)
        )
        sections.append(proofs.section(found[-1]))
    audio = None
    if with_audio:
        points = [(placed.start / rate_hz, placed.song.texts.title) for placed in programme.timeline.placed]
        audio = proofs.copy(programme.blocks(), rate_hz, programme.frames, points)
    head = proofs.album_section(tables.level_rows(done.sources, done.levels), found, audio)
    return f"Proof of {done.album.texts.title}", found, [head, *sections]
