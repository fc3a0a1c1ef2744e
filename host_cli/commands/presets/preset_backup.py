"""Commands that back up and restore the whole library as one file, and the history of replaced settings."""

import gzip
import hashlib
import io
import json
import re
import tarfile
import time
import zlib
from pathlib import Path

import click

from firmware import presets
from host_cli.cli import Context, pass_context
from host_cli.errors import OTHER, REFUSED, UNVERIFIED, USAGE, CliFail, Refused
from host_cli.folders import check_folder
from host_cli.presets import history as kept
from host_cli.presets import library
from host_cli.terminal import count, one_line, table

from .preset import preset
from .preset_files import send

#: Limits when a backup is read: number of files, and bytes of the manifest.
MAX_FILES, MAX_MANIFEST = 2000, 1 << 20
_REASONS = {
    "load": "before a load",
    "restore": "before a restore",
    "undo": "before an undo",
    "backup": "from a backup",
}
_MEMBER = re.compile(r"presets/[a-z0-9-]{1,80}\.toml|buffers/[ab]\.toml")


@preset.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--overwrite", is_flag=True, help="replace the file if it exists")
@pass_context
def backup(context: Context, file, overwrite):
    """Save all user presets and both edit buffers in one .tar.gz file, with a manifest of their hashes."""
    box = context.box
    serial = box.welcome.serial
    file = file or Path(f"burnish-{presets.slug(serial) or 'box'}-{time.strftime('%Y%m%d-%H%M%S')}.tar.gz")
    if file.is_dir():
        raise CliFail(f"{file} is a folder: give the name of a file in it, such as {file / 'box.tar.gz'}", USAGE)
    check_folder(file.parent)
    names = [row.name for row in box.presets() if not row.factory and not row.error]
    members = {f"buffers/{side}.toml": box.pull(f"@{side}") for side in "ab"}
    for name in context.progress(names, "pulling"):
        data = box.pull(name)
        members[f"presets/{library.parsed(data, name).slug}.toml"] = data
    manifest = {
        "format": "burnish-backup",
        "schema": 1,
        "serial": serial,
        "firmware": box.welcome.fw,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in members.items()},
    }
    packed = io.BytesIO()
    # Without times, so that equal content makes an equal file.
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for name, data in {"manifest.json": json.dumps(manifest, indent=1).encode(), **members}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    library.write(file, packed.getvalue(),
                  (lambda: None) if overwrite else lambda: context.confirm(f"{file} exists. Overwrite it?"))  # fmt: skip
    context.out("preset.backup", {"file": str(file), "presets": names}, f"{count(len(names), 'preset')} → {file}")


@preset.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="show what would be done without doing it")
@pass_context
def restore(context: Context, file, dry_run):
    """Copy the presets of a backup to the box. Presets with the same name but other content are replaced, others stay.

    No preset is loaded. The edit buffers of the backup are added to `burnish preset history`, from which they can be loaded.
    """
    members = unpack(file)
    checked = [
        (name, data, library.parsed(data, name)) for name, data in members.items() if name.startswith("presets/")
    ]
    box = context.box
    there = {row.name: row for row in box.presets()}
    replaced = [
        found.name for _, _, found in checked if found.name in there and there[found.name].id != found.content_id
    ]  # fmt: skip
    if dry_run:
        rows = [
            (found.name, "equal" if there.get(found.name) and found.name not in replaced else
             "replaced" if found.name in replaced else "new")
            for _, _, found in checked
        ]  # fmt: skip
        data = {"presets": [{"name": name, "would_be": what} for name, what in rows], "dry_run": True}
        context.out("preset.restore", data, table(rows))
        return
    if replaced:
        names = ", ".join(one_line(name) for name in replaced)
        context.confirm(f"This replaces {count(len(replaced), 'preset')} on the box ({names}). Continue?")
        for name in replaced:
            kept.keep(box.welcome.serial, box.pull(name), "restore")
    for side in "ab":
        if f"buffers/{side}.toml" in members:
            kept.keep(box.welcome.serial, members[f"buffers/{side}.toml"], "backup")
    done = send(context, checked, True, False)
    sent = sum(row["sent"] for row in done)
    text = f"{count(sent, 'preset')} restored, {len(done) - sent} up to date"
    context.out("preset.restore", {"presets": done, "dry_run": False}, text)


