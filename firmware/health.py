"""`python -m firmware.health`: whether the box that runs here is well, read from the memory that its processes share.

For root, or for the user of the box. An update asks it before it keeps a new version.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from firmware.system import SharedMemory, relay_held

#: Between two looks, in seconds. Shorter than what the relays' hold would bridge is not needed: the supervisor watches that.
STEP_S = 0.5
#: The control process may take this long for one round, in seconds: a slow card.
CONTROL_S = 5.0


def fault(shared: SharedMemory, seconds: float, *, relay: bool = True, sleep: Callable = time.sleep) -> str:
    """What goes wrong within `seconds`, in one sentence; empty where nothing does.

    Frames must advance from look to look, the control process at least every CONTROL_S, the relays be held (if there is a
    `relay`), and no process start again.
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
    """That of the box that runs on this machine; None where none does, or not for this user's eyes."""
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
        ):  # it has just ended, or belongs to another user, or is of another version
            continue
    return None


def main(arguments=None) -> int:
    """The whole program; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m firmware.health", description="Whether the box that runs here is well.",
        epilog="Exit status: 0 it is, 1 it is not.",
    )  # fmt: skip
    parser.add_argument("--seconds", type=float, default=5, help="how long to look (default %(default)s)")
    parser.add_argument("--no-relay", action="store_true", help="this box has no bypass relays")
    asked = parser.parse_args(arguments)
    shared = shared_memory()
    found = "no box runs here" if shared is None else fault(shared, asked.seconds, relay=not asked.no_relay)
    print(found or f"well for {asked.seconds:g} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
