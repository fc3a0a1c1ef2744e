"""Reads a run log, which contains the settings and kernels in use at each frame of a run.

The file has one JSON object per line: first the start (format, rate, all parameters), then events (`frame`, `kind`,
`values`), and after each batch of events `{"state": {...}}` with the counters so far. An incomplete last line is ignored: the
writer died while it wrote this line. Files of schema 1 are a single JSON object with the events in it.

Shared with the laptop.
"""

import json
from pathlib import Path

from firmware.contract import RENAMED

FORMAT, SCHEMA = "burnish-run", 2
_READABLE = {("burnish-session", 1), (FORMAT, SCHEMA)}


def read_run_log(path: Path | str) -> dict:
    """The run in the file at `path`: the start, the counters, and `events`.

    Raises OSError, and ValueError for a file that is not a run log or is of another version.
    """
    run, _ = parse_run_log(Path(path).read_bytes(), str(path), whole_batches=False)
    return run


def parse_run_log(data: bytes, where: str, *, whole_batches: bool = True) -> tuple[dict, int]:
    """(the run, bytes up to the end of the last batch). With `whole_batches`, later events are left out.

    `where` names the file in messages. Raises ValueError.
    """
    lines = data.splitlines(keepends=True)
    try:
        run = json.loads(data if lines[:1] == [b"{\n"] else lines[0])
    except (ValueError, IndexError):
        run = None
    if not isinstance(run, dict) or not str(run.get("format")).startswith("burnish-"):
        raise ValueError(f"{where} is not a run log of Burnish")
    if (run["format"], run.get("schema")) not in _READABLE:
        raise ValueError(f"{where} is a run log of schema {run.get('schema')}, this version reads up to {SCHEMA}")
    events, size = run.setdefault("events", []), len(lines[0])
    if run["schema"] == SCHEMA:
        size = _take_lines(run, lines, whole_batches)
    run["start"] = _renamed(run.get("start", {}))
    run["events"] = [event | {"values": _renamed(event["values"])} for event in events]
    return run, size


def _take_lines(run: dict, lines: list[bytes], whole_batches: bool) -> int:
    """Put the events and the last state of `lines` into `run`; returns the bytes up to the end of the last batch."""
    read = batched = len(lines[0])
    events, in_batches = run["events"], 0
    for line in lines[1:]:
        if not line.endswith(b"\n"):
            break
        row = json.loads(line)
        if not isinstance(row, dict) or (not row.keys() >= {"frame", "kind", "values"} and "state" not in row):
            raise ValueError(f"a line of the run log is neither an event nor a state: {line[:40]!r}")
        read += len(line)
        if "state" in row:
            run |= row["state"]
            batched, in_batches = read, len(events)
        else:
            events.append(row)
    if whole_batches:
        del events[in_batches:]
    return batched


def _renamed(values: dict[str, float]) -> dict[str, float]:
    """`values` under the present ids of the parameters."""
    return {RENAMED.get(id, id): value for id, value in values.items()}
