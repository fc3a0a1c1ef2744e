"""A simulated sound card: files instead of converters, and the timing of a card.

The `file` plugin of alsa-lib reads the input and writes the output bit for bit, but without delay. `SimClock` makes reads and
writes wait, fail and recover like those of a card with a buffer.
"""

import time
from pathlib import Path

import numpy as np
import soundfile

from dsp_ext.core import RATES_HZ
from firmware.system import Refusal

from .looped_input import LoopedInput

#: Names of the two virtual devices in the configuration that `prepare` writes.
CAPTURE, PLAYBACK = "burnish_in", "burnish_out"

#: Seconds of silence after each pass of a mix that is repeated. `burnish meters --until-silence` ends after two.
PAUSE_S = 3

_EPIPE = -32
_BLOCK_FRAMES = 1 << 16


def mix_rate_hz(mixes: list[str]) -> int | None:
    """The common sampling rate of `mixes`; None without mixes. Raises Refusal if one cannot be played."""
    rates = {}
    for mix in mixes:
        with _open(mix) as file:
            rates[file.samplerate] = mix
    if len(rates) > 1:
        (rate, mix), (other_rate, other) = list(rates.items())[:2]
        raise Refusal(f"{mix} is at {rate} Hz and {other} at {other_rate} Hz: a run needs files of one rate")
    return next(iter(rates), None)


def prepare(run_dir: Path, mixes: list[str], *, looped: bool = False, recorded: bool = True) -> int:
    """Write `in.raw` (all mixes in sequence, 32-bit words, then silence) and `asound.conf`. Returns the number of frames of the
    mixes, or 0 if the input has no end.

    The input has no end if there are no mixes, because it is then silence, and with `looped`, because a `LoopedInput` then repeats
    `in.raw`. If `recorded` is set, the output is kept in `out.raw`. Raises Refusal if a mix cannot be played.
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
        # The plugin does not report the end of its file but delivers undefined data. After the end of the mix, the box continues for
        # its latency, which is much shorter than a second.
        raw.write(bytes(8 * (rate_hz or 0) * (PAUSE_S if looped else 1)))
    source = run_dir / "in.raw" if mixes and not looped else Path("/dev/zero")
    output = f"{_quoted(run_dir / 'out.raw')} format raw truncate false" if recorded else '"/dev/null" format raw'
    (run_dir / "asound.conf").write_text(
        "pcm.nothing { type null }\n"
        # A capture device of this plugin also writes a file, which is not needed.
        f'pcm.{CAPTURE} {{ type file slave.pcm nothing file "/dev/null" infile {_quoted(source)} format raw }}\n'
        # Without truncation a restarted audio process continues in out.raw.0001 and keeps the first file.
        f"pcm.{PLAYBACK} {{ type file slave.pcm nothing file {output} }}\n"
    )
    return 0 if looped else frames


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _open(mix: str) -> soundfile.SoundFile:
    """The open file, after a check that it is stereo and has a rate that the engine supports."""
    if not Path(mix).is_file():
        raise Refusal(f"{mix} does not exist: give a stereo WAV, FLAC or AIFF file")
    try:
        file = soundfile.SoundFile(mix)
    except soundfile.LibsndfileError as error:
        reason = str(error.error_string).rstrip(".")
        raise Refusal(f"{mix} is not a sound file that can be read ({reason}): give WAV, FLAC or AIFF") from None
    if file.channels != 2:
        raise Refusal(
            f"{mix} has {file.channels} channel{'s' * (file.channels > 1)}, the box is stereo: give a file with 2"
        )
    if file.samplerate not in RATES_HZ:
        raise Refusal(f"{mix} is at {file.samplerate} Hz: allowed are {', '.join(map(str, RATES_HZ))} Hz")
    if not file.frames:
        raise Refusal(f"{mix} is empty: it has 0 frames")
    return file


def _words(file: soundfile.SoundFile, mix: str):
    """The frames as int32 words with full scale 2^31, in blocks. Float files are rounded and clipped at full scale."""
    is_float = file.subtype in ("FLOAT", "DOUBLE")
    for block in file.blocks(_BLOCK_FRAMES, dtype="float64" if is_float else "int32", always_2d=True):
        if not is_float:
            yield block.astype("<i4", copy=False)
            continue
        if not np.isfinite(block).all():
            raise Refusal(f"{mix} contains samples that are not numbers: export it again")
        yield np.clip(np.rint(block * 2.0**31), -(2.0**31), 2.0**31 - 1).astype("<i4")


class OwnTime:
    """Stopwatch for the work on each block, in processor time of this thread.

    All blocks cost the same, so a block that took longer than the previous one was delayed from outside: on a shared host,
    the time that the hypervisor takes away is counted as processor time of this thread. Therefore the shorter time of two
    consecutive blocks is used; a real overload affects both.
    """

    def __init__(self, cpu=time.thread_time):
        self._cpu = cpu
        self._last_s = 0.0
        #: The sum of the times used, in seconds.
        self.total_s = 0.0

    def start(self) -> None:
        self._began_s = self._cpu()

    def stop(self) -> float:
        """Seconds of work since `start`."""
        took_s = self._cpu() - self._began_s
        used_s, self._last_s = min(took_s, self._last_s), took_s
        self.total_s += used_s
        return used_s


class SimClock:
    """The clock and the buffers of a virtual card with `periods` periods of `period` frames for each direction.

    The card starts with the first write. Capture period k is complete after k + 1 periods; playback has an underrun when
    everything that was written has been played. Delays are measured in processor time (`own_s()` in seconds, see OwnTime)
    and not in wall-clock time, because a virtual machine or a busy desktop may not run this process for 50 ms, which is no
    fault of the box. If the processing itself takes longer than the buffers allow, this causes an xrun, as on a real card. If the
    host did not run the process for some time, the clock of the card is stopped for the same time, and `stalled` is called.

    With `paced` false, reads and writes never wait and never fail.
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
        """Stop both streams. The next write starts the card again."""
        self._running = False
        self._written = 0  # periods
        self._captured = 0  # periods
        self._busy = 0.0  # the time of the card, in periods, that processing has reached

    def _spend(self) -> None:
        """Advance the time of the card by the processor time since the last call."""
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
        """The duration of the playback buffer in seconds when a capture period is complete."""
        return (self._periods - 2) * self._period_s

    def wait_playback(self, frames: int) -> bool:
        """Accept `frames` for playback; False for an underrun."""
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
    """An ALSA stream with the timing of `clock`. If there is a `source`, the samples are read from it. All other attributes are those
    of the stream."""

    def __init__(self, pcm, clock: SimClock, source: LoopedInput | None = None):
        self._pcm = pcm
        self._clock = clock
        self._source = source

    def read(self):
        if not self._clock.wait_capture():
            return _EPIPE, b""
        frames, data = self._pcm.read()
        return frames, self._source.read(frames) if self._source and frames > 0 else data

    def write(self, data) -> int:
        return self._pcm.write(data) if self._clock.wait_playback(len(data) // 8) else _EPIPE

    def drop(self) -> None:
        self._clock.stop()
        self._pcm.drop()

    def __getattr__(self, name):
        return getattr(self._pcm, name)
