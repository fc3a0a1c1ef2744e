"""`burnish preset`: the preset library of the box. preset_files.py has the commands for files, preset_backup.py those for backups."""

import click
import msgspec

from firmware.contract import TABLE
from host_cli.cli import Context, cli, pass_context
from host_cli.errors import Refused
from host_cli.presets import history, library, shown
from host_cli.terminal import one_line, table


@cli.group()
def preset():
    """Manage presets: the library of the box, files on this computer, backups, history."""


def complete_name(click_context, parameter, incomplete) -> list[str]:
    """Shell completion of preset names from the name cache. Opens no port."""
    from host_cli.presets import name_cache

    return [name for name in name_cache.names() if name.lower().startswith(incomplete.lower())]


def asking(context: Context, overwrite: bool, act):
    """Call `act(overwrite)`. If a preset of that name exists, ask, and call it again with True."""
    try:
        return act(overwrite or context.yes)
    except Refused as why:
        if why.name != "exists" or overwrite:
            raise
        taken = one_line(why.data.get("preset", ""))
        context.confirm(f"The box already has a preset {taken!r}. Overwrite it?")
        return act(True)


@preset.command("list")
@pass_context
def list_(context: Context):
    """List the presets of the box; `*` marks the loaded one."""
    from host_cli.presets import name_cache

    box = context.box
    found, state = box.presets(), box.state()
    name_cache.remember(row.name for row in found)
    rows = [
        (("*" if row.name == state.preset else ""), row.name, "factory" if row.factory else "user", row.id[:8] or "–",
         row.error or ", ".join(row.tags))
        for row in found
    ]  # fmt: skip
    data = {"presets": [msgspec.to_builtins(row) for row in found], "state": msgspec.to_builtins(state)}
    context.out("preset.list", data, table(rows, ("", "name", "set", "id", "tags")))


@preset.command()
@click.argument("name", shell_complete=complete_name)
@click.option("--all", "everything", is_flag=True, help="also show parameters that are at their default")
@pass_context
def show(context: Context, name, everything):
    """Show a preset: a name on the box, a file (.toml), or an edit buffer (@current, @a, @b)."""
    found = library.resolve(context, name)
    values = library.plain(found)
    by_id = {param.id: param for param in TABLE}
    if not everything:
        values = {id: value for id, value in values.items() if found.values[id] != by_id[id].default}
    rows = [(id, shown(by_id[id], value)) for id, value in values.items()]
    notes = found.meta.get("notes")
    head = f"{found.name} ({found.content_id[:8]})" + (f"\n{one_line(notes)}" if isinstance(notes, str) else "")
    data = {"name": found.name, "id": found.content_id, "values": values}
    context.out("preset.show", data, f"{head}\n{table(rows) or 'all parameters are at their defaults'}")


@preset.command()
@click.argument("name", shell_complete=complete_name)
@click.option("--dry-run", is_flag=True, help="show the changes without making them")
@pass_context
def load(context: Context, name, dry_run):
    """Load a preset of the box. It becomes audible at once.

    The previous settings are kept in `burnish preset history`. Asks first if the preset could be startling: a level more
    than 6 dB higher, a higher ceiling, or no limiter.
    """
    box = context.box
    state, current = box.state(), box.pull("@current")
    before, after = library.parsed(current, "@current"), library.parsed(box.pull(name), name)
    changes = library.difference(library.plain(before), library.plain(after))
    if dry_run:
        by_id = {param.id: param for param in TABLE}
        rows = [(id, f"{shown(by_id[id], old)} → {shown(by_id[id], new)}") for id, (old, new) in changes.items()]
        data = {"name": after.name, "id": after.content_id, "rev": state.rev, "dry_run": True}
        context.out("preset.load", data, table(rows) or "the preset would change nothing")
        return
    if warning := library.startling(before.values, after.values):
        context.confirm(f"Loading {after.name!r} {warning}. Load it?")
    if changes:
        history.keep(box.welcome.serial, current, "load")
    done = box.load(name)
    edited = " (edited, kept in `burnish preset history`)" if state.edited else ""
    text = f"{one_line(state.preset or '–')}{edited} → {one_line(done.name)}"
    context.out("preset.load", {**msgspec.to_builtins(done), "dry_run": False}, text)


@preset.command()
@click.argument("name")
@click.option("--overwrite", is_flag=True, help="replace a user preset of the same name")
@pass_context
def save(context: Context, name, overwrite):
    """Save the current settings as a user preset."""
    done = asking(context, overwrite, lambda replace: context.box.save(name, replace))
    context.out("preset.save", msgspec.to_builtins(done), f"saved {one_line(done.name)} ({done.id[:8]})")


@preset.command()
@click.argument("name", shell_complete=complete_name)
@pass_context
def delete(context: Context, name):
    """Delete a user preset."""
    context.confirm(f"Delete the preset {one_line(name)!r} from the box?")
    context.box.delete(name)
    context.out("preset.delete", {"name": name}, f"deleted {one_line(name)}")


@preset.command()
@click.argument("name", shell_complete=complete_name)
@click.argument("to")
@pass_context
def rename(context: Context, name, to):
    """Rename a user preset."""
    done = context.box.rename(name, to)
    context.out("preset.rename", msgspec.to_builtins(done), f"{one_line(name)} → {one_line(done.name)}")


@preset.command()
@click.argument("name", shell_complete=complete_name)
@click.argument("to")
@click.option("--overwrite", is_flag=True, help="replace a user preset of the same name")
@pass_context
def copy(context: Context, name, to, overwrite):
    """Copy a factory or user preset to a user preset."""
    done = asking(context, overwrite, lambda replace: context.box.copy(name, to, replace))
    context.out("preset.copy", msgspec.to_builtins(done), f"{one_line(name)} → {one_line(done.name)}")
