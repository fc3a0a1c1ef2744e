"""Writes the page into a folder, from which any web server can offer it; it then speaks to the box through Web Serial."""

from pathlib import Path

from host_cli.errors import OTHER, CliFail

from .site import site


def export_page(folder: Path) -> list[Path]:
    """Write all files of the page into `folder`; returns their paths. Raises CliFail.

    A folder that contains anything but an earlier export is refused, so that no other file is replaced.
    """
    files = site()
    try:
        foreign = folder.exists() and any(folder.iterdir()) and not (folder / "index.html").exists()
        if foreign:
            raise CliFail(f"{folder} contains other files: give a new or an empty folder", OTHER)
        for name, file in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
    except OSError as why:
        raise CliFail(f"cannot write into {folder}: {why.strerror}; give another folder", OTHER) from None
    return [folder / name for name in files]
