"""`burnish spectrum`: the spectra of the input and the output of the box."""

from host_cli.cli import Context, cli, pass_context
from host_cli.terminal import table

#: The text shows every third band, because neighbouring bands overlap.
_EVERY = 3


@cli.command()
@pass_context
def spectrum(context: Context):
    """Show the current spectra of input and output in dB. --json prints all 96 bands."""
    found = context.box.spectrum()
    rows = [
        (f"{hz:.0f} Hz", f"{before:.1f}", f"{after:.1f}", f"{after - before:+.1f}")
        for hz, before, after in list(zip(found["hz"], found["input"], found["output"], strict=True))[::_EVERY]
    ]
    context.out("spectrum", found, table(rows, ("band", "in", "out", "change")))
