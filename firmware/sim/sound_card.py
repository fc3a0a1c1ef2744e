"""Simulated hardware below ALSA: files in place of the converters, and the clock that a sound card would give.

alsa-lib's `file` plugin reads the input and writes the output bit for bit, but at once. `SimClock` stands before it and
makes reads and writes wait, fail and recover as a card with a buffer does.
"""

import time
from pathlib import Path

import numpy as np
import soundfile

from dsp_ext.core import RATES_HZ
from firmware.system import Refusal

#: Names of the two virtual devices in the configuration that `prepare` writes.
CAPTURE, PLAYBACK = "burnish_in", "burnish_out"

_EPIPE = -32
_BLOCK_FRAMES = 1 << 16


def mix_rate_hz(mixes: list[str]) -> int | None:
    """The rate that all of `mixes` have; None where there are none. Raises Refusal for what cannot be played."""
    rates = {}
    for mix in mixes:
        with _open(mix) as file:
            rates[file.samplerate] = mix
    if len(rates) > 1:
        (rate, mix), (other_rate, other) = list(rates.items())[:2]
        raise Refusal(f"{mix} is at {rate} Hz and {other} at {other_rate} Hz: one run has one rate")
    return next(iter(rates), None)


def prepare(run_dir: Path, mixes: list[str]) -> int:
    """Write `in.raw` (all mixes one after the other, 32-bit words, then a second of silence) and `asound.conf`; returns the
    frames of the mixes.

    Without mixes the input is silence without end, and 0 is returned. Raises Refusal for what cannot be played.
    """
    for old in run_dir.glob("out.raw*"):
        old.unlink()
    frames, rate_hz = 0, mix_rate_hz(mixes)
    with open(run_dir / "in.raw", "wb") as raw:
        for mix in mixes:
            with _open(mix) as file:
                for words in _words(file, mix):
                    raw.write(words.tobytes())
                    frames += len(words)
        # The plugin does not tell the end of its file, it delivers whatever its memory holds. The box plays on for its
        # latency, which is well below a second.
        raw.write(bytes(8 * (rate_hz or 0)))
    source = run_dir / "in.raw" if mixes else Path("/dev/zero")
    (run_dir / "asound.conf").write_text(
        "pcm.nothing { type null }\n"
        # A capture device of this plugin writes as well; what it writes is of no use.
        f'pcm.{CAPTURE} {{ type file slave.pcm nothing file "/dev/null" infile {_quoted(source)} format raw }}\n'
        # Without truncation a restarted audio process goes on in out.raw.0001 and leaves the first piece alone.
        f"pcm.{PLAYBACK} {{ type file slave.pcm nothing file {_quoted(run_dir / 'out.raw')} format raw truncate false }}\n"
    )
    return frames


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _open(mix: str) -> soundfile.SoundFile:
    """The file, known to be stereo and at a rate that the engine runs at."""
    if not Path(mix).is_file():
        raise Refusal(f"{mix} does not exist: give a stereo WAV, FLAC or AIFF file")
    try:
        file = soundfile.SoundFile(mix)
    except soundfile.LibsndfileError as error:
        reason = str(error.error_string).rstrip(".")
        raise Refusal(f"{mix} is not a sound file that can be read ({reason}): give WAV, FLAC or AIFF") from None
    if file.channels != 2:
        raise Refusal(f"{mix} has {file.channels} channel{'s' * (file.channels > 1)}, the box is stereo: give 2")
    if file.samplerate not in RATES_HZ:
        raise Refusal(f"{mix} is at {file.samplerate} Hz: allowed are {', '.join(map(str, RATES_HZ))} Hz")
    if not file.frames:
        raise Refusal(f"{mix} holds no sound: it has 0 frames")
    return file


def _words(file: soundfile.SoundFile, mix: str):
    """Its frames as int32 words at full scale 2^31, in blocks. Float files are rounded, and clipped at full scale."""
    is_float = file.subtype in ("FLOAT", "DOUBLE")
    for block in file.blocks(_BLOCK_FRAMES, dtype="float64" if is_float else "int32", always_2d=True):
        if not is_float:
            yield block.astype("<i4", copy=False)
            continue
        if not np.isfinite(block).all():
            raise Refusal(f"{mix} holds samples that are not numbers: repair or export it again")
        yield np.clip(np.rint(block * 2.0**31), -(2.0**31), 2.0**31 - 1).astype("<i4")