def unpack(file: Path) -> dict[str, bytes]:
    """The members of a backup, checked against its manifest. Raises CliFail if it is unreadable, damaged, or not a backup."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            found = {}
            for info in tar:
                if len(found) >= MAX_FILES:
                    raise CliFail(f"{file} has more than {MAX_FILES} files, so it is not a backup of a box", REFUSED)
                limit = MAX_MANIFEST if info.name == "manifest.json" else presets.MAX_BYTES
                known = info.name == "manifest.json" or _MEMBER.fullmatch(info.name)
                if not (info.isreg() and known and info.size <= limit):
                    raise CliFail(
                        f"{file} contains {one_line(info.name)[:60]!r}, which is not part of a backup", REFUSED
                    )
                found[info.name] = tar.extractfile(info).read()
    except OSError as why:  # tarfile.ReadError is one
        raise CliFail(f"cannot read {file}: {why.strerror or one_line(why)}", OTHER) from None
    except (EOFError, tarfile.TarError, zlib.error) as why:
        raise CliFail(f"{file} is damaged: {one_line(why)}", UNVERIFIED) from None
    manifest = _manifest(file, found.pop("manifest.json", b""))
    for name, data in found.items():
        if manifest.get(name) != hashlib.sha256(data).hexdigest():
            raise CliFail(f"{file}: {name} does not match the manifest; nothing was restored", UNVERIFIED)
    if missing := manifest.keys() - found.keys():
        raise CliFail(f"{file}: {one_line(min(missing))} is missing; nothing was restored", UNVERIFIED)
    return found


def _manifest(file: Path, data: bytes) -> dict:
    try:
        manifest = json.loads(data)
        if manifest["format"] == "burnish-backup" and manifest["schema"] == 1:
            return dict(manifest["sha256"])
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise CliFail(f"{file} is not a backup of a box: it has no manifest that this tool can read", REFUSED)


@preset.command()
@click.argument("number", type=int, required=False)
@click.option("--show", "show_it", is_flag=True, help="show that snapshot without loading it")
@pass_context
def history(context: Context, number, show_it):
    """List the settings that loads and restores have replaced. With a NUMBER, load those settings again."""
    box = context.box
    found = kept.snapshots(box.welcome.serial)
    if number is None:
        rows, data = [], []
        for place, snapshot in enumerate(found, 1):
            try:
                old = library.read(snapshot.path)[1]
            except Refused:
                continue
            when = time.strptime(snapshot.when, "%Y%m%dT%H%M%S")
            rows.append((place, time.strftime("%Y-%m-%d %H:%M:%S UTC", when), _REASONS.get(snapshot.before, ""), old.name,
                         old.content_id[:8]))  # fmt: skip
            data.append({"number": place, "when": snapshot.when, "before": snapshot.before, "name": old.name,
                         "id": old.content_id, "file": str(snapshot.path)})  # fmt: skip
        context.out("preset.history", {"snapshots": data}, table(rows, ("", "when", "", "name", "id")) if rows else "")
        if not rows:
            context.note("the history is empty: nothing has been replaced yet")
        return
    if not 1 <= number <= len(found):
        raise CliFail(
            f"there is no snapshot {number}: the history has {len(found)}; `burnish preset history` lists them", OTHER
        )
    old = library.read(found[number - 1].path)[1]
    if show_it:
        from .preset import show

        click.get_current_context().invoke(show, name=str(found[number - 1].path), everything=False)
        return
    now = library.parsed(box.pull("@current"), "@current")
    if warning := library.startling(now.values, old.values):
        context.confirm(f"Loading {old.name!r} again {warning}. Continue?")
    kept.keep(box.welcome.serial, presets.dump(now).encode(), "undo")
    change = box.set(library.plain(old))
    context.out("preset.history", {"rev": change.rev, "name": old.name}, f"{one_line(old.name)} is loaded again")
