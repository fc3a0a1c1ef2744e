"""The audio process: it reads a period, processes it in place and writes it, and does nothing else.

It has one thread, because a second busy Python thread would delay the loop through the lock of the interpreter. Everything
that could wait (files, logging, garbage collection) is done before the first period or not at all.
"""

import errno
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dsp_ext import Engine
from firmware.contract import BurnishError, protocol
from firmware.sim import LoopedInput, sound_card
from firmware.system import (
    BUSY,
    FAILED,
    LOAD_STEPS,
    NO_DEVICE,
    NO_PERMISSION,
    Options,
    Refusal,
    SharedMemory,
    lock_memory,
    relay_held,
    schedule_realtime,
)

try:
    import alsaaudio
except ModuleNotFoundError:  # a simulated card does not need it
    from firmware.sim import no_alsa as alsaaudio

# A return value of pyalsaaudio after an xrun. pyalsaaudio has then prepared this stream again, and the data of the call is lost.
_EPIPE = -32
_BYTES_PER_FRAME = 8
_OVERLOAD_PPM = protocol.OVERLOAD_PCT * 10_000
_LOAD_STEP_PPM = 1_000_000 // (len(LOAD_STEPS) - 1)

#: Time between two checks for the first settings and kernels from the control process, in seconds.
READY_STEP_S = 0.005


class StreamFault(BurnishError, RuntimeError):
    """The card has a fault that a restart of the streams does not clear. A restart of the process may clear it."""


# -- the card ------------------------------------------------------------------------------------------------------


def open_stream(direction: int, device: str, options: Options) -> alsaaudio.PCM:
    """Open `device` for 32-bit stereo and check that it uses exactly the requested settings. Raises Refusal."""
    side = "capture" if direction == alsaaudio.PCM_CAPTURE else "playback"
    try:
        with _quiet_alsa():
            if not options.sim_card:  # a non-blocking open does not wait for a card that is in use
                alsaaudio.PCM(direction, alsaaudio.PCM_NONBLOCK, device=device).close()
            pcm = alsaaudio.PCM(
                direction,
                alsaaudio.PCM_NORMAL,
                device=device,
                rate=options.rate_hz,
                channels=2,
                format=alsaaudio.PCM_FORMAT_S32_LE,
                periodsize=options.period,
                periods=options.periods,
            )
    except alsaaudio.ALSAAudioError as error:
        reason = str(error).removesuffix(f" [{device}]")
        if os.strerror(errno.EBUSY) in reason:
            raise Refusal(f"audio device {device!r} is in use by another program for {side}", BUSY) from None
        known = ", ".join(name for name in alsaaudio.pcms(direction) if name != "null") or "none"
        status = NO_PERMISSION if os.strerror(errno.EACCES) in reason else NO_DEVICE
        raise Refusal(
            f"audio device {device!r} cannot be opened for {side} ({reason}); known devices are: {known}", status
        ) from None
    # alsa-lib uses the nearest supported values, and pyalsaaudio does not report that.
    wanted = {
        "format_name": "S32_LE",
        "rate": options.rate_hz,
        "channels": 2,
        "period_size": options.period,
        "periods": options.periods,
    }
    info = pcm.info()
    for name, value in wanted.items():
        if info[name] != value:
            pcm.close()
            what = name.removesuffix("_name").replace("_", " ")
            raise Refusal(f"audio device {device!r} offers {what} {info[name]} for {side} where {value} is needed")
    return pcm


def open_duplex(options: Options) -> tuple[alsaaudio.PCM, alsaaudio.PCM]:
    """The streams of the card of `options` for capture and playback. Raises Refusal."""
    playback = open_stream(alsaaudio.PCM_PLAYBACK, options.playback, options)
    return open_stream(alsaaudio.PCM_CAPTURE, options.capture, options), playback


def set_mixer(device: str, settings: dict[str, str]) -> list[str]:
    """Set the mixer controls of the card of `device`: levels in dB, choices by their words. Returns those that were refused."""
    refused = []
    for name, value in settings.items():
        try:
            mixer = alsaaudio.Mixer(control=name, device=device.partition(",")[0])
            if value.endswith("dB"):
                mixer.setvolume(round(100 * float(value.removesuffix("dB"))), units=alsaaudio.VOLUME_UNITS_DB)
            else:
                mixer.setenum(list(mixer.getenum()[1]).index(value))
            mixer.close()
        except (alsaaudio.ALSAAudioError, ValueError) as error:
            refused.append(f"{name} = {value} ({error})")
    return refused


