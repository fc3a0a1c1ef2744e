"""Commands for the box as a whole: ports, info, bypass, mute, ab."""

import dataclasses

import click
import msgspec

from host_cli.cli import Context, cli, pass_context
from host_cli.terminal import one_line, table

ON_OFF = click.Choice(["on", "off", "toggle"])

match_option = click.option(
    "--match/--no-match",
    default=None,
    help="lower the louder of the compared signals to equal loudness; stays on until --no-match",
)


def _match(context: Context, match: bool | None) -> str:
    """Switch loudness matching if asked to; returns the remark for the user."""
    if match is None:
        return ""
    context.box.set({"chain.match": match})
    return ", at equal loudness once it has been measured (4 s of signal)" if match else ", without loudness matching"


@cli.command()
@pass_context
def ports(context: Context):
    """List the serial ports of this computer without opening any."""
    from host_cli.box import ports as list_ports

    found = list_ports()
    rows = [("*" if p.box else "", p.path, p.serial or "–", p.vid_pid or "–", p.product or "–") for p in found]
    shown = table(rows, ("box", "port", "serial", "usb", "product")) if rows else ""
    if not rows:
        context.note("no serial ports")
    context.out("ports", {"ports": [dataclasses.asdict(port) for port in found]}, shown)


@cli.command()
@pass_context
def info(context: Context):
    """Show the versions, connection, state and counters of the box."""
    box = context.box
    welcome, now = box.welcome, box.info()
    state = now.state
    rows = [
        ("box", f"{welcome.product} {welcome.fw}, serial {welcome.serial}"),
        ("port", f"{box.link.name} ({welcome.link.kind}, protocol {welcome.proto})"),
        ("preset", f"{state.preset or '–'}{' (edited)' if state.edited else ''}"),
        ("buffer", f"{state.ab.upper()}, revision {state.rev}"),
        ("bypass", "on" if state.bypass else "off"),
        ("mute", "on" if state.mute else "off"),
        *(
            (key, _plain(value))
            for key, value in {**now.info, **now.counters}.items()
            if key not in ("serial", "version")
        ),
    ]
    data = {
        "port": box.link.name,
        "welcome": msgspec.to_builtins(welcome),
        "info": now.info,
        "counters": now.counters,
        "state": msgspec.to_builtins(state),
    }
    context.out("info", data, table(rows))


def _plain(value) -> str:
    return f"{value:g}" if isinstance(value, float) else one_line(value)


@cli.command()
@click.argument("to", type=ON_OFF, default="toggle")
@match_option
@pass_context
def bypass(context: Context, to, match):
    """Play the unprocessed input, sample-aligned with the processed signal. Without an argument, toggles."""
    matched = _match(context, match)
    done = context.box.bypass(to)
    context.out("bypass", msgspec.to_builtins(done), f"bypass {'on' if done.on else 'off'}{matched}")


@cli.command()
@click.argument("to", type=ON_OFF, default="toggle")
@pass_context
def mute(context: Context, to):
    """Silence the output. Without an argument, toggles."""
    done = context.box.mute(to)
    context.out("mute", msgspec.to_builtins(done), f"mute {'on' if done.on else 'off'}")


@cli.command()
@click.argument("action", type=click.Choice(["a", "b", "toggle", "copy"]), default="toggle")
@click.argument("buffers", nargs=-1, type=click.Choice(["a", "b"]))
@match_option
@pass_context
def ab(context: Context, action, buffers, match):
    """Select an edit buffer: `ab a`, `ab b`, or `ab` for the other one. `ab copy a b` copies buffer A to buffer B."""
    matched = _match(context, match)
    if action == "copy":
        if len(buffers) != 2 or buffers[0] == buffers[1]:
            raise click.UsageError("copy needs two different buffers: `burnish ab copy a b`")
        done = context.box.ab_copy(*buffers)
        text = f"copied buffer {buffers[0].upper()} to {buffers[1].upper()}; buffer {done.ab.upper()} is selected"
    else:
        if buffers:
            raise click.UsageError("only `ab copy` takes two buffers")
        done = context.box.ab_select(action)
        text = f"buffer {done.ab.upper()} is selected"
    context.out("ab", msgspec.to_builtins(done), text + matched)


@cli.command()
@click.option("--redo", is_flag=True, help="make the change again that was undone last")
@pass_context
def undo(context: Context, redo):
    """Take back the last change of the sound, whether it was made on the front panel or on a laptop. The box keeps the last
    100 changes of each edit buffer."""
    done = context.box.redo() if redo else context.box.undo()
    nothing = "nothing to redo" if redo else "nothing to undo"
    text = f"{'redone' if redo else 'undone'}: {done.change}; {done.left} left to undo" if done.change else nothing
    context.out("undo", msgspec.to_builtins(done), text)
