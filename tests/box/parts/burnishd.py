"""The box's service, started as the systemd unit starts it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from .clock import wait_until
from .header import Header

CONFIG = """\
[audio]
hat = "none"
capture = "{capture}"
playback = "{playback}"
rate_hz = {rate_hz}
period_frames = {period_frames}
periods = {periods}
[panel]
acceleration = false
display = {display}
[files]
data = "{data}"
run = "{run}"
"""
ROOT = Path(__file__).parents[3]


class Burnishd:
    """Starts `burnishd` on the loopback card, with its own log file, and waits until it is ready, unless `ready` is false."""

    run = Path("/run/burnish")
    data = Path("/var/lib/burnish")
    config = Path("/run/burnish.toml")

    def __init__(self, rate_hz=48000, period_frames=128, periods=3, *, capture="hw:Loopback,0,0",
                 playback="hw:Loopback,0,1", display=False, configured=True):  # fmt: skip
        for folder in (self.run, self.data):
            folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.format(capture=capture, playback=playback, rate_hz=rate_hz, period_frames=period_frames,
                             periods=periods, display=str(display).lower(), data=self.data, run=self.run)  # fmt: skip
        if configured:
            self.config.write_text(text)
        log = Path("/run/burnishd.log")
        self._log = log
        self._began = log.stat().st_size if log.exists() else 0
        with open(log, "ab") as stream:
            self.process = subprocess.Popen(
                self.command(*(["--config", str(self.config)] if configured else [])),
                cwd=self.run, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=stream, stderr=stream,
            )  # fmt: skip

    @staticmethod
    def command(*words) -> list[str]:
        return [sys.executable, "-m", "firmware", *words]

    @property
    def log(self) -> str:
        """The log of this run so far."""
        return self._log.read_bytes()[self._began :].decode(errors="replace").strip()

    def pid(self, role: str) -> int | None:
        """The process number of a child, "audio" or "control"; None if it does not run."""
        for path in Path("/proc").glob("[0-9]*"):
            try:
                words = (path / "cmdline").read_bytes().split(b"\0")
                state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:  # it has just ended
                continue
            if [b"--role", role.encode()] == words[3:5] and state != "Z" and int(parent) == self.process.pid:
                return int(path.name)
        return None

    def wait_for_sound(self, header: Header, limit_s: float = 20) -> float:
        """Wait until the relays connect the processor; returns the virtual seconds. Raises TimeoutError with the log."""
        before = header.edges
        took_s = wait_until(lambda: self.pid("audio") and header.edges > before + 20, limit_s)
        if took_s is None:
            raise TimeoutError(f"no heartbeat within {limit_s} s; the log:\n{self.log}")
        return took_s

    def ended(self, limit_s: float = 10) -> int:
        """Wait until the service ends by itself; returns its exit status. Raises subprocess.TimeoutExpired."""
        return self.process.wait(limit_s)

    def stop(self, limit_s: float = 10) -> int:
        """Ask the service to end; returns its exit status. If it does not end, it is killed, and subprocess.TimeoutExpired is
        raised."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            for pid in filter(None, (self.pid("audio"), self.pid("control"), self.process.pid)):
                os.kill(pid, signal.SIGKILL)
            raise

    def kill(self, role: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a child; returns its process number."""
        pid = self.pid(role)
        assert pid is not None, f"there is no {role} process; the log:\n{self.log}"
        os.kill(pid, number)
        return pid
