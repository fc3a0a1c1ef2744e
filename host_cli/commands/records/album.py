"""`burnish album`: a record of several songs, from a folder of mixes to rendered masters."""

import os
from pathlib import Path

import click

from host_cli.cli import Commands, Context, cli, pass_context
from host_cli.commands.files import bits_option, output_option
from host_cli.errors import USAGE, CliFail
from host_cli.folders import check_folder, check_source_folder
from host_cli.terminal import one_line, table

#: Jobs that run at the same time if nothing else is asked for.
JOBS = min(8, os.cpu_count() or 1)
ALBUM_FILE = click.Path(path_type=Path, dir_okay=False)
jobs_option = click.option("--jobs", type=click.IntRange(1, 64), default=JOBS, show_default="number of processors", metavar="NUMBER",
                           help="number of songs that are rendered at the same time")  # fmt: skip


class _AlbumGroup(Commands):
    """`burnish album ALBUM.toml` is `burnish album render ALBUM.toml`."""

    def resolve_command(self, context, arguments):
        if arguments and arguments[0] not in self.commands and arguments[0].endswith(".toml"):
            arguments = ["render", *arguments]
        return super().resolve_command(context, arguments)


@cli.group(cls=_AlbumGroup)
def album():
    """Make an album: an album file describes songs, gaps, fades, loudness and texts. `burnish album ALBUM.toml` renders it."""


@album.command()
@click.argument("folder", type=click.Path(path_type=Path))
@output_option("file to write; default: album.toml in the folder", "OUT")
@pass_context
def new(context: Context, folder, output):
    """Write a first album file for a FOLDER of mixes: order, titles, and silence at the ends of the files."""
    from host_cli.records.album import draft

    check_source_folder(folder, "mixes")
    output = output or folder / "album.toml"
    check_folder(output.parent)
    if output.exists():
        context.confirm(f"{output} exists. Overwrite it?")
    found = draft.drafts(folder)
    text = draft.document(found, output.parent)
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as why:
        raise CliFail(f"cannot write {output}: {why.strerror}") from None
    context.out("album.new", {"output": str(output), "songs": [d.title for d in found]},
                f"{output}: {len(found)} songs; edit it, then `burnish album show {output}`")  # fmt: skip


@album.command()
@click.argument("file", type=ALBUM_FILE)
@pass_context
def show(context: Context, file):
    """Show the songs of an album and draw its timeline, without rendering."""
    from host_cli.records.album import laid_out, read_album, sources, tables

    read = read_album(file)
    found = sources(read)
    rate_hz = max(source.rate_hz for source in found)
    timeline = laid_out(read.songs, [round(s.frames * rate_hz / s.rate_hz) for s in found], rate_hz)
    songs = [{"number": p.number, "title": p.song.texts.title, "start_s": p.start / rate_hz, "end_s": p.end / rate_hz,
              "isrc": p.song.isrc, "preset": s.preset} for p, s in zip(timeline.placed, found, strict=True)]  # fmt: skip
    head = (
        f"{one_line(read.texts.title)}{f' by {one_line(read.texts.artist)}' if read.texts.artist else ''}, {rate_hz} Hz"
    )
    context.out("album.show", {"title": read.texts.title, "rate_hz": rate_hz, "frames": timeline.frames, "songs": songs},
                f"{head}\n\n{table(tables.song_rows(read, found, timeline))}\n\n{tables.drawing(timeline)}")  # fmt: skip


