"""The manifest of a delivery, `delivery.json`: its files with hashes, and what it claims about their sound. Machines read it; the
delivery note says the same to people."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from firmware.contract import protocol
from host_cli.records.formats import checksums

NAME, NOTE, SUMS = "delivery.json", "DELIVERY.txt", "SHA256SUMS"
SCHEMA = "burnish.delivery/1"
#: Figures that a delivery claims.
_CLAIMED = ("integrated_lufs", "lra_lu", "max_tp_dbtp", "max_momentary_lufs", "max_short_lufs")


@dataclass
class Manifest:
    """`kind`: of delivery. `claims`: by file name, what its audio is said to be."""

    kind: str
    title: str
    artist: str
    upc: str
    target: str = ""
    claims: dict[str, dict] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def claim(self, name: str, figures: dict, isrc: str, **more) -> None:
        """Note the loudness of a file, its ISRC and whatever else is said about it."""
        rounded = {key: None if figures.get(key) is None else round(figures[key], 2) for key in _CLAIMED}
        self.claims[name] = {**rounded, "isrc": isrc, **more}

    def write(self, folder: Path) -> None:
        """Write the checksums of all files, the note and the manifest into the folder, as the last files."""
        (folder / NOTE).write_text(self._note(folder), encoding="utf-8")
        names = files(folder)
        sums = checksums.listed(folder, names, "sha256")
        (folder / SUMS).write_text(sums, encoding="utf-8")
        described = {name: {"sha256": value, "bytes": (folder / name).stat().st_size} | self.claims.get(name, {})
                     for name, value in checksums.read_list(sums).items()}  # fmt: skip
        whole = {"schema": SCHEMA, "kind": self.kind, "title": self.title, "artist": self.artist, "upc": self.upc,
                 "target": self.target, "made_by": f"Burnish {protocol.VERSION}", "remarks": self.remarks, "files": described}  # fmt: skip
        (folder / NAME).write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def _note(self, folder: Path) -> str:
        head = [("title", self.title), ("artist", self.artist), ("EAN / UPC", self.upc), ("delivery for", self.kind),
                ("target", self.target), ("made by", f"Burnish {protocol.VERSION}")]  # fmt: skip
        lines = ["DELIVERY NOTE", "", *(f"{name:<13} {value}" for name, value in head if value), ""]
        lines += [f"{'LUFS':>7} {'LU':>5} {'dBTP':>7}  {'ISRC':<12}  file"]
        for name in files(folder):
            claim = self.claims.get(name)
            figures = [claim and claim[key] for key in ("integrated_lufs", "lra_lu", "max_tp_dbtp")]
            texts = ["–" if value is None else f"{value:.1f}" for value in figures] if claim else ["", "", ""]
            lines.append(
                f"{texts[0]:>7} {texts[1]:>5} {texts[2]:>7}  {claim['isrc'] if claim else '':<12}  {name}".rstrip()
            )
        lines += [
            "",
            *(f"Note: {remark}." for remark in self.remarks),
            f"Checksums are in {SUMS}: `sha256sum -c {SUMS}` checks them.",
        ]
        return "\n".join(lines) + "\n"


def files(folder: Path) -> list[str]:
    """The files of a delivery except manifest and list of checksums, relative to the folder."""
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [name for name in found if name not in (NAME, SUMS)]


def read(folder: Path) -> dict | None:
    """The manifest of a folder, or None if it has none. Raises ValueError if it cannot be used."""
    path = folder / NAME
    if not path.exists():
        return None
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        raise ValueError(f"{NAME} cannot be read: {why}") from None
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA or not isinstance(whole.get("files"), dict):
        raise ValueError(f"{NAME} is not a manifest of the kind {SCHEMA}")
    return whole
