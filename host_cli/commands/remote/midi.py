"""`burnish midi`: a MIDI controller at this computer controls the box."""

import logging

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OTHER, USAGE, CliFail


@cli.command()
@click.option(
    "--port", metavar="NAME", help="the MIDI input, by a part of its name; the default is the only controller"
)
@click.option("--list", "listing", is_flag=True, help="list the MIDI ports and the assigned controls, and end")
@click.option("--learn", metavar="PARAMETER", help="assign the next control that you move to PARAMETER, and end")
@click.option("--forget", metavar="PARAMETER", help="remove the control of PARAMETER, and end")
@click.option(
    "--channel", type=click.IntRange(1, 16), help="the MIDI channel; the default is to receive on all and send on 1"
)
@click.option("--pickup", is_flag=True, help="a control acts only after it has met or passed the present value")
@pass_context
def midi(context: Context, port, listing, learn, forget, channel, pickup):
    """Control the box with a MIDI controller at this computer, until Ctrl-C.

    Every parameter has an NRPN (docs/REMOTE.md), program changes load presets by their slot, and the controller is told about
    changes. Other controls act on the parameters that --learn has assigned to them. Needs an extra package:
    pip install 'burnish[midi]'.
    """
    remote = _remote()
    assignments = remote.Assignments()
    if listing:
        _list(context, remote, assignments)
        return
    if forget:
        assignments.remove(_id(forget))
        context.out("midi", {"controls": _plain(assignments)}, f"{_id(forget)} has no control")
        return
    with remote.MidiPorts(port) as ports:
        if learn:
            id = _id(learn)
            context.note(f"move the control for {id} on {ports.name}; Ctrl-C to stop")
            control = remote.learn(ports)
            assignments.add(control, id)
            context.out("midi", {"controls": _plain(assignments)}, f"control {control} controls {id}")
            return
        logging.basicConfig(level=logging.WARNING, format="%(message)s")
        bridge = remote.MidiBridge(ports, assignments.read(), channel - 1 if channel else None, pickup)
        context.note(f"{ports.name} controls the box{'' if ports.has_output else ' (it has no output for feedback)'}; "
                     "press Ctrl-C to stop")  # fmt: skip
        remote.follow_box(context.device, context.timeout_s, bridge.begin, bridge.step)


def _remote():
    """The package, whose ports need mido."""
    from host_cli import remote

    try:
        remote.MidiPorts  # noqa: B018 - imports mido
        return remote
    except ModuleNotFoundError as why:
        if why.name not in ("mido", "rtmidi"):
            raise
        raise CliFail("midi needs mido and python-rtmidi: run pip install 'burnish[midi]'", OTHER) from None


def _id(text: str) -> str:
    """The id of a parameter. Raises CliFail."""
    from firmware.contract import ParamError, params

    try:
        return params.find(text).id
    except ParamError as why:
        raise CliFail(str(why), USAGE) from None


def _plain(assignments) -> dict[str, str]:
    return {str(control): id for control, id in assignments.read().items()}


def _list(context: Context, remote, assignments) -> None:
    from host_cli.terminal import table

    inputs, outputs = remote.port_names()
    rows = [("input", name) for name in inputs] + [("output", name) for name in outputs]
    rows += [(f"control {control}", id) for control, id in assignments.read().items()]
    data = {"inputs": inputs, "outputs": outputs, "controls": _plain(assignments)}
    context.out("midi", data, table(rows) if rows else "no MIDI ports and no assigned controls")