@album.command()
@click.argument("file", type=ALBUM_FILE)
@output_option("folder to create; default: the album file's name with -masters", "FOLDER")
@bits_option("sample format of the files")
@click.option("--for", "names", metavar="LIST", help="services to compare with: spotify,apple-music,cd,... or all")
@jobs_option
@pass_context
def render(context: Context, file, output, bits, names, jobs):
    """Render all songs and write them as WAV files, which in order give the programme with its gaps.

    Renders are kept: only songs whose file or settings have changed are rendered again.
    """
    from host_cli.records import targets
    from host_cli.records.album import album_lufs, tables
    from host_cli.records.delivery import staged

    services = targets.chosen(names) if names else []
    output = output or file.with_name(f"{file.stem}-masters")
    if output.exists():
        context.confirm(f"{output} exists. Replace it?")
    done = master(context, file, jobs)
    with staged(output) as folder:
        files = _write_songs(done, folder, bits)
    levels = [level.after for level in done.levels]
    whole = album_lufs(levels)
    songs = [{"file": name, "gain_db": level.gain_db, "why": level.why, **_figures(level),
              "services": targets.plain(services, level.after, whole)}
             for name, level in zip(files, done.levels, strict=True)]  # fmt: skip
    text = "".join(
        f"\n\n{one_line(name)}\n{table(targets.preview_rows(services, figures, whole))}"
        for name, figures in zip(files, levels, strict=True) if services
    )  # fmt: skip
    context.out("album.render", {"folder": str(output), "rate_hz": done.programme.rate_hz, "album_lufs": whole, "songs": songs},
                f"{table(tables.level_rows(done.sources, done.levels))}\n\nalbum: {tables.figure(whole)} LUFS{text}"
                f"\n\n{output}: {len(files)} files")  # fmt: skip


def _write_songs(done, folder: Path, bits: str) -> list[str]:
    """Write the programme, cut where songs start; returns the names of the files."""
    from host_cli.records.album import dithered
    from host_cli.records.delivery import cut, safe_name
    from host_cli.render import AudioWriter

    timeline, rate_hz = done.programme.timeline, done.programme.rate_hz
    blocks = done.programme.blocks()
    if bits in ("16", "24"):
        blocks = dithered(blocks, rate_hz, int(bits), "flat")
    pieces, names = timeline.pieces(), []
    for (placed, start, end), part in zip(pieces, cut(blocks, [e - s for _, s, e in pieces]), strict=True):
        names.append(f"{placed.number:02d} {safe_name(placed.song.texts.title)}.wav")
        with AudioWriter(folder / names[-1], rate_hz, bits, end - start) as writer:
            for block in part:
                writer.write(block)
    return names


def _figures(level) -> dict:
    names = ("integrated_lufs", "max_tp_dbtp", "lra_lu")
    return {"before": {n: level.before[n] for n in names}, "after": {n: level.after[n] for n in names}}


@album.command()
@click.argument("file", type=ALBUM_FILE)
@output_option("folder to create; default: the album file's name with -joins", "FOLDER")
@click.option(
    "--around",
    "seconds",
    type=click.FloatRange(1, 60),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="length before and after each join",
)
@jobs_option
@pass_context
def listen(context: Context, file, output, seconds, jobs):
    """Render every join between two songs to a file, to hear gaps, fades and crossfades."""
    from host_cli.records.album import joins
    from host_cli.records.delivery import staged
    from host_cli.render import AudioWriter

    output = output or file.with_name(f"{file.stem}-joins")
    if output.exists():
        context.confirm(f"{output} exists. Replace it?")
    done = master(context, file, jobs)
    if len(done.album.songs) < 2:
        raise CliFail(f"{file} has one song, so there is no join", USAGE)
    rows = []
    with staged(output) as folder:
        for a, b, start, end in joins(done.programme, seconds):
            name = f"{a.number:02d}-{b.number:02d}.wav"
            with AudioWriter(folder / name, done.programme.rate_hz, "24", end - start) as writer:
                for block in done.programme.blocks(start, end):
                    writer.write(block)
            rows.append({"file": name, "from": a.song.texts.title, "to": b.song.texts.title, "gap_s": b.song.gap_s})
    text = table([(r["file"], f"{one_line(r['from'])} → {one_line(r['to'])}", f"{r['gap_s']:+g} s") for r in rows])
    context.out("album.listen", {"folder": str(output), "joins": rows}, f"{output}\n{text}")


def master(context: Context, file: Path, jobs: int):
    """The rendered album, with a progress bar."""
    from host_cli.records.album import mastered, read_album, sources

    read = read_album(file)
    frames = sum(source.frames for source in sources(read))
    with context.progress_bar(frames, f"{len(read.songs)} songs") as progress:
        done = mastered(read, jobs, progress)
    for remark in done.remarks():
        context.note(f"note: {remark}")
    return done
