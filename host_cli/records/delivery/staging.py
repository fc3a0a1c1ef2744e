"""A folder that appears only when everything in it is complete."""

import contextlib
import glob
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from host_cli.errors import CliFail
from host_cli.folders import check_folder

#: Temporary folders of this age are left from a process that was killed.
_ABANDONED_S = 86_400


@contextlib.contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A temporary folder beside `target`, which takes its name at the end. An existing folder of that name is replaced only then.

    On an error or an interruption the temporary folder is deleted and the target stays as it was. Raises CliFail."""
    check_folder(target.absolute().parent)
    if target.exists() and (not target.is_dir() or target.is_symlink()):
        raise CliFail(f"{target} is not a folder: give another name with --output")
    _delete_abandoned(target)
    try:
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.absolute().parent))
    except OSError as why:
        raise CliFail(f"cannot write beside {target}: {why.strerror}") from None
    try:
        yield part
        part.chmod(0o777 & ~_umask())
        _sync(part)
        _replace(part, target)
    except OSError as why:
        raise CliFail(f"cannot write {target}: {why.strerror or why}; nothing was left there") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _replace(part: Path, target: Path) -> None:
    """Give `part` the name of `target`. An old folder is moved away first and deleted last."""
    old = part.with_name(part.name + ".old")
    if target.exists():
        target.rename(old)
    try:
        part.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _delete_abandoned(target: Path) -> None:
    for part in target.absolute().parent.glob(f".{glob.escape(target.name)}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime > _ABANDONED_S:
                shutil.rmtree(part, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Wait until the files are on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def safe_name(title: str, most: int = 80) -> str:
    """A title as part of a file name that every file system accepts."""
    plain = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", title).strip(". ")[:most].strip(". ")
    return plain or "untitled"
