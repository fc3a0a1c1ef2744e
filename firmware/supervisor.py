"""The supervisor: parent of both processes, owner of the shared memory and of the bypass relay's heartbeat.

It holds no lock and does no work that could fail, so that what it watches over can.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

from firmware.system import BUSY, NO_DEVICE, NO_PERMISSION, OK, USAGE, Options, Refusal, SharedMemory, config, systemd

log = logging.getLogger(__name__)

#: Statuses by which a child says that it cannot run as asked.
_REFUSALS = (USAGE, NO_DEVICE, NO_PERMISSION, BUSY)
#: The relay is held only while the audio process has processed a frame within this time, in seconds, and begins to be
#: held when it has done so for the second.
ALIVE_S, HEALTHY_S = 0.05, 0.2
#: A child gets this long to end by itself, in seconds.
STOP_S = 5.0
#: Between a death and the restart, in seconds: doubled each time, from the first to the second; forgotten after a good run.
RESTART_S, SLOWEST_RESTART_S, GOOD_RUN_S = 0.2, 2.0, 10.0
#: A child whose counter stands still for this long is stuck, in seconds. The control process may wait for a slow disk.
AUDIO_STUCK_S, CONTROL_STUCK_S = 2.0, 10.0
#: The time it has to begin, in seconds.
STARTING_S = 20.0
TICK_S = 0.02
#: Ticks between two words to systemd that all is well.
_WATCHDOG_TICKS = 25
#: How long the sound takes to fade out: the ramp, what waits in the playback buffer, and some reserve, in seconds.
LEAVE_S = 0.1


def relay_of(options: Options):
    """The relay, a context manager: on the Pi's pins, on simulated ones, or none where the configuration says so.

    Raises Refusal where the pins cannot be used.
    """
    configured = config.load(options.config) if options.config else config.Config()
    if not configured.panel.relay:
        return contextlib.nullcontext(NoRelay())
    from .relay import Relay  # gpiozero, which a box without pins does not need

    described = configured.board()
    if options.sim:
        from firmware.sim import SimPanel

        return Relay(described, SimPanel(described).pin_factory)
    try:
        with warnings.catch_warnings(action="ignore"):  # a line for each pin factory that is not there
            return Relay(described)
    except Exception as error:  # gpiozero's, and whatever its pin factories raise
        raise Refusal(
            f"the pins cannot be used ({error}): on a machine without, set panel.relay and panel.enabled to false",
            NO_DEVICE,
        ) from None


class NoRelay:
    """A box without bypass relays."""

    interval_s = 0.01
    engaged = False

    def beat(self) -> None:
        """Nothing to hold."""

    def release(self) -> None:
        """Nothing to let go."""


class Child:
    """One child process: started again when it dies, killed when `life()` (a counter of its own) stands still for
    `stuck_s` seconds.

    `starting` is called before each start.
    """

    def __init__(self, role: str, options: Options, shared: SharedMemory, life, stuck_s: float, starting=lambda: None,
                 now=time.monotonic):  # fmt: skip
        self.role = role
        self.process: subprocess.Popen | None = None
        self._options = options
        self._shared = shared
        self._life = life
        self._stuck_s = stuck_s
        self._starting = starting
        self._now = now
        self._pause_s = RESTART_S / 2
        self._started = self._due = self._moved = 0.0
        self._last_life = 0

    @property
    def alive(self) -> bool:
        process = self.process  # another thread may start the next one meanwhile
        return process is not None and process.poll() is None

    @property
    def refused(self) -> int:
        """The status by which it said that it cannot run as asked; 0 where it did not."""
        status = self.process.poll() if self.process else None
        return status if status in _REFUSALS else OK

    def start(self) -> None:
        """Begin, with the shared memory as inheritance."""
        descriptor = self._shared.descriptor
        command = [sys.executable, "-m", "firmware", "--role", self.role, "--parent", str(os.getpid())]
        package = str(Path(__file__).parent.parent)
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH")))),
            "OPENBLAS_NUM_THREADS": "1",  # NumPy's own threads are none of the audio process's business
        }
        self._starting()
        self._started = self._now()
        self._moved = self._started + STARTING_S - self._stuck_s
        self._last_life = self._life()
        self.process = subprocess.Popen(
            [*command, "--shared", str(descriptor), "--options", self._options.to_json()],
            pass_fds=(descriptor,),
            env=environment,
        )

    def watch(self) -> None:
        """Look after it. Call some times a second."""
        now = self._now()
        if self.alive:
            life = self._life()
            if life != self._last_life:
                self._last_life, self._moved = life, now
            elif now - self._moved > self._stuck_s:
                log.error("the %s process is stuck and is killed; its stacks follow", self.role)
                self.process.send_signal(signal.SIGUSR1)
                time.sleep(0.1)
                self.process.kill()
                self.process.wait()
        elif self.process is not None:
            log.warning("the %s process ended with status %s", self.role, self.process.returncode)
            good = now - self._started > GOOD_RUN_S
            self._pause_s = RESTART_S if good else min(2 * self._pause_s, SLOWEST_RESTART_S)
            self._due = now + self._pause_s
            self.process = None
        elif now >= self._due:
            self.start()

    def stop(self) -> None:
        """Ask it to end; kill it if it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            log.warning("the %s process does not end and is killed", self.role)
            self.process.kill()
            self.process.wait()


