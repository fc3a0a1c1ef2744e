"""`burnish preset`: the library of presets on the box, and their files here."""

from pathlib import Path

import click
import msgspec

from firmware import presets
from firmware.params import TABLE

from ..cli import Context, cli, pass_context
from ..errors import OTHER, REFUSED, UNVERIFIED, CliFail, LinkLost, Refused
from ..text import one_line, table
from .parameters import shown


@cli.group()
def preset():
    """Presets: the box's library, and files here."""


def read(path: Path) -> tuple[bytes, presets.Preset]:
    """The bytes of a preset's file, and the preset. Raises CliFail: cannot be read, or is no preset."""
    try:
        with path.open("rb") as file:
            data = file.read(presets.MAX_BYTES + 1)
    except OSError as why:
        raise CliFail(f"cannot read {path}: {why.strerror}", OTHER) from None
    try:
        return data, presets.parse(data, str(path))
    except presets.PresetError as why:
        raise Refused(str(why), why.name, why.data, REFUSED) from None


@preset.command("list")
@pass_context
def list_(context: Context):
    """List the presets of the box; `*` marks the one that is heard."""
    box = context.box
    found, state = box.presets(), box.state()
    rows = [
        ("*" if row.name == state.preset else "", row.name, "factory" if row.factory else "user", row.id[:8] or "–",
         row.error or ", ".join(row.tags))
        for row in found
    ]  # fmt: skip
    data = {"presets": [msgspec.to_builtins(row) for row in found], "state": msgspec.to_builtins(state)}
    context.out("preset.list", data, table(rows, ("", "name", "set", "id", "tags")))


@preset.command()
@click.argument("name")
@click.option("--all", "everything", is_flag=True, help="also what is at its default")
@pass_context
def show(context: Context, name, everything):
    """Show a preset of the box, or a file (NAME ending in .toml)."""
    if name.endswith(".toml"):
        _, found = read(Path(name))
    else:
        found = presets.parse(context.box.pull(name), name)
    rows = [
        (param.id, shown(param, param.to_plain(found.values[param.id])))
        for param in TABLE
        if param.stored and (everything or found.values[param.id] != param.default)
    ]
    notes = found.meta.get("notes")
    head = f"{found.name} ({found.content_id[:8]})" + (f"\n{one_line(notes)}" if isinstance(notes, str) else "")
    values = {id: value for id, value in _plain(found).items() if everything or id in {row[0] for row in rows}}
    data = {"name": found.name, "id": found.content_id, "values": values}
    context.out("preset.show", data, f"{head}\n{table(rows) or 'everything is at its default'}")


def _plain(found: presets.Preset) -> dict:
    return {param.id: param.to_plain(found.values[param.id]) for param in TABLE if param.stored}


@preset.command()
@click.argument("name")
@pass_context
def load(context: Context, name):
    """Load a preset of the box: it is heard at once."""
    before = context.box.state()
    done = context.box.load(name)
    if before.edited:
        context.note("the settings before were edited and not saved")
    context.out("preset.load", msgspec.to_builtins(done), f"{one_line(before.preset or '–')} → {one_line(done.name)}")


@preset.command()
@click.argument("name")
@click.option("--overwrite", is_flag=True, help="replace a user preset of that name")
@pass_context
def save(context: Context, name, overwrite):
    """Save what is heard as a user preset."""
    done = _asking(context, overwrite, lambda replace: context.box.save(name, replace))
    context.out("preset.save", msgspec.to_builtins(done), f"saved {one_line(done.name)} ({done.id[:8]})")


def _asking(context: Context, overwrite: bool, act):
    """`act(overwrite)`; where the name is taken, asks and does it again."""
    try:
        return act(overwrite or context.yes)
    except Refused as why:
        if why.name != "exists" or overwrite:
            raise
        taken = one_line(why.data.get("preset", ""))
        context.confirm(f"There is a preset {taken!r} on the box already. Overwrite it?")
        return act(True)


@preset.command()
@click.argument("name")
@pass_context
def delete(context: Context, name):
    """Delete a user preset."""
    context.confirm(f"Delete the preset {one_line(name)!r} from the box?")
    context.box.delete(name)
    context.out("preset.delete", {"name": name}, f"deleted {one_line(name)}")


@preset.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="all user presets")
@click.option("-o", "--out", "where", type=click.Path(path_type=Path), default=Path("."), help="folder for the files")
@click.option("--overwrite", is_flag=True, help="replace files that are there")
@pass_context
def pull(context: Context, names, everything, where, overwrite):
    """Copy presets from the box into TOML files here. A file that is equal already is left alone."""
    box = context.box
    if bool(names) == everything:
        raise click.UsageError("name the presets, or give --all")
    if everything:
        names = [row.name for row in box.presets() if not row.factory and not row.error]
    done = []
    for name in names:
        data = box.pull(name)
        path = where / f"{presets.parse(data, name).slug}.toml"
        done.append({"name": name, "file": str(path), "written": _write(context, path, data, overwrite)})
        context.note(f"{one_line(name)} → {path}{'' if done[-1]['written'] else ' (up to date)'}")
    context.out("preset.pull", {"presets": done}, "")


def _write(context: Context, path: Path, data: bytes, overwrite: bool) -> bool:
    """Write `data` whole or not at all; False when the file has it already. Asks before it replaces another file."""
    try:
        if path.exists():
            if path.read_bytes() == data:
                return False
            if not overwrite:
                context.confirm(f"{path} is there already and different. Overwrite it?")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(data)
        part.replace(path)
    except OSError as why:
        raise CliFail(f"cannot write {path}: {why.strerror}", OTHER) from None
    return True


@preset.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--load", "load_it", is_flag=True, help="load the last of them as well: it is heard at once")
@click.option("--overwrite", is_flag=True, help="replace presets of the same name")
@pass_context
def push(context: Context, files, load_it, overwrite):
    """Copy preset files to the box. They are checked here first; none is heard without --load.

    A preset that the box has already with the same content is skipped.
    """
    checked = [(path, *read(path)) for path in files]
    box = context.box
    there = {row.name: row.id for row in box.presets()}
    done = []
    for path, data, found in checked:
        try:
            if there.get(found.name) == found.content_id:
                done.append({"file": str(path), "name": found.name, "id": found.content_id, "sent": False})
            else:
                saved = _asking(context, overwrite, lambda replace: box.push(path.name, data, replace))  # noqa: B023
                if saved.id != found.content_id:
                    raise CliFail(f"the box understood {path} differently (id {saved.id[:8]}, not {found.content_id[:8]})",
                                  UNVERIFIED)  # fmt: skip
                done.append({"file": str(path), "name": saved.name, "id": saved.id, "sent": True})
        except LinkLost as why:
            raise LinkLost(f"the box disappeared after {len(done)} of {len(checked)} presets ({why}); nothing was loaded, "
                           "finished presets will be skipped") from None  # fmt: skip
        context.note(f"{path} → {one_line(found.name)}{'' if done[-1]['sent'] else ' (up to date)'}")
    loaded = box.load(found.name) if load_it else None
    text = f"loaded {one_line(loaded.name)}" if loaded else ""
    context.out("preset.push", {"presets": done, "loaded": loaded.name if loaded else None}, text)
