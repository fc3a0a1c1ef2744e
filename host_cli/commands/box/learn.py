"""`burnish learn`: the box listens, and sets the gain into its limiter for a loudness."""

import time

import click
import msgspec

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import REFUSED, CliFail

#: Seconds between two looks at the box.
LOOK_S = 0.5


@cli.command()
@click.option(
    "--target",
    "target_lufs",
    type=click.FloatRange(-36, -6),
    help="loudness in LUFS, by default that of the preset, or -14",
)
@click.option("--seconds", type=click.FloatRange(10, 300), default=30.0, show_default=True,
              help="how long the box listens before it sets the gain, and again after it")  # fmt: skip
@click.option("--stop", is_flag=True, help="stop a learning that is under way; what has been set stays")
@pass_context
def learn(context: Context, target_lufs, seconds, stop):
    """Let the box listen while the song plays, and set the gain into its limiter so that the song reaches the target.

    The box listens, sets the gain, listens again and corrects it once, because a limiter that works harder gains less loudness.
    `burnish undo` takes it back. Play the loudest part of the song, or all of it with --seconds."""
    box = context.box
    if stop:
        state = box.learn_stop()
        return context.out("learn", msgspec.to_builtins(state), state.text)
    try:
        state = box.learn_start(target_lufs, seconds)
        context.note(f"the box listens for {2 * seconds:.0f} s, towards {state.target_lufs:g} LUFS: play the song now")
        while state.phase in ("listening", "checking"):
            time.sleep(LOOK_S)
            state = box.learn_state()
    except KeyboardInterrupt:
        box.learn_stop()
        raise
    if state.phase != "done":
        raise CliFail(state.text, REFUSED)
    context.out("learn", msgspec.to_builtins(state), state.text)
