"""A simulated box on virtual hardware: starts it, operates its front panel, stops it, reads what it recorded."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from firmware.engine import replay

#: Longest time until the serial port of the box exists, in seconds. An idle machine needs one.
START_S = 120.0
#: Longest time for an orderly shutdown, in seconds.
STOP_S = 60.0


class DemoFailed(Exception):
    """The demo failed; the message is one sentence."""


class SimulatedBox:
    """`burnishd --sim` in `run_dir` with `mix` as its input. A context manager, which shuts the box down at its end.

    It plays `mix` once and records its output, or repeats it without end if not `once`.
    """

    def __init__(
        self, run_dir: Path, mix: Path | None, device: str | None = None, realtime: bool = True, once: bool = True
    ):
        self.run_dir = run_dir
        run_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "firmware", "--sim", "--run-dir", str(run_dir)]
        command += ["--mix", str(mix)] if mix else []
        command += ["--once", "--record"] if mix and once else []
        command += ["--device", device] if device else []
        command += [] if realtime else ["--unpaced"]
        self._log = open(run_dir / "burnishd.log", "w")  # noqa: SIM115 - closed by __exit__
        self._process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True)

    def __enter__(self):
        until = time.monotonic() + START_S
        while not self.tty.exists():
            if self._process.poll() == 0:
                break  # a short mix without pacing can end before this check
            if self._process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                raise DemoFailed(f"the box did not start: {self.reason}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._log.close()

    @property
    def tty(self) -> Path:
        """The serial port of the box."""
        return self.run_dir / "tty"

    @property
    def reason(self) -> str:
        """Why the box ended: its last refusal, otherwise the last line of its log."""
        lines = [line for line in (self.run_dir / "burnishd.log").read_text().split("\n") if line.strip()]
        refusals = [line for line in lines if line.startswith("burnishd: ")]
        return (refusals or lines or ["its log is empty"])[-1]

    def running(self) -> bool:
        """Whether the box is running. It ends by itself after the last frame of its mix."""
        return self._process.poll() is None

    @property
    def failed(self) -> bool:
        """Whether the box ended by itself with an error."""
        return self._process.poll() not in (None, 0)

    def ends(self, within_s: float) -> bool:
        """Wait until the box ends by itself; returns whether it did."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def panel(self, line: str) -> None:
        """Operate the front panel: "turn 1 +3", "press EQ", "release EQ"."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(self.run_dir / "panel.sock"))
            connection.sendall(line.encode() + b"\n")
            answer = connection.makefile().readline().strip()
        if answer != "ok":
            raise DemoFailed(f"the panel refused {line!r}: {answer}")

    def run_log(self) -> dict:
        """The run log, which contains the settings in use at each frame."""
        return replay.read_run_log(self.run_dir / "run.json")

    def recording(self) -> np.ndarray:
        """The output of its sound card, int32 (frames, 2). It starts with the silence that filled the buffer before the run."""
        raw = np.fromfile(self.run_dir / "out.raw", "<i4")
        return raw[: len(raw) // 2 * 2].reshape(-1, 2)