class OwnTime:
    """Stopwatch for the work on each block, in processor time of this thread.

    Blocks cost the same by contract, so one that took longer than the block before it was held up from outside: on a
    shared host, the time that the hypervisor takes away is counted as ours. The shorter of two blocks in a row is what is
    believed; real overload is in both.
    """

    def __init__(self, cpu=time.thread_time):
        self._cpu = cpu
        self._last_s = 0.0
        #: All that was believed, in seconds.
        self.total_s = 0.0

    def start(self) -> None:
        self._began_s = self._cpu()

    def stop(self) -> float:
        """Seconds of work since `start`."""
        took_s = self._cpu() - self._began_s
        believed_s, self._last_s = min(took_s, self._last_s), took_s
        self.total_s += believed_s
        return believed_s


class SimClock:
    """The clock and the buffers of a virtual card with `periods` periods of `period` frames each way.

    The card starts with the first write. Capture period k is there after k + 1 periods; playback runs dry when all that
    was written has been played. Being late is counted in our own time (`own_s()` in seconds, see OwnTime), not in time
    on the wall: a virtual machine or a busy desktop may not run us for 50 ms, which says nothing about the box. So when
    our own computing takes longer than the buffers bear, that is an xrun like on a real card; when the host did not run
    us, the card's clock is held for as long and `stalled` is called.

    With `paced` false the clock does not exist: reads and writes never wait and never fail.
    """

    def __init__(self, rate_hz: int, period: int, periods: int, paced: bool = True, *, own_s,
                 wall=time.monotonic, sleep=time.sleep, stalled=lambda: None):  # fmt: skip
        self._stalled = stalled
        self._period_s = period / rate_hz
        self._period = period
        self._periods = periods
        self._paced = paced
        self._wall, self._own_s, self._sleep = wall, own_s, sleep
        self.stop()

    def stop(self) -> None:
        """Both streams dropped: the next write starts the card anew."""
        self._running = False
        self._written = 0  # periods
        self._captured = 0  # periods
        self._busy = 0.0  # the card's time, in periods, up to which our computing has come

    def _spend(self) -> None:
        """Let the card's time go on by our own time since the last call."""
        own_s = self._own_s()
        self._busy += (own_s - self._own_mark_s) / self._period_s
        self._own_mark_s = own_s

    def wait_capture(self) -> bool:
        """Wait for the next capture period; False for an overrun."""
        if not self._paced or not self._running:
            return True
        self._spend()
        if self._busy > self._captured + self._periods:
            self.stop()
            return False
        self._captured += 1
        self._busy = max(self._busy, self._captured)
        late_s = self._wall() - (self._started + self._captured * self._period_s)
        if late_s < 0:
            self._sleep(-late_s)
        elif late_s > self._margin_s:
            self._started += late_s
            self._stalled()
        self._own_mark_s = self._own_s()
        return True

    @property
    def _margin_s(self) -> float:
        """What playback has in hand when a capture period is complete."""
        return (self._periods - 2) * self._period_s

    def wait_playback(self, frames: int) -> bool:
        """Take `frames` to be played; False for an underrun."""
        if not self._paced:
            return True
        if not self._running:
            self._running = True
            self._started = self._wall()
            self._own_mark_s = self._own_s()
        self._spend()
        if self._written and self._busy > self._written:
            self.stop()
            return False
        self._written += frames / self._period
        return True


class SimPCM:
    """An ALSA stream behind the clock; what it does not do itself, the stream does."""

    def __init__(self, pcm, clock: SimClock):
        self._pcm = pcm
        self._clock = clock

    def read(self):
        return self._pcm.read() if self._clock.wait_capture() else (_EPIPE, b"")

    def write(self, data) -> int:
        return self._pcm.write(data) if self._clock.wait_playback(len(data) // 8) else _EPIPE

    def drop(self) -> None:
        self._clock.stop()
        self._pcm.drop()

    def __getattr__(self, name):
        return getattr(self._pcm, name)
