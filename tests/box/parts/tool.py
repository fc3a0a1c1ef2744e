"""The laptop's command, as a user types it."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """The result of a command: its exit status, its output, and its duration in virtual seconds."""

    status: int
    out: str
    err: str
    took_s: float


class Tool:
    """`burnish`, over the cable."""

    def command(self, *words) -> list[str]:
        """The command line of `burnish WORDS`."""
        return [sys.executable, "-m", "host_cli", *map(str, words)]

    def __call__(self, *words, limit_s: float = 60) -> Answer:
        began = time.monotonic()
        done = subprocess.run(
            self.command(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit_s
        )
        return Answer(done.returncode, done.stdout, done.stderr.strip(), time.monotonic() - began)

    def json(self, *words) -> dict:
        """The answer of `burnish --json WORDS`, which must succeed."""
        answer = self("--json", *words)
        assert answer.status == 0, f"burnish {' '.join(map(str, words))}: {answer.err}"
        return json.loads(answer.out)

    def set(self, name: str, value) -> None:
        self.json("set", f"{name}={value}")

    def get(self, name: str):
        return self.json("get", name)["values"][name]

    @property
    def counters(self) -> dict:
        return self.json("info")["counters"]

    @property
    def state(self) -> dict:
        return self.json("info")["state"]
