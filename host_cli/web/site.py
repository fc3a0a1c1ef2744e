"""The files of the page, as a web server sends them: everything in the folder `page`, the table of loudness targets, and the curve of a
reference."""

import dataclasses
import json
from dataclasses import dataclass
from importlib import resources

from host_cli.assistant import Reference
from host_cli.records.targets import services

#: Content type by the end of the file name. Other files are not part of the site.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".LICENSE": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class SiteFile:
    """A file of the site."""

    content_type: str
    data: bytes


def site(reference: Reference | None = None) -> dict[str, SiteFile]:
    """All files by their path without the first slash, for example "views/eq.js". reference.json is null without `reference`."""
    found = dict(_files(resources.files(__package__) / "page", ""))
    found["services.json"] = SiteFile(_TYPES[".json"], _services().encode())
    song = dataclasses.asdict(reference) if reference else None
    found["reference.json"] = SiteFile(_TYPES[".json"], json.dumps(song).encode())
    return found


def _files(folder, prefix: str):
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry, f"{prefix}{entry.name}/")
            continue
        for end, content_type in _TYPES.items():
            if entry.name.endswith(end):
                yield prefix + entry.name, SiteFile(content_type, entry.read_bytes())


def _services() -> str:
    """The targets of services as JSON (`host_cli/records/targets`)."""
    rows = [dataclasses.asdict(service) for service in services().values()]
    return json.dumps(rows, default=str, indent=1)
