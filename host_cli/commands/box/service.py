"""Commands for troubleshooting and scripts: broker, log, raw."""

import json
import sys
import time

import click

from firmware.contract import protocol
from host_cli.cli import Context, cli, pass_context
from host_cli.errors import USAGE, CliFail
from host_cli.terminal import json_line, one_line


@cli.command()
@pass_context
def broker(context: Context):
    """Hold the port of the box and share it with your other programs until Ctrl-C. `meters` and `monitor` share it too."""
    from host_cli.box import hold_box

    with hold_box(context.device, context.timeout_s) as box:
        context.note(f"sharing {box.link.name}; press Ctrl-C to stop")
        for _ in box.changes():
            pass


@cli.command()
@click.option("-f", "--follow", is_flag=True, help="keep printing new lines until Ctrl-C")
@pass_context
def log(context: Context, follow):
    """Show the log of the box."""
    box, first, printed = context.box, 0, False
    while True:
        page = box.log(first)
        if page.lines or (context.json and not printed):
            printed = True
            context.out("log", {"lines": page.lines, "next": page.next}, "\n".join(map(one_line, page.lines)))
            sys.stdout.flush()
        if not page.lines:
            if not follow:
                return
            time.sleep(0.5)
        first = page.next


def complete_method(click_context, parameter, incomplete) -> list[str]:
    """Shell completion of the methods of the protocol."""
    return [name for name in protocol.METHODS if name.startswith(incomplete)]


@cli.command()
@click.argument("method", shell_complete=complete_method)
@click.argument("arguments", metavar="[JSON]", default="{}")
@pass_context
def raw(context: Context, method, arguments):
    """Send any request of docs/PROTOCOL.md and print the result as JSON: `raw get '{"paths": ["input.trim_db"]}'`."""
    try:
        plain = json.loads(arguments)
    except (ValueError, RecursionError) as why:
        raise CliFail(f"the parameters are not JSON: {why}", USAGE) from None
    if not isinstance(plain, dict):
        raise CliFail(f"the parameters of {method!r} must be one JSON object, not {arguments[:40]}", USAGE)
    result = context.box.raw(method, plain)
    context.out("raw", {"method": method, "result": result}, json_line(result))
