"""`burnish osc`: control of the box by OSC messages over the network."""

import logging

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OTHER, USAGE, CliFail

#: Addresses that stand for all networks of the computer.
_EVERYWHERE = ("0.0.0.0", "::", "")


@cli.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9123, show_default=True, help="UDP port; 0: any free port"
)
@click.option("--listen", "address", default="127.0.0.1", metavar="ADDRESS",
              help="address of one of this computer's networks, so that other devices (a tablet) can control the box")  # fmt: skip
@pass_context
def osc(context: Context, port, address):
    """Control the box by OSC messages (UDP), until Ctrl-C.

    The address of a parameter is its id with slashes: /burnish/eq/b2/gain_db 1.5 sets it, and without a value asks for it. Values are in
    the unit of the parameter. /burnish/subscribe SECONDS asks for all changes, until the time has passed or it is sent again.
    Addresses are listed in docs/REMOTE.md. Needs an extra package: pip install 'burnish[osc]'.
    """
    if address in _EVERYWHERE:
        raise CliFail(
            f"--listen cannot be {address!r}: give the address of one network, for example 192.168.1.20", USAGE
        )
    from host_cli import remote

    try:
        server = remote.OscServer(address, port)
    except ModuleNotFoundError as why:
        if (why.name or "").partition(".")[0] != "pythonosc":
            raise
        raise CliFail("osc needs python-osc: run pip install 'burnish[osc]'", OTHER) from None
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    with server:
        if address not in ("127.0.0.1", "::1"):
            context.note("every device in this network can control the box: OSC has no passwords")
        context.note(f"listening on {address} UDP port {server.port}; press Ctrl-C to stop")
        remote.follow_box(context.device, context.timeout_s, server.begin, server.step)
