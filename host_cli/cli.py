"""The click group `burnish`, its global options, and what every command gets. The commands are in host_cli/commands/."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import click

from firmware.contract import protocol

from .errors import MEANINGS, USAGE, CliFail

#: Version of the shapes that --json prints; grows when one changes incompatibly.
JSON_SCHEMA = 1

_STATUSES = "Exit status:\n\n\b\n" + "\n".join(f"{status:4}  {meaning}" for status, meaning in MEANINGS.items())


@dataclass
class Context:
    """Global options, and the box, connected to when first asked for."""

    device: str | None = None
    json: bool = False
    timeout_s: float = 3.0
    yes: bool = False
    colour: bool = True
    _box: list = field(default_factory=list)

    @property
    def box(self):
        """The connected box (client.Box). Raises CliFail."""
        if not self._box:
            from host_cli.box import open_box

            self._box.append(open_box(self.device, self.timeout_s))
        return self._box[0]

    def close(self) -> None:
        """Say good-bye to the box, if we have met."""
        while self._box:
            self._box.pop().close()

    def out(self, kind: str, data: dict, text: str) -> None:
        """The result of a command, on stdout: `text`, or with --json one object whose "schema" tells its shape."""
        if self.json:
            click.echo(json.dumps({"schema": f"burnish.{kind}/{JSON_SCHEMA}", **data}, ensure_ascii=False))
        elif text:
            click.echo(text)

    def note(self, text: str) -> None:
        """A remark that is not the result, on stderr."""
        click.echo(text, err=True)

    def progress(self, items, label: str) -> Iterator:
        """Go through `items`, with a bar on stderr where a terminal is there to see it."""
        items = list(items)
        if len(items) < 2 or not sys.stderr.isatty():
            yield from items
            return
        with click.progressbar(items, label=label, file=sys.stderr) as bar:
            yield from bar

    def confirm(self, question: str) -> None:
        """Ask before something is lost. Without a terminal to ask on, --yes is needed. Raises CliFail."""
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise CliFail(f"{question} There is no terminal to ask on: give --yes to mean it", USAGE)
        if not click.confirm(question, err=True):
            raise click.Abort


def complete_device(click_context, parameter, incomplete) -> list[str]:
    """Shell completion of --device: serial numbers of boxes, then ports. Opens none."""
    from host_cli.box import ports

    found = ports()
    names = [port.serial for port in found if port.box and port.serial] + [port.path for port in found]
    return [name for name in names if name.startswith(incomplete)]


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_STATUSES,
)
@click.version_option(protocol.VERSION, "-V", "--version", prog_name="burnish")
@click.option(
    "-d", "--device", envvar="BURNISH_DEVICE", metavar="SERIAL|PORT", shell_complete=complete_device,
    help="which box: USB serial number or port  [env: BURNISH_DEVICE]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="one JSON object on stdout, or one per line for streams")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0.1, 600), default=3.0, show_default=True,
              metavar="SECONDS", help="how long a request may take")  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="do not ask before overwriting or deleting")
@click.option("--no-color", is_flag=True, help="no colours  [env: NO_COLOR]")
@click.pass_context
def cli(click_context, device, as_json, timeout_s, yes, no_color):
    """Talk to a Burnish mastering box, and process files as it would."""
    context = Context(device, as_json, timeout_s, yes, not (no_color or os.environ.get("NO_COLOR")))
    click_context.obj = context
    click_context.call_on_close(context.close)


pass_context = click.make_pass_decorator(Context)
