"""The supervisor: the parent of both processes. It owns the shared memory and generates the heartbeat of the bypass relays. It
takes no locks and does nothing that can fail, so that it survives the failure of its children. All its threads have real-time
scheduling and its memory is locked: other programs therefore delay neither the heartbeat nor a thread that holds Python's lock.
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

from firmware.sim import announcements
from firmware.system import (
    BUSY,
    NO_DEVICE,
    NO_PERMISSION,
    OK,
    USAGE,
    Options,
    Refusal,
    SharedMemory,
    config,
    lock_memory,
    schedule_realtime,
    systemd,
)

log = logging.getLogger(__name__)

#: Exit statuses of a child that cannot run as requested.
_REFUSALS = (USAGE, NO_DEVICE, NO_PERMISSION, BUSY)
#: The relays are held only while frames are processed, which means that the last frame is less than ALIVE_S seconds old. After
#: a pause, frames must have been processed for HEALTHY_S seconds before the relays are held again. ALIVE_S, one step of the
#: heartbeat and `hold_max_ms` of board.toml together are at most 50 ms; periods of more than 5 ms make the time longer.
ALIVE_S, HEALTHY_S = 0.015, 0.2
#: The same for a simulated card, where a busy host is not a fault of the audio process.
SIMULATED_ALIVE_S = 0.05
#: Time for a child to end after SIGTERM, in seconds.
STOP_S = 5.0
#: Time between the end of a child and its restart, in seconds. It doubles with each restart from the first value to the
#: second, and is reset after a run that was longer than the third.
RESTART_S, SLOWEST_RESTART_S, GOOD_RUN_S = 0.2, 2.0, 10.0
#: A child whose counter does not change for this long is stuck, in seconds. The control process may wait for a slow disk.
AUDIO_STUCK_S, CONTROL_STUCK_S = 2.0, 10.0
#: Time for a child to start, in seconds.
STARTING_S = 20.0
#: Time for a stuck process to print its stacks before it is killed, and for a killed process to end, in seconds.
STACKS_S, KILLED_S = 0.1, 1.0
#: The largest number of killed processes of one role that may still exist when the role is started again, because each of them
#: uses memory.
MOST_UNREAPED = 2
TICK_S = 0.02
#: The state of the relays that a heartbeat reports is valid for this long, in nanoseconds: longer than any hold time.
RELAY_KNOWN_NS = 100_000_000
#: The highest SCHED_FIFO priority that the systemd unit allows (LimitRTPRIO).
HIGHEST_PRIORITY = 90
#: Ticks between two watchdog messages to systemd.
_WATCHDOG_TICKS = 25
#: Time for the fade-out: the ramp, the playback buffer and some reserve, in seconds.
LEAVE_S = 0.1


def relay_of(options: Options):
    """The relay as a context manager: on the pins of the Pi, on simulated pins, or none if the configuration disables it.

    Raises Refusal if the pins cannot be used.
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
        with warnings.catch_warnings(action="ignore"):  # gpiozero warns about each missing pin factory
            return Relay(described)
    except Exception as error:  # from gpiozero or its pin factories
        if closed := closed_chips():
            raise Refusal(
                f"the pins cannot be used because this user may not open {closed[0]}: "
                "add the user to the group gpio (`sudo usermod -aG gpio USER`) and log in again",
                NO_PERMISSION,
            ) from None
        raise Refusal(
            f"the pins cannot be used ({error}): on a machine without GPIO pins, set panel.relay and panel.enabled to false",
            NO_DEVICE,
        ) from None


def closed_chips(devices: Path = Path("/dev")) -> list[str]:
    """The GPIO chips of this machine, if there are any and this user may open none of them."""
    chips = sorted(map(str, devices.glob("gpiochip*")))
    return [] if any(os.access(chip, os.R_OK | os.W_OK) for chip in chips) else chips


class NoRelay:
    """A box without bypass relays."""

    interval_s = 0.01
    engaged = False

    def beat(self) -> None:
        """Do nothing."""

    def release(self) -> None:
        """Do nothing."""


