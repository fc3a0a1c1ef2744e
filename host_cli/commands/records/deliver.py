"""`burnish deliver`, `burnish import` and `burnish verify`: what leaves the studio, and what comes back."""

from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.commands.files import bits_option, output_option
from host_cli.errors import FAILED_QC, CliFail
from host_cli.terminal import one_line, table

from .album import ALBUM_FILE, jobs_option, master

#: For help and choices; what they do is in host_cli/records/delivery/kinds.py, which imports large libraries.
_KINDS = ("cd", "streaming", "broadcast", "vinyl", "archive")
_DISCS = ("12-33", "12-45", "10-33", "10-45", "7-33", "7-45")
_CODECS = ("mp3", "aac", "opus")


@cli.command()
@click.argument("file", type=ALBUM_FILE)
@click.option("--for", "kind", type=click.Choice(_KINDS), required=True, help="what the delivery is for")
@output_option("folder to create; default: the album file's name and the kind")
@click.option("--rate", "rate_hz", type=click.Choice(["44100", "48000", "88200", "96000", "176400", "192000"]), metavar="HZ",
              help="sampling rate; default: that of the mixes, 44100 for cd, 48000 for broadcast")  # fmt: skip
@bits_option("sample format; default: 24, 16 for cd, float for archive", default=None)
@click.option("--dither", type=click.Choice(["none", "flat", "gentle", "strong"]), default="flat", show_default=True,
              help="dither where the word length becomes shorter")  # fmt: skip
@click.option(
    "--copies",
    default="mp3,aac,opus",
    show_default=True,
    metavar="LIST",
    help="lossy check copies of streaming: mp3, aac, opus, or none",
)
@click.option(
    "--disc",
    type=click.Choice(_DISCS),
    default="12-33",
    show_default=True,
    help="vinyl: inches and revolutions per minute",
)
@click.option(
    "--isrc-once", is_flag=True, help="cd: write the ISRC of a track only at its first index, not at index 00 and 01"
)
@click.option(
    "--ddp-zeros", is_flag=True, help="cd: write the storage modes of DDPMS as 0, as some programs do; ask your plant"
)
@jobs_option
@pass_context
def deliver(context: Context, file, kind, output, rate_hz, bits, dither, copies, disc, isrc_once, ddp_zeros, jobs):
    """Render an album and write the folder that a plant, an aggregator, a broadcaster or an archive receives.

    The folder appears when it is complete; nothing unfinished is ever there. Sampling rate and word length are converted once, on
    the whole programme.
    """
    from host_cli.records.delivery import KINDS, Manifest, Options, staged
    from host_cli.records.formats import ddp

    output = output or file.with_name(f"{file.stem}-{kind}")
    image = ddp.Options("0", "0", not isrc_once) if ddp_zeros else ddp.Options(isrc_twice=not isrc_once)
    options = Options(int(rate_hz) if rate_hz else None, bits, dither, _copies(copies), disc, image)
    if output.exists():
        context.confirm(f"{output} exists. Replace it?")
    done = master(context, file, jobs)
    album = done.album
    manifest = Manifest(kind, album.texts.title, album.texts.artist, album.upc, KINDS[kind].target)
    manifest.remarks += done.remarks()
    with staged(output) as folder:
        manifest.remarks += KINDS[kind].write(done, folder, manifest, options)
        manifest.write(folder)
        note = (folder / "DELIVERY.txt").read_text(encoding="utf-8")
    files = [{"file": name, **claim} for name, claim in manifest.claims.items()]
    context.out("deliver", {"folder": str(output), "for": kind, "files": files, "remarks": manifest.remarks},
                f"{output}\n\n{note}")  # fmt: skip


def _copies(text: str) -> tuple[str, ...]:
    """The codecs of a list. Raises UsageError."""
    names = tuple(name.strip() for name in text.split(",") if name.strip() not in ("", "none"))
    for name in names:
        if name not in _CODECS:
            raise click.UsageError(f"--copies cannot be {name!r}: allowed are {', '.join(_CODECS)}, or none")
    return names


@cli.command("import")
@click.argument("image", type=click.Path(path_type=Path))
@output_option("folder to create; default: the image's name with -tracks")
@pass_context
def import_(context: Context, image, output):
    """Read a CD IMAGE (a DDP folder or a CUE sheet) back: one WAV file per track, and an album file with the same layout."""
    from host_cli.records.delivery import importing, open_image, staged

    found = open_image(image)
    output = output or image.absolute().with_name(f"{image.absolute().stem}-tracks")
    if output.exists():
        context.confirm(f"{output} exists. Replace it?")
    with staged(output) as folder:
        names = importing.write(found, folder)
    context.out("import", {"folder": str(output), "album": str(output / "album.toml"), "tracks": names},
                f"{output}: {len(names)} tracks; `burnish album show {output / 'album.toml'}` shows them")  # fmt: skip


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--album", "album_file", type=ALBUM_FILE, metavar="ALBUM.toml", help="compare titles and codes with this album file"
)
@pass_context
def verify(context: Context, folder, album_file):
    """Verify a delivery: checksums, times and codes of CD images, loudness and true peak against what the files claim, tags.

    The exit status is 10 if something fails.
    """
    from host_cli.records.album import read_album
    from host_cli.records.delivery import FAIL, WARN, verify

    found = verify(folder, read_album(album_file) if album_file else None)
    failed, warned = (sum(f.grade == grade for f in found) for grade in (FAIL, WARN))
    rows = [{"grade": f.grade, "file": f.name, "text": f.text} for f in found]
    summary = (
        f"{'FAILED' if failed else 'passed'}: {failed} failed, {warned} warnings, {len(found) - failed - warned} ok"
    )
    context.out("verify", {"folder": str(folder), "passed": not failed, "findings": rows},
                f"{table([(f.grade, one_line(f.name), one_line(f.text)) for f in found])}\n\n{summary}")  # fmt: skip
    if failed:
        raise CliFail(f"{folder}: {failed} of {len(found)} findings fail", FAILED_QC)
