"""A box under its supervisor, with a simulated sound card: as a process, or in the process of the test."""

import json
import signal
import socket
import subprocess
import sys
import threading

import numpy as np
import soundfile

from firmware.engine import replay
from firmware.sim import sound_card
from firmware.supervisor import NoRelay, Supervisor
from firmware.system.options import Options
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S, wait_until
from tests.support.rig import PERIOD, RATE_HZ


def burnishd(*arguments):
    """A complete run, started like a user does: (exit status, standard error)."""
    done = subprocess.run(
        [sys.executable, "-m", "firmware", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return done.returncode, done.stderr


def output(run_dir):
    """(words after the prefill, run log) of a finished run."""
    session = replay.read_run_log(run_dir / "run.json")
    words = np.fromfile(run_dir / "out.raw", "<i4").reshape(-1, 2)
    return words[session["prefill_frames"] :], session


class CountingRelay(NoRelay):
    interval_s = 0.002

    def __init__(self):
        self.beats = self.releases = 0

    def beat(self):
        self.beats += 1

    def release(self):
        self.releases += 1


class Running:
    """A run of silence or of `words` in real time, under a supervisor in this process. A context manager."""

    def __init__(self, run_dir, words=None):
        mixes = []
        if words is not None:
            soundfile.write(run_dir / "mix.wav", words, RATE_HZ, subtype="PCM_24")
            mixes = [str(run_dir / "mix.wav")]
        frames = sound_card.prepare(run_dir, mixes)
        options = Options(run_dir=run_dir, state_dir=run_dir, rate_hz=RATE_HZ, period=PERIOD, sim=True, sim_card=True,
                          input_frames=frames)  # fmt: skip
        self.relay = CountingRelay()
        self.supervisor = Supervisor(options, self.relay)
        self.shared = self.supervisor.shared
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        self.status = self.supervisor.run()

    def __enter__(self):
        self._thread.start()
        wait_until(lambda: self.frames > RATE_HZ // 10 and self.shared.counters["control_beats"] > 2)
        return self

    def __exit__(self, *_):
        self.supervisor.stop()
        self._thread.join()

    @property
    def frames(self):
        return self.shared.engine["frames"]

    def values(self):
        state = json.loads(self.shared.read_state())
        return state["slots"][state["ab"]]["values"]

    def turn(self, line):
        """Send one command to panel.sock; returns the answer."""
        with socket.socket(socket.AF_UNIX) as fingers:
            fingers.connect(str(self.supervisor.options.run_dir / "panel.sock"))
            fingers.sendall(line.encode() + b"\n")
            return fingers.makefile().readline()

    def stick(self, child):
        """Stop a child with a signal until the supervisor replaces it; returns the stopped process."""
        patience_s, child._stuck_s = child._stuck_s, 0.3
        process = child.process
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: process.poll() is not None)
        child._stuck_s = patience_s  # the next one may start slowly on a busy machine
        return process
