"""The simulated box in one process, for systems without ALSA, pseudo terminals or anonymous shared files: macOS and Windows.

The audio runs in a thread instead of a process of its own, and the link is a TCP port of the loopback address. The engine, the store,
the designer and the link are those of the box. It has no supervisor, and no front panel where gpiozero is missing.
"""

import contextlib
import importlib.util
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from dsp_ext import Engine
from firmware.link import port_of
from firmware.sim import Capture, FileInput, LoopedInput, Playback, Silence, sound_card
from firmware.system import BUSY, FAILED, OK, Options, Refusal, SharedMemory

from . import audio, control

log = logging.getLogger(__name__)

#: Libraries and functions that the simulator with separate processes needs.
_MODULES = ("alsaaudio", "fcntl", "termios", "gpiozero", "luma.core")
_FUNCTIONS = ("memfd_create", "openpty", "set_blocking")


def is_needed() -> bool:
    """Whether this system lacks what the simulator with separate processes needs."""

    def missing(module: str) -> bool:
        try:
            return importlib.util.find_spec(module) is None
        except ModuleNotFoundError:
            return True

    return any(map(missing, _MODULES)) or not all(hasattr(os, name) for name in _FUNCTIONS)


def check_address(tty: str) -> None:
    """Raises Refusal if `tty` is not an address at which the link can listen."""
    try:
        port_of(tty)
    except ValueError as why:
        raise Refusal(f"--tty: {why}") from None


def _source(options: Options, played: Path) -> LoopedInput | FileInput | Silence:
    if options.looped:
        return LoopedInput(played)
    return FileInput(played) if options.input_frames else Silence()


class AudioThread:
    """Runs the audio loop of the box with simulated streams, in a thread. `ended` is set at the end of the input or after a fault."""

    def __init__(self, options: Options, shared: SharedMemory, recording: Path | None):
        self._options, self._shared = options, shared
        self._engine = Engine(options.rate_hz, options.period)
        own = self._own = sound_card.OwnTime()
        clock = sound_card.SimClock(
            options.rate_hz, options.period, options.periods, options.paced,
            own_s=lambda: own.total_s, stalled=lambda: shared.counters.add("host_stalls"),
        )  # fmt: skip
        capture = Capture(_source(options, options.run_dir / "in.raw"), options.period)
        self._streams = sound_card.SimPCM(capture, clock), sound_card.SimPCM(Playback(recording), clock)
        self._stopping = False
        self.ended = threading.Event()
        self.fault = ""
        self._thread = threading.Thread(target=self._run, name="audio", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping = True
        self._thread.join()

    def _run(self) -> None:
        options, shared = self._options, self._shared
        capture, playback = self._streams
        try:
            audio.begin_from(shared, self._engine, options.period * (options.periods - 1), faded=False)
            audio.Loop(
                capture, playback, self._engine, shared.counters, options.period, options.periods, self._own
            ).run(self._stop)
        except Exception as why:
            log.exception("the audio thread failed")
            self.fault = str(why)
        finally:
            playback.close()
            self.ended.set()

    def _stop(self) -> bool:
        options = self._options
        played = (
            options.input_frames and self._engine.frames >= options.input_frames + self._engine.latency + options.period
        )
        return self._stopping or bool(played)


def run(
    options: Options, recorded: bool, stopping: threading.Event, ready: Callable[[str], None] = lambda address: None
) -> int:
    """Run the box until `stopping` is set or the input ends; returns the exit status. `ready(address)` is called with the address
    of the link. Raises Refusal if the port is in use."""
    shared = SharedMemory.private(options.rate_hz)
    shared.counters.add("control_starts")
    with contextlib.ExitStack() as stack:
        try:
            process = control.boot(options, shared, stack)
        except OSError as why:
            reason = os.strerror(why.errno) if why.errno else str(why)
            raise Refusal(f"the link cannot listen at {options.tty} ({reason}): choose another port", BUSY) from None
        sound = stack.enter_context(AudioThread(options, shared, options.run_dir / "out.raw" if recorded else None))
        ready(process.link_address)
        while not stopping.wait(control.TICK_S) and not sound.ended.is_set():
            process.ticks.run()
        if sound.ended.is_set():
            time.sleep(2 * control.TICK_S)  # the last events are recorded
            process.ticks.run()
    return FAILED if sound.fault else OK


def main(options: Options, recorded: bool) -> int:
    """Run until Ctrl-C, SIGTERM or the end of the input; prints how to connect."""
    stopping = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stopping.set())

    def ready(address: str) -> None:
        print(f"burnishd: the simulated box is at {address}: burnish --device {address} info", flush=True)

    return run(options, recorded, stopping, ready)
