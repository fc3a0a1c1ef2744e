"""`burnish spectrum`: the spectra of the input and the output of the box."""

from host_cli.cli import Context, cli, pass_context
from host_cli.terminal import table

#: The text shows every third band, because neighbouring bands overlap.
_EVERY = 3


@cli.command()
@pass_context
def spectrum(context: Context):
    """Show the spectra of input and output in dB, averaged over the last 2.5 seconds.

    Input and output are aligned in time, so the change compares the same signal. It is 0 dB in bypass. --json prints all 96 bands.
    """
    found = context.box.spectrum(average=True)
    rows = [
        (f"{hz:.0f} Hz", f"{before:.1f}", f"{after:.1f}", f"{change:+.2f}" if change else "0")
        for hz, before, after, change in list(
            zip(found["hz"], found["input"], found["output"], found["change"], strict=True)
        )[::_EVERY]
    ]
    context.out("spectrum", found, table(rows, ("band", "in", "out", "change")))
