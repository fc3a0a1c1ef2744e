"""Things that may exist at a path where the box expects one of its files: `SHAPES[name](path)` creates the thing with this
name."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

#: Longer than any correct read on any machine, in seconds. It detects a read that waits for ever.
PATIENCE_S = 60


def _directory(path: Path) -> None:
    path.mkdir()
    (path / "inside").write_text("x")


def _loop(path: Path) -> None:
    other = path.with_name("loop")
    path.symlink_to(other)
    other.symlink_to(path)


def _socket(path: Path) -> None:
    import socket

    here = os.getcwd()
    os.chdir(path.parent)  # the path of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(path.name)
    finally:
        os.chdir(here)


def _bytes(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


#: Shapes for which the content does not matter.
SHAPES: dict[str, Callable[[Path], None]] = {
    "directory": _directory,
    "pipe": os.mkfifo,
    "socket": _socket,
    "symbolic links in a loop": _loop,
    "link to nothing that can be read": lambda path: path.symlink_to("/proc/self/mem"),
    "link to an endless device": lambda path: path.symlink_to("/dev/zero"),
    "link to a terminal": lambda path: path.symlink_to("/dev/ptmx"),
    "empty": _bytes(b""),
    "zeros": _bytes(bytes(4096)),
    "all bits set": _bytes(b"\xff" * 4096),
    "no text": _bytes(bytes(range(256)) * 16),
    "half a character": _bytes(b'format = "\xc3'),
    "a hundred thousand brackets": _bytes(b"[" * 100_000),
    "keys of TOML nested 15 000 deep": _bytes(b".".join([b"a"] * 15_000) + b" = 1"),
    "the file of another program": _bytes(b'{"name": "other", "dependencies": {}, "lockfileVersion": 3}'),
    "link to its own folder": lambda path: path.symlink_to("."),
    "link to a device that is always empty": lambda path: path.symlink_to("/dev/null"),
    "text in UTF-16": _bytes('schema = 1\n[meta]\nname = "x"\n'.encode("utf-16")),
    "a line of a million characters": _bytes(b"x" * 1_000_000),
    "a sparse file of 8 GiB": lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_RDWR), 8 << 30),
}


def states(good: dict) -> dict[str, Callable[[Path], None]]:
    """SHAPES, and damaged forms of the state `good` (a dump of the store)."""

    def changed(**new) -> Callable[[Path], None]:
        return _bytes(json.dumps(good | new).encode())

    name = {**good["slots"]["a"], "preset": "n" * 400_000}
    values = {**good["slots"]["a"], "values": {**good["slots"]["a"]["values"], "limiter.gain_db": float("inf")}}
    return SHAPES | {
        "Infinity as revision": changed(rev=float("inf")),
        "a revision of 400 digits": changed(rev=10**400),
        "a negative revision": changed(rev=-1),
        "a name of 400 kB": changed(slots=good["slots"] | {"a": name}),
        "Infinity as value": changed(slots=good["slots"] | {"a": values}),
        "no buffers": changed(slots=[]),
        "a buffer of another kind": changed(slots={"a": 1, "b": None}),
        "nested JSON": _bytes(b'{"rev":' * 50_000),
        "cut in the middle": _bytes(json.dumps(good).encode()[:2000]),
    }


@contextmanager
def within_patience():
    """Raises TimeoutError if the block takes longer than PATIENCE_S."""

    def late(*_):
        raise TimeoutError("this waits without a limit")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
