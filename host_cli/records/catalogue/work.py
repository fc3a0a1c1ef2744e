"""One file of a catalogue: analysed, checked or rendered. Runs in worker processes, and never raises for a bad file."""

import functools
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from firmware.contract import protocol
from host_cli.errors import CliFail

DONE, FAILED = "done", "failed"
ACTIONS = ("analyze", "check", "render")


@dataclass(frozen=True)
class Task:
    """What is done to every file. `preset_id`: the content id of the preset, `values`: all parameters (render only)."""

    action: str
    results: str
    preset_id: str = ""
    values: tuple[tuple[str, float], ...] = ()
    bits: str = "24"
    target_lufs: float | None = None

    def key(self, sha256: str) -> str:
        """The name of the result of a file with this hash: everything that decides it."""
        parts = [
            sha256,
            self.action,
            protocol.VERSION,
            self.preset_id,
            [list(v) for v in self.values],
            self.bits,
            self.target_lufs,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def plain(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def parsed(cls, text: str) -> "Task":
        """From JSON."""
        row = json.loads(text)
        return cls(**(row | {"values": tuple((id, value) for id, value in row["values"])}))


@dataclass(frozen=True)
class Outcome:
    """`id`: of the row. `key`: of the result; `sha256`: of the result's bytes. `reason`: why it failed. `reused`: the result was there."""

    id: str
    path: str
    status: str
    key: str = ""
    sha256: str = ""
    reason: str = ""
    seconds: float = 0.0
    reused: bool = False


def process_all(rows: list[tuple[str, str]], task: Task) -> list[Outcome]:
    """The outcome of each row (id, path)."""
    return [process(id, path, task) for id, path in rows]


def process(id: str, path: str, task: Task) -> Outcome:
    """Do the task with one file. Results appear under their key, whole or not at all."""
    start = time.process_time()
    try:
        key = task.key(_digest(Path(path)))
        target = result_path(Path(task.results), key, task.action)
        reused = target.exists()
        if not reused:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{os.getpid()}.{target.name}")
            try:
                _RUN[task.action](Path(path), part, task)
                _keep(part, target)
            finally:
                part.unlink(missing_ok=True)
        return Outcome(id, path, DONE, key, _digest(target), "", time.process_time() - start, reused)
    except CliFail as why:
        return Outcome(id, path, FAILED, reason=str(why), seconds=time.process_time() - start)
    except OSError as why:
        return Outcome(id, path, FAILED, reason=f"{why.strerror or why}", seconds=time.process_time() - start)
    except (ValueError, MemoryError, RuntimeError) as why:
        return Outcome(id, path, FAILED, reason=f"{type(why).__name__}: {why}", seconds=time.process_time() - start)


def _keep(part: Path, target: Path) -> None:
    """Give a result its name. Another run of the same catalogue may have tidied it away after it made the same result."""
    try:
        part.replace(target)
    except FileNotFoundError:
        if not target.exists():
            raise


def result_path(results: Path, key: str, action: str) -> Path:
    """Where the result with this key is. Folders by the first byte keep them small."""
    return results / key[:2] / f"{key}{'.wav' if action == 'render' else '.json'}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _analyze(path: Path, target: Path, task: Task) -> None:
    from host_cli.render import AudioReader, analysis

    with AudioReader(path, mono=True) as reader:
        found = analysis.analyse(reader.read(), reader.rate_hz)
    del found["history"]
    found["spectrum"] = {name: [round(float(v), 3) for v in column] for name, column in found["spectrum"].items()}
    _write(target, found)


def _check(path: Path, target: Path, task: Task) -> None:
    from host_cli.records.check import check
    from host_cli.render import AudioReader

    with AudioReader(path, mono=True) as reader:
        verdict = check(reader.read(), reader.rate_hz, reader.bits)
    faults = [asdict(fault) | {"value": round(float(fault.value), 4)} for fault in verdict.faults]
    _write(target, {"verdict": verdict.grade, "faults": faults})


def _render(path: Path, target: Path, task: Task) -> None:
    from host_cli.render import AudioReader, RenderJob, dithered

    with AudioReader(path, mono=True) as reader:
        values = dithered(dict(task.values), task.bits, reader.bits, "auto")
        RenderJob(reader, target, values, task.bits, target_lufs=task.target_lufs).run(_renderer(reader.rate_hz))


@functools.cache
def _renderer(rate_hz: int):
    """One engine for each rate in a process, because building one takes time."""
    from host_cli.render import Renderer

    return Renderer(rate_hz)


def _write(target: Path, found: dict) -> None:
    target.write_text(json.dumps(found, sort_keys=True) + "\n", encoding="utf-8")


_RUN = {"analyze": _analyze, "check": _check, "render": _render}
