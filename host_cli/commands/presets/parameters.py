"""Commands for parameters: get, set, params."""

import fnmatch

import click

from firmware.contract import Param, ParamError
from firmware.contract import params as local
from host_cli.cli import Context, cli, pass_context
from host_cli.errors import REFUSED, Refused
from host_cli.presets import remarks, shown
from host_cli.terminal import search, table


def complete_path(context, parameter, incomplete) -> list[str]:
    """Shell completion of parameter ids from the table of this tool. Opens no port."""
    return [id for id in local.BY_ID if id.startswith(incomplete)]


def complete_assignment(context, parameter, incomplete) -> list[str]:
    """Shell completion of `id=value`: first ids, then the values of a choice or switch."""
    id, equals, word = incomplete.partition("=")
    if not equals:
        return [f"{known}=" for known in local.BY_ID if known.startswith(id)]
    param = local.BY_ID.get(id)
    words = (param.choices or (("on", "off") if param.kind == "switch" else ())) if param else ()
    return [f"{id}={known}" for known in words if known.startswith(word)]


def matching(table_of: dict[str, Param], patterns: tuple[str, ...]) -> list[str]:
    """The ids that match any of the glob patterns, in the order of the table; all ids if there are no patterns. The name of
    a section, such as "eq.b1", matches the whole section."""
    return [
        id for id in table_of
        if not patterns or any(fnmatch.fnmatchcase(id, p) or id.startswith(f"{p}.") for p in patterns)
    ]  # fmt: skip


@cli.command()
@click.argument("paths", nargs=-1, required=True, shell_complete=complete_path)
@pass_context
def get(context: Context, paths):
    """Show values of parameters: `get limiter.ceiling_dbtp`, `get eq.b1 'multiband.*'`."""
    box = context.box
    wanted = []
    for path in paths:
        wanted += matching(box.table, (path,)) or [box.find(path).id]
    values = box.get(wanted)
    rows = [(id, shown(box.table[id], value)) for id, value in values.items()]
    text = rows[0][1] if len(rows) == 1 and len(paths) == 1 and paths[0] == rows[0][0] else table(rows)
    context.out("get", {"values": values}, text)


@cli.command("set")
@click.argument("assignments", nargs=-1, required=True, metavar="PATH=VALUE...", shell_complete=complete_assignment)
@click.option(
    "--if-rev", type=int, help="refuse if the settings are no longer at this revision (`burnish info` shows it)"
)
@pass_context
def set_(context: Context, assignments, if_rev):
    """Set parameters, all of them or none: `set eq.b1.gain_db=+1.5 eq.b1.enabled=on`.

    Values are absolute, in the unit at the end of the parameter's name. `1.2k`, `-1 dB`, `on` and `bell` are accepted.
    """
    box = context.box
    values = {}
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals:
            raise click.UsageError(f"{assignment!r} is not an assignment; write {path}=VALUE")
        param = box.find(path.strip())
        try:
            values[param.id] = param.to_plain(param.parse(text))
        except ParamError as why:
            raise Refused(str(why), why.name, why.data, REFUSED) from None
    change = box.set(values, if_rev)
    rows = [
        (id, f"{shown(box.table[id], change.old[id])} → {shown(box.table[id], new)}") for id, new in change.new.items()
    ]
    context.out("set", {"rev": change.rev, "old": change.old, "new": change.new}, table(rows))
    if not context.json:
        _note_inaudible(context, change.new)


def _note_inaudible(context: Context, changed: dict) -> None:
    """Say which of the changed values cannot be heard, and what would make them audible."""
    table_of = context.box.table
    values = {id: table_of[id].check(plain) for id, plain in context.box.get().items() if id in local.BY_ID}
    for remark in remarks({id: values[id] for id in changed if id in values}, values, "burnish set"):
        context.note(remark)


@cli.command()
@click.argument("wanted", nargs=-1, metavar="[SEARCH]...", shell_complete=complete_path)
@pass_context
def params(context: Context, wanted):
    """List parameters with their range and default: `params`, `params eq.b1`, `params '*_ms'`, `params release`.

    SEARCH is a section, a pattern with *, or a word of the id, the label or the help. Several SEARCH arguments list the parameters
    that match any of them. If one argument contains several words, such as "look ahead", a parameter must contain all of them.

    This command needs no box. With --device it shows the parameter table of that box.
    """
    known = context.box.table if context.device else local.BY_ID
    found = {id for word in wanted for id in matching(known, (word,)) or search(known, word)}
    ids = [id for id in known if id in found or not wanted]
    if not ids:
        near, hint = local.near_ids(wanted[0], known)
        raise Refused(f"no parameter contains {wanted[0]!r} in its id, label or help; {hint}", "unknown_path",
                      {"path": wanted[0], "near": near})  # fmt: skip
    rows = [
        (id, known[id].allowed, shown(known[id], known[id].to_plain(known[id].default)), known[id].help) for id in ids
    ]
    data = {"params": [_described(known[id]) for id in ids]}
    context.out("params", data, table(rows, ("parameter", "allowed", "default", "meaning")))


def _described(param: Param) -> dict:
    return {
        "id": param.id, "unit": param.unit, "kind": param.kind, "low": param.low, "high": param.high, "step": param.step,
        "default": param.to_plain(param.default), "choices": list(param.choices), "help": param.help,
    }  # fmt: skip
