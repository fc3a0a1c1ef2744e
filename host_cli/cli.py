"""The click group `burnish`, its global options, and the context that every command receives. The commands are in host_cli/commands/."""

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import click

from firmware.contract import protocol, question, suggestions
from host_cli.terminal import json_line, lines, one_line

from .errors import MEANINGS, USAGE, CliFail

#: Version of the objects that --json prints. It grows when the shape of one changes incompatibly.
JSON_SCHEMA = 1

_STATUSES = "Exit status:\n\n\b\n" + "\n".join(f"{status:4}  {meaning}" for status, meaning in MEANINGS.items())


@dataclass
class Context:
    """The global options, and the connection to the box, which is made when a command first needs it."""

    device: str | None = None
    json: bool = False
    timeout_s: float = 3.0
    yes: bool = False
    colour: bool = True
    _box: list = field(default_factory=list)

    @property
    def box(self):
        """The client of the box (client.BoxClient). Raises CliFail."""
        if not self._box:
            from host_cli.box import open_box

            self._box.append(open_box(self.device, self.timeout_s))
        return self._box[0]

    def close(self) -> None:
        """End the session with the box, if there is one."""
        while self._box:
            self._box.pop().close()

    def out(self, kind: str, data: dict, text: str) -> None:
        """Print the result of a command on stdout: `text`, or with --json `data` as one object whose "schema" names its shape."""
        if self.json:
            click.echo(json_line({"schema": f"burnish.{kind}/{JSON_SCHEMA}", **data}))
        elif text:
            click.echo(lines(text))

    def note(self, text: str) -> None:
        """Print a remark, which is not part of the result, on stderr."""
        click.echo(lines(text), err=True)

    def progress(self, items, label: str) -> Iterator:
        """Iterate over `items`, with a progress bar if stderr is a terminal."""
        items = list(items)
        if len(items) < 2 or not sys.stderr.isatty():
            yield from items
            return
        with click.progressbar(items, label=label, file=sys.stderr) as bar:
            yield from bar

    @contextlib.contextmanager
    def progress_bar(self, length: int, label: str) -> Iterator[Callable[[int], None]]:
        """A function that adds to the progress of work of `length` steps; shows a bar and the remaining time in a terminal."""
        if not sys.stderr.isatty():
            yield lambda steps: None
            return
        with click.progressbar(length=length, label=label, file=sys.stderr, show_eta=True) as bar:
            yield bar.update

    def confirm(self, question: str) -> None:
        """Ask before something is lost; --yes answers the question. Raises CliFail if there is no terminal to ask on."""
        question = one_line(question)
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise CliFail(f"{question} There is no terminal to ask on: add --yes to confirm", USAGE)
        if not click.confirm(question, err=True):
            raise click.Abort


#: Headings of the list of commands, by the package of host_cli/commands that contains them.
SUBJECTS = {
    "files": "Files",
    "assistant": "Assistant",
    "records": "Records",
    "box": "The box",
    "presets": "Parameters and presets",
    "remote": "Remote control",
    "commands": "The shell",
}


class Commands(click.Group):
    """A group of commands. Its help lists them by subject, and after a misspelled name it suggests those that are likely to be meant,
    also of its subgroups."""

    def format_commands(self, ctx, formatter):
        """See `click.Group.format_commands`."""
        listed: dict[str, list] = {title: [] for title in (*SUBJECTS.values(), "Commands")}
        for name, command in sorted(self.commands.items()):
            package = command.callback.__module__.split(".")[-2]
            title = SUBJECTS.get(package, "Commands") if ctx.parent is None else "Commands"
            if not command.hidden:
                listed[title].append((name, _summary(command)))
        for title, rows in listed.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def resolve_command(self, ctx, args):
        """See `click.Group.resolve_command`."""
        name = str(args[0])
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            hint = question(suggestions(name, self._names()), f"`{ctx.command_path} --help` lists the commands")
            raise click.UsageError(f"there is no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def _names(self) -> list[str]:
        below = [(name, command) for name, command in self.commands.items() if isinstance(command, click.Group)]
        return [*self.commands, *(f"{group} {name}" for group, command in below for name in command.commands)]


def _summary(command: click.Command) -> str:
    """The first statement of the help, without the list or example that follows a colon or a semicolon."""
    return re.split(r"[.:;](?:\s|$)", command.help or "", maxsplit=1)[0].replace("\n", " ")


#: Subgroups are groups of the same kind.
Commands.group_class = type


def complete_device(click_context, parameter, incomplete) -> list[str]:
    """Shell completion of --device: serial numbers of boxes, then ports. Opens no port."""
    from host_cli.box import ports

    found = ports()
    names = [port.serial for port in found if port.box and port.serial] + [port.path for port in found]
    return [name for name in names if name.startswith(incomplete)]


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_STATUSES,
)
@click.version_option(protocol.VERSION, "-V", "--version", prog_name="burnish")
@click.option(
    "-d", "--device", envvar="BURNISH_DEVICE", metavar="SERIAL|PORT", shell_complete=complete_device,
    help="box to use, by USB serial number or port  [env: BURNISH_DEVICE]",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="print one JSON object, or one per line for streams")
@click.option("--timeout", "timeout_s", type=click.FloatRange(0.1, 600), default=3.0, show_default=True,
              metavar="SECONDS", help="longest time to wait for an answer of the box")  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="do not ask before overwriting or deleting")
@click.option("--no-color", is_flag=True, help="print without colours  [env: NO_COLOR]")
@click.pass_context
def cli(click_context, device, as_json, timeout_s, yes, no_color):
    """Control a Burnish mastering box, and process files exactly as the box would."""
    context = Context(device, as_json, timeout_s, yes, not (no_color or os.environ.get("NO_COLOR")))
    click_context.obj = context
    click_context.call_on_close(context.close)


pass_context = click.make_pass_decorator(Context)