class Heartbeat:
    """Beats the relay while frames advance, once they have for a while; `frames` and `alive` are callables."""

    def __init__(self, relay, frames, alive, now=time.monotonic, alive_s=ALIVE_S):
        self._relay, self._frames, self._alive, self._now, self._alive_s = relay, frames, alive, now, alive_s
        self._last = frames()
        self._moved = self._healthy_since = float("-inf")

    def step(self) -> bool:
        """Give one edge, or release; returns whether it was an edge."""
        now, frames = self._now(), self._frames()
        if frames != self._last:
            if now - self._moved >= self._alive_s:
                self._healthy_since = now
            self._last, self._moved = frames, now
        if not self._alive():
            self._moved = float("-inf")
        if now - self._moved < self._alive_s and now - self._healthy_since >= HEALTHY_S:
            self._relay.beat()
            return True
        self._relay.release()
        return False


class Supervisor:
    """Runs the box until it is told to stop, or until simulated input ends. `relay` is a `relay.Relay`."""

    def __init__(self, options: Options, relay):
        self.options = options
        self.shared = shared = SharedMemory.create(options.rate_hz)
        self.control = Child("control", options, shared, lambda: shared.counters["control_beats"], CONTROL_STUCK_S,
                             lambda: shared.counters.add("control_starts"))  # fmt: skip
        # Where the card is simulated, a host that does not run us for a while is no fault of the process.
        audio_stuck_s = CONTROL_STUCK_S if options.sim_card else AUDIO_STUCK_S
        self.audio = Child("audio", options, shared, lambda: shared.engine["frames"], audio_stuck_s)
        self._relay = relay
        self._stopping = threading.Event()
        self._letting_go = threading.Event()

    def stop(self, *_) -> None:
        """End the run. Also a signal handler."""
        self._stopping.set()

    def run(self) -> int:
        """Run the box until it ends; returns the exit status."""
        counters = self.shared.counters
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self.control.start()
        self.audio.start()
        heart.start()
        status = self._watch()
        systemd.notify("STOPPING=1")
        if not self.options.sim_card and self.audio.alive:
            counters["leaving"] = 1
            time.sleep(LEAVE_S)
        self._letting_go.set()
        heart.join()
        self.audio.stop()
        self.control.stop()
        return status

    def _watch(self) -> int:
        """Look after the children until the run is to end; returns the exit status."""
        counters, ticks, said_ready = self.shared.counters, 0, False
        while not self._stopping.wait(TICK_S):
            if counters["input_ended"] and not self.audio.alive:
                break
            # A child that refuses before there was ever sound is about how the box was started; later it may pass.
            if not counters["audio_starts"] and (status := self.audio.refused or self.control.refused):
                return status
            for child in (self.audio, self.control):
                child.watch()
            if not said_ready and counters["audio_starts"]:
                said_ready = True
                systemd.notify("READY=1")
            ticks += 1
            if ticks % _WATCHDOG_TICKS == 0:
                systemd.notify(
                    f"WATCHDOG=1\nSTATUS={counters['xruns']} xruns, load {counters['load_max_ppm'] / 1e4:.0f} % at most"
                )
        return OK

    def _beat(self) -> None:
        shared = self.shared
        period_s = self.options.period / self.options.rate_hz
        heartbeat = Heartbeat(self._relay, lambda: shared.engine["frames"], lambda: self.audio.alive,
                              alive_s=max(ALIVE_S, 3 * period_s))  # fmt: skip
        while not self._letting_go.wait(self._relay.interval_s):
            heartbeat.step()
            shared.counters["relay_on"] = int(self._relay.engaged)
        self._relay.release()
        shared.counters["relay_on"] = 0
