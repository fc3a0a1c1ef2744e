"""`burnish monitor`: the whole box on one screen, from the keyboard."""

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OTHER, USAGE, CliFail


@cli.command()
@click.option("--target", "target_lufs", type=float, default=-14.0, show_default=True, metavar="LUFS",
              help="loudness to compare with")  # fmt: skip
@pass_context
def monitor(context: Context, target_lufs):
    """Show meters, loudness history, EQ curve, spectrum, parameters and presets, and change them with keys.

    Needs the extra: pip install 'burnish[tui]'.
    """
    try:
        from host_cli.terminal import Monitor
    except ModuleNotFoundError as why:
        if why.name not in ("textual", "rich"):  # the first brings the second
            raise
        raise CliFail(
            "monitor needs Textual: pip install 'burnish[tui]'; `burnish meters` works without", OTHER
        ) from None
    import sys

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CliFail("monitor needs a terminal; `burnish meters --json` is for pipes", USAGE)
    from host_cli.box import Feed

    with Feed(context.device, context.timeout_s) as feed:
        Monitor(feed, target_lufs).run()
