"""`burnish spectrum`: what the box hears and what it plays, by frequency."""

from host_cli.cli import Context, cli, pass_context
from host_cli.terminal import table

#: The text shows every third of the bands, which overlap.
_EVERY = 3


@cli.command()
@pass_context
def spectrum(context: Context):
    """Show the spectra of input and output as they are now, in dB; --json gives all 96 bands."""
    found = context.box.spectrum()
    rows = [
        (f"{hz:.0f} Hz", f"{before:.1f}", f"{after:.1f}", f"{after - before:+.1f}")
        for hz, before, after in list(zip(found["hz"], found["input"], found["output"], strict=True))[::_EVERY]
    ]
    context.out("spectrum", found, table(rows, ("band", "in", "out", "change")))
