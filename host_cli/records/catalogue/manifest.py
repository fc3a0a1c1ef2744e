"""The manifest of a catalogue and the list of what is done, as Parquet files in one folder.

`manifest.parquet`: one row for each file (id, path, bytes, mtime_ns), and the task as metadata. `outcomes/*.parquet`: what became of
files, written in batches. What is left to do is the difference of both by id. `results/`: the results by key.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path

from host_cli.errors import USAGE, CliFail

from .work import DONE, FAILED, Outcome, Task

NAME, OUTCOMES, RESULTS = "manifest.parquet", "outcomes", "results"
#: Extensions of files that are taken into a catalogue.
AUDIO = (".wav", ".flac", ".aiff", ".aif")


def pyarrow():
    """The library. Raises CliFail if it is not installed."""
    try:
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError:
        raise CliFail('catalogues need pyarrow: run pip install "burnish[cluster]"') from None
    return pyarrow


def files(folders: Iterable[Path]) -> Iterator[Path]:
    """All audio files below the folders, and files that are named themselves, in order."""
    for folder in folders:
        if folder.is_dir():
            for root, names, here in os.walk(folder):
                names.sort()
                yield from (Path(root) / name for name in sorted(here) if name.lower().endswith(AUDIO))
        elif folder.exists():
            yield folder
        else:
            raise CliFail(f"there is no file or folder {folder}: check the spelling", USAGE)


class Catalogue:
    """The folder of a catalogue."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._arrow = pyarrow()

    def plan(self, paths: Iterable[Path], task: Task) -> int:
        """Write the manifest, whole or not at all; returns the number of files."""
        arrow = self._arrow
        rows = [_row(path) for path in paths]
        if not rows:
            raise CliFail(f"no audio files were found: a catalogue takes {', '.join(AUDIO)}", USAGE)
        columns = {name: [row[n] for row in rows] for n, name in enumerate(("id", "path", "bytes", "mtime_ns"))}
        table = arrow.table(columns).replace_schema_metadata({"task": task.plain()})
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write(table, self.folder / NAME)
        return len(rows)

    def task(self) -> Task:
        """What is done to every file. Raises CliFail if there is no manifest."""
        return Task.parsed(self._manifest().schema.metadata[b"task"].decode())

    def left(self, retry: bool = False) -> list[tuple[str, str]]:
        """(id, path) of the files without outcome; with `retry` also of those that failed."""
        arrow, table, done = self._arrow, self._manifest(), self.outcomes()
        if done is not None:
            known = done.filter(arrow.compute.equal(done["status"], DONE)) if retry else done
            table = table.filter(arrow.compute.invert(arrow.compute.is_in(table["id"], known["id"].combine_chunks())))
        return list(zip(table["id"].to_pylist(), table["path"].to_pylist(), strict=True))

    def add(self, batch: list[Outcome]) -> None:
        """Store outcomes in a file of their own."""
        if not batch:
            return
        (self.folder / OUTCOMES).mkdir(exist_ok=True)
        rows = [asdict(outcome) for outcome in batch]
        table = self._arrow.table({field.name: [row[field.name] for row in rows] for field in fields(Outcome)})
        self._write(table, self.folder / OUTCOMES / f"{time.time_ns():020d}-{os.getpid()}.parquet")

    def tidy(self) -> None:
        """Delete what workers that were killed have left: unfinished results, whose names begin with a dot."""
        for part in (self.folder / RESULTS).rglob(".*"):
            part.unlink(missing_ok=True)

    def outcomes(self):
        """The newest outcome of each file as a table, or None if there is none."""
        arrow = self._arrow
        parts = sorted((self.folder / OUTCOMES).glob("[0-9]*.parquet"))
        if not parts:
            return None
        whole = arrow.concat_tables([arrow.parquet.read_table(part) for part in parts])
        order = arrow.array(range(len(whole)))
        numbered = whole.append_column("order", order)
        newest = numbered.group_by("id").aggregate([("order", "max")])
        return numbered.filter(
            arrow.compute.is_in(numbered["order"], newest["order_max"].combine_chunks())
        ).drop_columns("order")

    def status(self) -> dict:
        """Numbers of files, done, failed and left, how many were duplicates, mean cost, and the failures."""
        total, done = self._manifest().num_rows, self.outcomes()
        rows = done.to_pylist() if done is not None else []
        ids = set(self._manifest()["id"].to_pylist())
        rows = [row for row in rows if row["id"] in ids]
        good = [row for row in rows if row["status"] == DONE]
        worked = [row["seconds"] for row in good if not row["reused"]]
        return {
            "files": total, "done": len(good), "failed": sum(row["status"] == FAILED for row in rows), "left": total - len(rows),
            "duplicates": len(good) - len({row["key"] for row in good}), "seconds_per_file": sum(worked) / len(worked) if worked else None,
            "failures": [{"path": row["path"], "reason": row["reason"]} for row in rows if row["status"] == FAILED],
        }  # fmt: skip

    def _manifest(self):
        path = self.folder / NAME
        if not path.exists():
            raise CliFail(
                f"{self.folder} has no {NAME}: run `burnish catalogue plan FOLDER -o {self.folder}` first", USAGE
            )
        try:
            return self._arrow.parquet.read_table(path)
        except (OSError, self._arrow.ArrowInvalid) as why:
            raise CliFail(f"{path} cannot be read: {why}; plan the catalogue again") from None

    def _write(self, table, path: Path) -> None:
        part = path.with_name(f".{path.name}.part")
        try:
            self._arrow.parquet.write_table(table, part)
            part.replace(path)
        except OSError as why:
            part.unlink(missing_ok=True)
            raise CliFail(f"cannot write {path}: {why.strerror or why}") from None


def _row(path: Path) -> tuple[str, str, int, int]:
    """The id changes when the file does."""
    state = path.stat()
    whole = str(path.resolve())
    id = hashlib.sha256(f"{whole}\0{state.st_size}\0{state.st_mtime_ns}".encode()).hexdigest()[:32]
    return id, whole, state.st_size, state.st_mtime_ns
