"""Verifies the results of a catalogue: each is there and has the hash that it had when it was made."""

import hashlib

from .manifest import RESULTS, Catalogue
from .work import DONE, result_path


def wrong(catalogue: Catalogue) -> list[str]:
    """What is wrong, as sentences; also files that have neither a result nor a reason."""
    found, outcomes = [], catalogue.outcomes()
    action = catalogue.task().action
    for row in outcomes.to_pylist() if outcomes is not None else []:
        if row["status"] != DONE:
            continue
        path = result_path(catalogue.folder / RESULTS, row["key"], action)
        if not path.exists():
            found.append(f"the result of {row['path']} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            found.append(f"the result of {row['path']} has changed")
    left = len(catalogue.left())
    return found + ([f"{left} files have neither a result nor a reason: run the catalogue again"] if left else [])
