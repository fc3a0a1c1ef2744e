"""The other side of the loopback card: a player into the box's input and a recorder of its output."""

import multiprocessing
import os
import time

import alsaaudio
import numpy as np

_XRUN = -32
_BYTES_PER_FRAME = 8
PLAYER_XRUNS, PLAYER_ERRORS, RECORDER_XRUNS, RECORDER_ERRORS = range(4)


def _open(direction: int, device: str, rate_hz: int, period: int):
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(60))
    return alsaaudio.PCM(direction, alsaaudio.PCM_NORMAL, device=device, rate=rate_hz, channels=2,
                         format=alsaaudio.PCM_FORMAT_S32_LE, periodsize=period, periods=max(4, min(64, 4096 // period)))  # fmt: skip


def _play(device: str, rate_hz: int, period: int, words: np.ndarray, repeat: bool, started, stop, faults) -> None:
    """Play silence until `started`, then `words`, then `words` again or silence until `stop`."""
    pcm = _open(alsaaudio.PCM_PLAYBACK, device, rate_hz, period)
    silence = bytes(_BYTES_PER_FRAME * period)
    prefill = silence * (pcm.info()["periods"] - 1)
    pcm.write(prefill)
    data, at = memoryview(words.tobytes()), 0
    while not stop.is_set():
        block = silence
        if started.is_set() and at < len(data):
            block = bytes(data[at : at + len(silence)]).ljust(len(silence), b"\0")
            at += len(silence)
            if repeat and at >= len(data):
                at = 0
        try:
            if pcm.write(block) == _XRUN:
                faults[PLAYER_XRUNS] += 1
                pcm.write(prefill)
        except alsaaudio.ALSAAudioError:  # the box has closed its side
            faults[PLAYER_ERRORS] += 1
            time.sleep(0.01)
    pcm.close()


def _record(device: str, rate_hz: int, period: int, path: str, stop, faults) -> None:
    pcm = _open(alsaaudio.PCM_CAPTURE, device, rate_hz, period)
    with open(path, "wb", buffering=0) as file:
        while not stop.is_set():
            try:
                frames, data = pcm.read()
            except alsaaudio.ALSAAudioError:
                faults[RECORDER_ERRORS] += 1
                time.sleep(0.01)
                continue
            if frames == _XRUN:
                faults[RECORDER_XRUNS] += 1
            else:
                file.write(data)
    pcm.close()


class Jig:
    """Plays `words` (int32, shape (frames, 2)) into the box and records its output. A context manager.

    The player and the recorder are separate processes; the player starts with silence at once. `repeat` plays the words again
    and again, and they should then fill a whole number of periods. Without a `path`, the recording is discarded.
    """

    def __init__(
        self, words: np.ndarray, rate_hz: int, period_frames: int, *, path: str = "/dev/null", repeat: bool = False
    ):
        context = multiprocessing.get_context("fork")
        self._path, self._started, self._stop = path, context.Event(), context.Event()
        #: Faults of the player and the recorder themselves, indexed by PLAYER_XRUNS and the following constants.
        self.faults = context.Array("l", 4)
        common = (rate_hz, period_frames)
        self.player = context.Process(
            target=_play, args=("hw:Loopback,1,0", *common, words, repeat, self._started, self._stop, self.faults)
        )
        self.recorder = context.Process(
            target=_record, args=("hw:Loopback,1,1", *common, path, self._stop, self.faults)
        )
        self.player.start()
        self.recorder.start()

    def start(self) -> None:
        """Start to play the words."""
        self._started.set()

    @property
    def position(self) -> int:
        """How many frames have been recorded so far."""
        return os.path.getsize(self._path) // _BYTES_PER_FRAME

    def recording(self, begin: int = 0) -> np.ndarray:
        """The frames recorded so far, from frame `begin`, int32, shape (frames, 2)."""
        words = np.fromfile(self._path, "<i4", offset=begin * _BYTES_PER_FRAME)
        return words[: len(words) // 2 * 2].reshape(-1, 2)

    def stop(self) -> np.ndarray:
        """Stop, and return the recording, int32, shape (frames, 2), or nothing without a path."""
        self._stop.set()
        for process in (self.player, self.recorder):
            process.join(5)
            if process.is_alive():
                process.kill()
                process.join()
        return np.fromfile(self._path, "<i4").reshape(-1, 2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self._stop.is_set():
            self.stop()