class _quiet_alsa:
    """Suppresses the messages of alsa-lib on standard error; Burnish reports the same error in one sentence."""

    def __enter__(self):
        sys.stderr.flush()
        self._kept = os.dup(2)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)

    def __exit__(self, *_):
        os.dup2(self._kept, 2)
        os.close(self._kept)


# -- the loop ------------------------------------------------------------------------------------------------------


def _interrupted(error: alsaaudio.ALSAAudioError) -> bool:
    """Whether a signal interrupted a call that waited. The call moved no frames and is repeated, unless the signal requests the
    end."""
    return os.strerror(errno.EINTR) in str(error)


class Stopwatch:
    """Measures the time for a block in wall-clock time, because any delay makes the block late, whatever its cause."""

    def start(self) -> None:
        self._began_s = time.perf_counter()

    def stop(self) -> float:
        """Seconds since `start`."""
        return time.perf_counter() - self._began_s


class Loop:
    """Moves audio from `capture` through `engine` to `playback` (both like `alsaaudio.PCM`), and updates `counters`.

    `stopwatch` measures the time for each block: a Stopwatch on a real card, `sound_card.OwnTime` in the simulator. The
    output is silent while `gate()` is false, and fades in when it becomes true; without a gate the sound starts at once.
    `analog`: the input comes from a converter, so digital silence means a fault and not that the music has not begun.
    """

    def __init__(
        self, capture, playback, engine: Engine, counters, period: int, periods: int, stopwatch=None, gate=None,
        analog=False
    ):  # fmt: skip
        self._capture, self._playback, self._engine, self._counters = capture, playback, engine, counters
        self._stopwatch = stopwatch or Stopwatch()
        self._gate = gate
        self._open = gate is None
        self._leaving = False
        self._analog = analog
        self._period = period
        self._words = np.zeros((period, 2), np.int32)
        self._bytes = memoryview(self._words).cast("B")
        self._later, self._earlier = self._words[1:], self._words[:-1]
        self._differs = np.zeros((period - 1, 2), np.bool_)
        self._silence = bytes(_BYTES_PER_FRAME * period * (periods - 1))
        self._budget_s = period / engine.rate_hz

    def run(self, stop: Callable[[], bool]) -> None:
        """Run until `stop()` is true, which is checked once per block. Raises StreamFault."""
        self._start()
        while not stop():
            try:
                count, data = self._capture.read()
            except alsaaudio.ALSAAudioError as error:
                if not _interrupted(error):
                    raise
                continue
            if count == _EPIPE:
                self._recover()
                continue
            if count <= 0 or count > self._period:
                raise StreamFault(f"capture delivered {count} frames where {self._period} were due")
            self._follow_gate()
            if self._counters["leaving"] and not self._leaving:
                self._leaving = True
                self._engine.fade_out()
            self._stopwatch.start()
            self._bytes[: len(data)] = data
            self._note_variation()
            self._engine.process_words(self._words if count == self._period else self._words[:count])
            if not self._open:
                self._words[:] = 0
            self._count_load(self._stopwatch.stop() / self._budget_s)
            if not self._write(self._bytes[: len(data)]):
                self._recover()

    def _follow_gate(self) -> None:
        """Mute while the gate is closed, and fade in whenever it opens."""
        if self._gate is None:
            return
        was_open, self._open = self._open, self._gate()
        if self._open and not was_open and not self._leaving:
            self._engine.fade_in()

    def _note_variation(self) -> None:
        """Record for the supervisor whether the words of this block vary, which they do with a working input."""
        np.not_equal(self._later, self._earlier, out=self._differs)
        if self._differs.any() or (not self._analog and not self._words[0].any()):
            self._counters["varied_at"] = self._engine.frames + self._period

    def _start(self) -> None:
        """Fill the playback buffer except for one period, in one write, because the first write starts the card."""
        if not self._write(self._silence):
            raise StreamFault("playback fails at its first write")

    def _write(self, data) -> bool:
        """Write all of `data`; returns False after an underrun."""
        while True:
            try:
                count = self._playback.write(data)
            except alsaaudio.ALSAAudioError as error:
                if not _interrupted(error):
                    raise
                continue
            if count == _EPIPE:
                return False
            if count <= 0:
                # A known driver bug. It persists until a new process opens the card.
                raise StreamFault("playback takes no frames")
            if count * _BYTES_PER_FRAME >= len(data):
                return True
            data = data[count * _BYTES_PER_FRAME :]

    def _recover(self) -> None:
        """Restart both streams after an xrun of either. Restarting only one would change the latency or swap the channels."""
        self._counters.add("xruns")
        self._playback.drop()
        self._capture.drop()
        self._start()
        self._engine.fade_in()

    def _count_load(self, load: float) -> None:
        ppm = int(load * 1e6)
        counters = self._counters
        counters["load_last_ppm"] = ppm
        counters.add(LOAD_STEPS[min(ppm // _LOAD_STEP_PPM, len(LOAD_STEPS) - 1)])
        if ppm > counters["load_max_ppm"]:
            counters["load_max_ppm"] = ppm
        if ppm > _OVERLOAD_PPM:
            counters.add("overloads")


class RelayGate:
    """A gate that is open while the bypass relays connect the processor. It opens BOUNCE_S after they have switched, so that
    their bounce is not audible. In a box without relays it opens after PATIENCE_S."""

    BOUNCE_S, PATIENCE_S = 0.02, 1.0

    def __init__(self, counters, engine: Engine):
        self._counters, self._engine = counters, engine
        self._on_since: int | None = None

    def __call__(self) -> bool:
        now, rate_hz = self._engine.frames, self._engine.rate_hz
        if not relay_held(self._counters):
            self._on_since = None
        elif self._on_since is None:
            self._on_since = now
        bounced = self._on_since is not None and now - self._on_since >= self.BOUNCE_S * rate_hz
        return bounced or (not self._counters["relay_fitted"] and now >= self.PATIENCE_S * rate_hz)


# -- the process ---------------------------------------------------------------------------------------------------


def begin_from(shared: SharedMemory, engine: Engine, prefill_frames: int, faded: bool) -> None:
    """Attach `engine` to the shared memory and set it to the published settings and kernels, without ramps or crossfades.

    `prefill_frames` of silence precede the first block. Everything that the recorder needs about this start is written
    before the start is counted.
    """
    counters, cells = shared.counters, shared.engine
    counters["start_event"] = shared.events.written
    counters["frames_before"] += cells["frames"]
    cells["frames"] = 0
    engine.attach(
        cells=cells.cells,
        settings=shared.settings,
        meters=shared.meters,
        spectra=shared.spectra,
        scope=shared.scope,
        events=shared.events,
    )
    version, values = shared.settings.read()
    if version:
        engine.set_all(values)
        engine.settle()
    counters["start_settings"] = version
    for kind, owner, banks, jump in (
        ("eq", engine.eq, shared.eq_banks, engine.jump_eq),
        ("crossover", engine.multiband.convolver, shared.crossover_banks, engine.multiband.convolver.jump),
    ):
        request = cells[f"{kind}_request"]
        owner.attach(banks)
        jump(request & 1)
        cells[f"{kind}_adopted"] = request
        counters[f"start_{kind}"] = request >> 1
    counters["varied_at"] = 0
    counters["start_faded"] = faded
    counters["prefill_frames"] = prefill_frames
    counters["latency_frames"] = engine.latency
    if faded:
        engine.fade_in()
    counters.add("audio_starts")


def wait_for_settings(counters, stop: Callable[[], bool], sleep=time.sleep) -> None:
    """Wait until the control process has published settings and kernels, or until `stop()`. No frame is processed before that, so
    the relays stay in bypass: a box without valid settings does not play flat ones."""
    while not counters["control_ready"] and not stop():
        counters.add("audio_waits")
        sleep(READY_STEP_S)


def become_realtime(priority: int) -> list[str]:
    """Lock the memory, and set SCHED_FIFO and the CPU affinity (`own_core`). Returns what the system refused, for the log."""
    refused = [lock_memory()]
    try:
        if (core := own_core()) is not None:
            os.sched_setaffinity(0, {core})
    except OSError as error:
        refused.append(f"an isolated core ({error.strerror})")
    refused.append(schedule_realtime(priority))
    return [what for what in refused if what]


def own_core(isolated: str | None = None, cores: int | None = None) -> int | None:
    """The core for the audio process: the last one that `isolcpus=` isolates, else the last of four or more, else None.

    `isolated` is the list of isolated cores as the Linux kernel writes it ("3", "2-3"); by default that of this machine.
    """
    if isolated is None:
        path = Path("/sys/devices/system/cpu/isolated")
        isolated = path.read_text().strip() if path.exists() else ""
    if isolated:
        return int(isolated.replace("-", ",").split(",")[-1])
    cores = cores or os.cpu_count() or 1
    return cores - 1 if cores >= 4 else None


def main(options: Options, shared: SharedMemory) -> None:
    """Run until SIGTERM or the end of the simulated input. Raises Refusal."""
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides what Ctrl-C means

    counters = shared.counters
    counters["audio_pid"] = os.getpid()
    again = counters["audio_starts"] > 0
    devices = (sound_card.CAPTURE, sound_card.PLAYBACK) if options.sim_card else (options.capture, options.playback)
    if options.sim_card:
        os.environ["ALSA_CONFIG_PATH"] = str(options.run_dir / "asound.conf")
    playback = open_stream(alsaaudio.PCM_PLAYBACK, devices[1], options)
    capture = open_stream(alsaaudio.PCM_CAPTURE, devices[0], options)
    if refused := set_mixer(options.playback, options.mixer):
        print(f"burnishd: the mixer of the card refused {', '.join(refused)}", file=sys.stderr)
    stopwatch = Stopwatch()
    to_play = None
    if options.sim_card:
        to_play = _skip_played(capture, shared, options)
        own = stopwatch = sound_card.OwnTime()
        clock = sound_card.SimClock(options.rate_hz, options.period, options.periods, options.paced,
                             own_s=lambda: own.total_s, stalled=lambda: counters.add("host_stalls"))  # fmt: skip
        source = LoopedInput(options.run_dir / "in.raw", _played(shared)) if options.looped else None
        capture, playback = sound_card.SimPCM(capture, clock, source), sound_card.SimPCM(playback, clock)

    engine = Engine(options.rate_hz, options.period)
    wait_for_settings(counters, lambda: bool(stopping))
    if stopping:
        return
    # The first start in the simulator has no fade-in, so that the output has the same bits as a file render.
    begin_from(shared, engine, options.period * (options.periods - 1), faded=again and options.sim_card)
    gate = None if options.sim_card else RelayGate(counters, engine)
    if options.priority:
        refused = become_realtime(options.priority)
        if refused:
            print(f"burnishd: audio runs without {', '.join(refused)}", file=sys.stderr)
    gc.collect()
    gc.freeze()
    gc.disable()
    loop = Loop(capture, playback, engine, counters, options.period, options.periods, stopwatch, gate, options.analog)

    def stop() -> bool:
        # The latency may have changed since the start with the mode of the EQ.
        played = to_play is not None and engine.frames >= to_play + engine.latency + options.period
        return played or bool(stopping)

    try:
        loop.run(stop)
        counters["input_ended"] = int(not stopping)
    except (StreamFault, alsaaudio.ALSAAudioError) as error:  # for example because the card was unplugged
        if stopping:  # a signal interrupts a waiting call
            return
        raise Refusal(f"the sound card fails: {error}", FAILED) from None
    finally:
        for pcm in (capture, playback):
            pcm.close()


def _played(shared: SharedMemory) -> int:
    """The number of frames that earlier audio processes of this run have played."""
    return shared.counters["frames_before"] + shared.engine["frames"]


def _skip_played(capture, shared: SharedMemory, options: Options) -> int | None:
    """In a restarted simulation, skip the input that has been played. Returns the number of remaining input frames."""
    if not options.input_frames:
        return None
    played = _played(shared) // options.period
    for _ in range(played):
        capture.read()
    return max(0, options.input_frames - played * options.period)
