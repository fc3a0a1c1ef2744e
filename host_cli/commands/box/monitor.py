"""`burnish monitor`: shows and controls the box on one screen of the terminal."""

from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OTHER, USAGE, CliFail


@cli.command()
@click.option("--target", "target_lufs", type=click.FloatRange(-50, 0), metavar="LUFS",
              help="loudness that is drawn as the target; the default is that of the reference, else the target of the loaded preset, or -14")  # fmt: skip
@click.option("--reference", type=click.Path(path_type=Path), metavar="FILE",
              help="recording whose spectrum is drawn behind that of the box, and whose loudness is the target")  # fmt: skip
@pass_context
def monitor(context: Context, target_lufs, reference):
    """Show meters, loudness history, EQ curve, spectrum, parameters and presets, and control them with the keyboard.

    Needs an extra package: pip install 'burnish[tui]'.
    """
    try:
        from host_cli.terminal import Monitor
    except ModuleNotFoundError as why:
        if why.name not in ("textual", "rich"):  # Textual depends on Rich
            raise
        raise CliFail(
            "monitor needs Textual: run pip install 'burnish[tui]', or use `burnish meters`, which works without it",
            OTHER,
        ) from None
    import sys

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CliFail("monitor needs a terminal; for a pipe use `burnish meters --json`", USAGE)
    from host_cli.assistant import read_reference
    from host_cli.box import Feed

    found = read_reference(reference) if reference else None
    with Feed(context.device, context.timeout_s) as feed:
        Monitor(feed, target_lufs, reference=found).run()
