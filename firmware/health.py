"""`python -m firmware.health`: checks whether the box on this machine works, by its shared memory. Only root and the user of
the box may run it. An update runs it before it keeps a new version.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from firmware.system import SharedMemory, relay_held

#: Time between two checks, in seconds. It may be longer than the hold time of the relays, because the supervisor detects short
#: pauses.
STEP_S = 0.5
#: Longest time in seconds in which the control process does not have to advance, because it may wait for a slow memory card.
CONTROL_S = 5.0


def fault(shared: SharedMemory, seconds: float, *, relay: bool = True, sleep: Callable = time.sleep) -> str:
    """Observe the box for `seconds`. Returns the fault in one sentence, or an empty text if there is none.

    At each check, frames must have advanced, the relays must be held (if there is a `relay`), and no process may have been
    restarted. The control process must advance at least every CONTROL_S.
    """
    cells = shared.counters
    frames, beats, starts = shared.engine["frames"], cells["control_beats"], _starts(cells)
    silent_s = 0.0
    for _ in range(round(seconds / STEP_S)):
        sleep(STEP_S)
        if shared.engine["frames"] == frames:
            return "the audio process does not advance"
        frames = shared.engine["frames"]
        silent_s = silent_s + STEP_S if cells["control_beats"] == beats else 0.0
        beats = cells["control_beats"]
        if silent_s >= CONTROL_S:
            return "the control process does not advance"
        if relay and not relay_held(cells):
            return "the bypass relays are not held"
        if _starts(cells) != starts:
            return "a process was started again"
    return ""


def _starts(cells) -> tuple[int, int]:
    return cells["audio_starts"], cells["control_starts"]


def shared_memory() -> SharedMemory | None:
    """The shared memory of the box on this machine. None if no box runs, or if this user may not read it."""
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes().split(b"\0")
            if b"--role" in words and b"--shared" in words:
                descriptor = words[words.index(b"--shared") + 1].decode()
                with open(command.parent / "fd" / descriptor, "r+b") as file:
                    return SharedMemory(file.fileno())
        except (
            OSError,
            IndexError,
            ValueError,
        ):  # this process has just ended, belongs to another user, or has another version
            continue
    return None


def main(arguments=None) -> int:
    """The whole program; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m firmware.health", description="Check whether the box on this machine works.",
        epilog="Exit status: 0 the box works, 1 it does not.",
    )  # fmt: skip
    parser.add_argument("--seconds", type=float, default=5, help="how long to observe the box (default %(default)s)")
    parser.add_argument("--no-relay", action="store_true", help="this box has no bypass relays")
    asked = parser.parse_args(arguments)
    shared = shared_memory()
    found = "no box runs on this machine" if shared is None else fault(shared, asked.seconds, relay=not asked.no_relay)
    print(found or f"the box has worked for {asked.seconds:g} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
