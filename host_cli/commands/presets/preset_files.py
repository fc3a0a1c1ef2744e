"""Commands for presets as files on this computer: pull, push, diff, validate, edit."""

import os
import shlex
import sys
from pathlib import Path

import click

from firmware import presets
from firmware.contract import BY_ID
from host_cli.cli import Context, pass_context
from host_cli.errors import OK, OTHER, REFUSED, UNVERIFIED, USAGE, CliFail, LinkLost, Refused
from host_cli.folders import check_folder
from host_cli.presets import library, shown
from host_cli.terminal import one_line, table

from .preset import asking, complete_name, preset

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
_DRY_RUN = click.option("--dry-run", is_flag=True, help="show what would be done without doing it")


@preset.command()
@click.argument("names", nargs=-1, shell_complete=complete_name)
@click.option("--all", "everything", is_flag=True, help="pull all user presets")
@click.option("-o", "--out", "where", type=click.Path(path_type=Path), default=Path("."), help="folder for the files")
@click.option("--overwrite", is_flag=True, help="replace files that exist")
@_DRY_RUN
@pass_context
def pull(context: Context, names, everything, where, overwrite, dry_run):
    """Copy presets from the box into TOML files. @current, @a and @b are the edit buffers.

    A file with equal content is left as it is.
    """
    box = context.box
    if bool(names) == everything:
        raise click.UsageError("name presets or give --all, not both")
    check_folder(where)
    if everything:
        names = [row.name for row in box.presets() if not row.factory and not row.error]
    done = []
    for name in context.progress(names, "pulling"):
        data = box.pull(name)
        path = where / f"{library.parsed(data, name).slug}.toml"
        if dry_run:
            written = not path.exists() or path.read_bytes() != data
        else:
            question = f"{path} exists with other content. Overwrite it?"
            written = library.write(path, data, (lambda: None) if overwrite else lambda q=question: context.confirm(q))
        done.append({"name": name, "file": str(path), "written": written})
    for row in done:
        context.note(f"{one_line(row['name'])} → {row['file']}{'' if row['written'] else ' (up to date)'}")
    context.out("preset.pull", {"presets": done, "dry_run": dry_run}, "")


@preset.command()
@_FILES
@click.option("--load", "load_it", is_flag=True, help="also load the last one; it becomes audible at once")
@click.option("--overwrite", is_flag=True, help="replace presets of the same name")
@_DRY_RUN
@pass_context
def push(context: Context, files, load_it, overwrite, dry_run):
    """Copy preset files to the box, after checking all of them. Without --load, none is loaded.

    A preset that the box already has with the same content is skipped.
    """
    checked = [(path.name, *library.read(path)) for path in files]
    done = send(context, checked, overwrite, dry_run)
    for (name, _, found), row in zip(checked, done, strict=True):
        context.note(f"{name} → {one_line(found.name)}{'' if row['sent'] else ' (up to date)'}")
    loaded = None
    if load_it and not dry_run:
        from .preset import load

        click.get_current_context().invoke(load, name=checked[-1][2].name)
        loaded = checked[-1][2].name
    if not loaded or not context.json:
        context.out("preset.push", {"presets": done, "dry_run": dry_run}, "")


def send(context: Context, checked: list, overwrite: bool, dry_run: bool) -> list[dict]:
    """Push (file name, bytes, preset) rows, except those the box already has. Raises LinkLost, which states how many were
    copied."""
    box = context.box
    there = {row.name: row.id for row in box.presets()}
    done = []
    for name, data, found in context.progress(checked, "pushing"):
        row = {
            "file": name,
            "name": found.name,
            "id": found.content_id,
            "sent": there.get(found.name) != found.content_id,
        }
        try:
            if row["sent"] and not dry_run:
                saved = asking(context, overwrite, lambda replace, n=name, d=data: box.push(n, d, replace))
                _verify(name, found, saved)
        except LinkLost as why:
            raise LinkLost(
                f"the box was disconnected after {len(done)} of {len(checked)} presets ({why}); nothing was loaded, and the next "
                "push skips the finished presets"
            ) from None
        done.append(row)
    return done


def _verify(name: str, sent: presets.Preset, saved) -> None:
    if saved.id != sent.content_id:
        ids = f"id {saved.id[:8]}, not {sent.content_id[:8]}"
        raise CliFail(
            f"the box stored {name} with other content ({ids}); compare the versions with `burnish doctor`", UNVERIFIED
        )


@preset.command()
@click.argument("a", shell_complete=complete_name)
@click.argument("b", shell_complete=complete_name, default="@current")
@pass_context
def diff(context: Context, a, b):
    """Show the differences between two presets: names, files (.toml), @current, @a, @b. Exit status 1 if they differ.

    With one argument, compares that preset with the current settings.
    """
    before, after = library.resolve(context, a), library.resolve(context, b)
    changes = library.difference(library.plain(before), library.plain(after))
    rows = [(id, f"{shown(BY_ID[id], old)} → {shown(BY_ID[id], new)}") for id, (old, new) in changes.items()]
    data = {"a": before.name, "b": after.name, "changes": {id: list(pair) for id, pair in changes.items()}}
    context.out("preset.diff", data, table(rows))
    if not changes:
        context.note("there are no differences")
    return OTHER if changes else OK


@preset.command()
@_FILES
@pass_context
def validate(context: Context, files):
    """Check preset files, without a box. Exit status 8 if one is not valid."""
    rows, bad = [], 0
    for path in files:
        try:
            found = library.read(path)[1]
            rows.append({"file": str(path), "valid": True, "name": found.name, "id": found.content_id, "error": ""})
        except CliFail as why:
            bad += 1
            rows.append({"file": str(path), "valid": False, "name": "", "id": "", "error": str(why)})
    shown_rows = [(row["file"], f"{row['name']} ({row['id'][:8]})" if row["valid"] else row["error"]) for row in rows]
    context.out("preset.validate", {"files": rows}, table(shown_rows))
    if bad:
        raise CliFail(f"{bad} of {len(files)} files are not valid presets", REFUSED)


@preset.command()
@click.argument("name", shell_complete=complete_name)
@pass_context
def edit(context: Context, name):
    """Edit a user preset of the box in your editor ($VISUAL or $EDITOR). Nothing changes unless you save."""
    if not (sys.stdin.isatty() or os.environ.get("VISUAL") or os.environ.get("EDITOR")):
        raise CliFail("preset edit needs a terminal, or a program named by VISUAL or EDITOR", USAGE)
    box = context.box
    if any(row.factory and row.name.lower() == name.lower() for row in box.presets()):
        advice = f"copy it first: burnish preset copy {shlex.quote(name)} NEW_NAME"
        raise Refused(f"{name!r} is a factory preset and read-only; {advice}", "read_only", {"preset": name})
    before = box.pull(name)
    text = before.decode()
    while True:
        text = click.edit(text, extension=".toml")
        if text is None or text.encode() == before:
            context.note("nothing changed")
            return
        try:
            found = library.parsed(text.encode(), name)
            break
        except Refused as why:
            context.note(f"burnish: {why}")
            context.confirm("Edit it again?")
    saved = asking(context, found.name == library.parsed(before, name).name, lambda replace: box.push(name, text.encode(), replace))  # fmt: skip
    _verify(name, found, saved)
    context.out("preset.edit", {"name": saved.name, "id": saved.id}, f"saved {one_line(saved.name)} ({saved.id[:8]})")
