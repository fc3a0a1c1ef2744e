"""A box on virtual hardware, as a person would have it on the desk: started, played, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

#: How long the box may take until its serial port answers, in seconds.
START_S = 30.0
#: How long it may take to end in order.
STOP_S = 15.0


class DemoFailed(Exception):
    """What went wrong, in one sentence."""


class SimulatedBox:
    """`burnishd --sim` in `run_dir`, fed with `mix`. A context manager: leaving it ends the box in order."""

    def __init__(self, run_dir: Path, mix: Path | None, device: str | None = None, realtime: bool = True):
        self.run_dir = run_dir
        run_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "firmware", "--sim", "--run-dir", str(run_dir)]
        command += ["--mix", str(mix)] if mix else []
        command += ["--device", device] if device else []
        command += [] if realtime else ["--unpaced"]
        self._log = open(run_dir / "burnishd.log", "w")  # noqa: SIM115 - closed by __exit__
        self._process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True)

    def __enter__(self):
        until = time.monotonic() + START_S
        while not self.tty.exists():
            if self._process.poll() == 0:
                break  # a short mix, unpaced, is over before anybody looks
            if self._process.poll() is not None or time.monotonic() > until:
                self.__exit__()
                raise DemoFailed(f"the box did not start: {self.last_words}")
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
        """The box's serial port."""
        return self.run_dir / "tty"

    @property
    def last_words(self) -> str:
        """Why it ended: what it refused, else the last line of its log."""
        lines = [line for line in (self.run_dir / "burnishd.log").read_text().split("\n") if line.strip()]
        refusals = [line for line in lines if line.startswith("burnishd: ")]
        return (refusals or lines or ["it said nothing"])[-1]

    def running(self) -> bool:
        """Whether it plays; it ends by itself after the last frame of its mix."""
        return self._process.poll() is None

    @property
    def failed(self) -> bool:
        """Whether it ended by itself, and not well."""
        return self._process.poll() not in (None, 0)

    def ends(self, within_s: float) -> bool:
        """Wait for it to end by itself; whether it did."""
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def panel(self, line: str) -> None:
        """Do something at the front panel: "turn 1 +3", "press PAGE", "release PAGE"."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hand:
            hand.connect(str(self.run_dir / "panel.sock"))
            hand.sendall(line.encode() + b"\n")
            answer = hand.makefile().readline().strip()
        if answer != "ok":
            raise DemoFailed(f"the panel did not take {line!r}: {answer}")

    def session(self) -> dict:
        """What the box noted of the run (`run.json`)."""
        return json.loads((self.run_dir / "run.json").read_text())

    def recording(self) -> np.ndarray:
        """What its sound card played, int32 (frames, 2): first the silence it was primed with, then the sound."""
        raw = np.fromfile(self.run_dir / "out.raw", "<i4")
        return raw[: len(raw) // 2 * 2].reshape(-1, 2)