class Child:
    """A child process. It is restarted when it ends, and killed when its counter `life()` does not change for `stuck_s`
    seconds.

    `starting` is called before each start. Only `stop` waits for the process to end, because a killed process that waits for a
    disk does not end before the disk answers. The next process is started without waiting for it, unless MOST_UNREAPED such
    processes exist.
    """

    def __init__(self, role: str, options: Options, shared: SharedMemory, life, stuck_s: float, starting=lambda: None,
                 now=time.monotonic):  # fmt: skip
        self.role = role
        self.process: subprocess.Popen | None = None
        self._unreaped: list[subprocess.Popen] = []
        self._options = options
        self._shared = shared
        self._life = life
        self._stuck_s = stuck_s
        self._starting = starting
        self._now = now
        self._pause_s = RESTART_S / 2
        self._started = self._due = self._moved = 0.0
        self._kill_at: float | None = None
        self._last_life = 0

    @property
    def alive(self) -> bool:
        process = self.process  # another thread may replace it
        return process is not None and process.poll() is None

    @property
    def refused(self) -> int:
        """The exit status if the child ended because it cannot run as requested, else 0."""
        status = self.process.poll() if self.process else None
        return status if status in _REFUSALS else OK

    def start(self) -> None:
        """Start the process, which inherits the shared memory."""
        descriptor = self._shared.descriptor
        command = [sys.executable, "-m", "firmware", "--role", self.role, "--parent", str(os.getpid())]
        package = str(Path(__file__).parent.parent)
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH")))),
            "OPENBLAS_NUM_THREADS": "1",  # NumPy must not start threads in the audio process
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
        """Restart or kill the process if necessary. Call this a few times a second."""
        now = self._now()
        self._unreaped = [process for process in self._unreaped if process.poll() is None]
        if self.process is None:
            if now >= self._due and len(self._unreaped) < MOST_UNREAPED:
                self.start()
        elif (status := self.process.poll()) is not None:
            log.warning("the %s process ended with status %s", self.role, status)
            self._ended(now)
        elif self._kill_at is not None:
            if now >= self._kill_at:
                self.process.kill()
                self._unreaped.append(self.process)
                self._ended(now)
        elif (life := self._life()) != self._last_life:
            self._last_life, self._moved = life, now
        elif now - self._moved > self._stuck_s:
            log.error("the %s process is stuck and will be killed; its stacks follow", self.role)
            self.process.send_signal(signal.SIGUSR1)
            self._kill_at = now + STACKS_S

    def _ended(self, now: float) -> None:
        """Plan the next start."""
        good = now - self._started > GOOD_RUN_S
        self._pause_s = RESTART_S if good else min(2 * self._pause_s, SLOWEST_RESTART_S)
        self._due = now + self._pause_s
        self.process = self._kill_at = None

    def stop(self) -> None:
        """Ask the process to end, and kill it if it does not. A process that waits for a disk is not waited for; the Linux
        kernel ends it later."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            log.warning("the %s process does not end and will be killed", self.role)
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(KILLED_S)


class Heartbeat:
    """Generates the heartbeat while frames advance. It starts after frames have advanced for HEALTHY_S, if `fault(frames,
    seconds)` finds no fault in them. `frames` and `alive` are callables, too."""

    def __init__(self, relay, frames, alive, now=time.monotonic, alive_s=ALIVE_S, fault=lambda frames, seconds: ""):
        self._relay, self._frames, self._alive, self._now, self._alive_s = relay, frames, alive, now, alive_s
        self._fault = fault
        self._reported = ""
        self._holding = False
        self._last = self._since_frames = frames()
        self._moved = self._since = float("-inf")

    def step(self) -> bool:
        """Generate one edge or release the relays; returns whether it was an edge."""
        now, frames = self._now(), self._frames()
        if frames != self._last:
            if now - self._moved >= self._alive_s:
                self._begin_trial(now, frames)
            self._last, self._moved = frames, now
        if not self._alive():
            self._moved = float("-inf")
        if now - self._moved >= self._alive_s:
            self._holding = False
        elif not self._holding and now - self._since >= HEALTHY_S:
            self._holding = self._passed(now, frames)
        if self._holding:
            self._relay.beat()
        else:
            self._relay.release()
        return self._holding

    def _begin_trial(self, now: float, frames: int) -> None:
        self._since, self._since_frames, self._holding = now, frames, False

    def _passed(self, now: float, frames: int) -> bool:
        """Whether the frames since the start of the trial come from a working card. If not, the next trial begins."""
        fault = self._fault(frames - self._since_frames, now - self._since)
        if fault:
            if fault != self._reported:
                log.error("the relays stay in bypass: %s", fault)
            self._begin_trial(now, frames)
        self._reported = fault
        return not fault


class CaptureFault:
    """The fault of the capture, judged by a number of frames and the time that they took; empty if there is none. `rate_hz` is
    the rate of the run."""

    #: The rate may differ by this part, and by two periods, because frames are counted in periods.
    TOLERANCE, PERIODS = 0.03, 2

    def __init__(self, shared: SharedMemory, rate_hz: int, period: int):
        self._shared, self._rate_hz, self._period = shared, rate_hz, period

    def __call__(self, frames: int, seconds: float) -> str:
        due = self._rate_hz * seconds
        if abs(frames - due) > self.TOLERANCE * due + self.PERIODS * self._period:
            return f"the card does not run at {self._rate_hz} Hz"
        if self._shared.counters["varied_at"] <= self._shared.engine["frames"] - frames:
            return "all words of the capture are equal, check the converter and its clock"
        return ""


class Supervisor:
    """Runs the box until `stop` is called or the simulated input ends. `relay` is a `Relay` or `NoRelay`."""

    def __init__(self, options: Options, relay):
        self.options = options
        self.shared = shared = SharedMemory.create(options.rate_hz)
        self.control = Child("control", options, shared, lambda: shared.counters["control_beats"], CONTROL_STUCK_S,
                             lambda: shared.counters.add("control_starts"))  # fmt: skip
        # With a simulated card, a host that does not run the process for some time is not a fault of the process.
        audio_stuck_s = CONTROL_STUCK_S if options.sim_card else AUDIO_STUCK_S
        self.audio = Child("audio", options, shared,
                           lambda: shared.engine["frames"] + shared.counters["audio_waits"], audio_stuck_s)  # fmt: skip
        self._relay = relay
        shared.counters["relay_fitted"] = not isinstance(relay, NoRelay)
        self._stopping = threading.Event()
        self._releasing = threading.Event()

    def stop(self, *_) -> None:
        """End the run. This is also the signal handler."""
        self._stopping.set()

    def run(self) -> int:
        """Run the box until it ends; returns the exit status."""
        counters = self.shared.counters
        if self.options.priority and (refused := self._become_realtime()):
            log.warning("the heartbeat runs without %s", refused)
        heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self.control.start()
        self.audio.start()
        heart.start()
        status = self._watch()
        systemd.notify("STOPPING=1")
        if not self.options.sim_card and self.audio.alive:
            counters["leaving"] = 1
            time.sleep(LEAVE_S)
        self._releasing.set()
        heart.join(KILLED_S)
        self.audio.stop()
        self.control.stop()
        return status

    @property
    def _priority(self) -> int:
        """The priority of the heartbeat, which is above that of the audio process: an overloaded audio process must not stop
        the heartbeat, which takes microseconds."""
        return min(self.options.priority + 1, HIGHEST_PRIORITY)

    def _become_realtime(self) -> str:
        """Lock the memory, and set real-time scheduling for the calling thread. Returns what the system refused."""
        refused = (lock_memory(), schedule_realtime(self._priority, inherited=False))
        return ", ".join(what for what in refused if what)

    def _watch(self) -> int:
        """Watch the children until the run ends; returns the exit status."""
        counters, ticks, said_ready = self.shared.counters, 0, False
        port = announcements.port(self.options) if self.options.sim else None
        while not self._stopping.wait(TICK_S):
            if counters["input_ended"] and not self.audio.alive:
                log.info(announcements.ended(self.options))
                break
            # Before the first sound, a refusal of a child means that the box was started with wrong options. Later refusals may be
            # temporary, so the child is restarted.
            if not counters["audio_starts"] and (status := self.audio.refused or self.control.refused):
                return status
            for child in (self.audio, self.control):
                child.watch()
            if not said_ready and counters["audio_starts"] and (port is None or port.exists()):
                said_ready = systemd.notify("READY=1")
                if said_ready and self.options.sim:
                    log.info(announcements.ready(self.options))
            ticks += 1
            if ticks % _WATCHDOG_TICKS == 0:
                systemd.notify(
                    f"WATCHDOG=1\nSTATUS={counters['xruns']} xruns, load {counters['load_max_ppm'] / 1e4:.0f} % at most"
                )
        return OK

    def _beat(self) -> None:
        shared = self.shared
        if self.options.priority:
            schedule_realtime(self._priority, inherited=False)
        period_s = self.options.period / self.options.rate_hz
        options = self.options
        # The simulated card may run as fast as it can, and its input may be silence.
        fault = {} if options.sim_card else {"fault": CaptureFault(shared, options.rate_hz, options.period)}
        heartbeat = Heartbeat(self._relay, lambda: shared.engine["frames"], lambda: self.audio.alive,
                              alive_s=max(SIMULATED_ALIVE_S if options.sim_card else ALIVE_S, 3 * period_s), **fault)  # fmt: skip
        while not self._releasing.wait(self._relay.interval_s):
            heartbeat.step()
            shared.counters["relay_until_ns"] = time.monotonic_ns() + RELAY_KNOWN_NS
            shared.counters["relay_on"] = int(self._relay.engaged)
        self._relay.release()
        shared.counters["relay_on"] = 0
