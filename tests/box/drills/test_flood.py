"""Thousands of valid requests a second while music plays: the relays stay, and the sound is that without requests."""

import contextlib
import os
import subprocess
import threading
import time

import numpy as np
import pytest

from tests.box.parts import Jig

MUSIC_S, FLOOD_S = 6, 3
#: Answering takes no virtual time, so that without a pause there would be millions. With it there are 2500 requests a second.
PAUSE_S = 0.002
#: None of these changes the sound of a chain at its defaults.
REQUESTS = (
    b"get limiter.ceiling_dbtp\nset limiter.release_ms 150\ninfo\nget eq.b1.gain_db\nset limiter.release_ms 200\n"
)


@pytest.fixture(scope="module")
def words(rate_hz) -> np.ndarray:
    """Noise in 24 bits, shape (frames, 2), int32; its first frame is not silent."""
    noise = np.random.default_rng(5).standard_normal((MUSIC_S * rate_hz, 2)) * 0.05
    return (np.rint(noise * 2**23).astype(np.int32) | 1) << 8


def flood(port: str, seconds: float) -> tuple[int, int]:
    """Send requests for `seconds`. Returns the numbers of requests that were written and answered."""
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY)
    subprocess.run(["stty", "-F", port, "raw", "-echo"], check=True)
    answered, stop = [0], threading.Event()

    def read() -> None:
        os.set_blocking(descriptor, False)
        while not stop.is_set():
            try:
                answered[0] += os.read(descriptor, 65536).count(b"\n# ")
            except BlockingIOError:
                time.sleep(0.001)

    reader = threading.Thread(target=read)
    reader.start()
    began, written = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        with contextlib.suppress(BlockingIOError):
            os.write(descriptor, REQUESTS)
            written += REQUESTS.count(b"\n")
        time.sleep(PAUSE_S)
    time.sleep(1)
    stop.set()
    reader.join()
    os.close(descriptor)
    return written, answered[0]


def test_a_flood_of_requests_touches_neither_relays_nor_sound(burnishd, header, tool, cable, words, rate_hz,
                                                              period_frames, note):  # fmt: skip
    with Jig(words, rate_hz, period_frames, path="/tmp/flooded.raw") as jig:
        time.sleep(2)
        before = tool.counters
        header.longest_pause_ms()
        jig.start()
        time.sleep(0.5)
        written, answered = flood(str(cable.laptop), FLOOD_S)
        time.sleep(MUSIC_S - FLOOD_S - 1)
        pause_ms = header.longest_pause_ms()
        after = tool.counters
        recorded = jig.stop()
    note(f"{written} requests, {answered} lines of answers; longest pause of the heartbeat", f"{pause_ms:.2f}", "ms")
    assert written > 500 and answered > 500
    assert header.held and pause_ms < 15
    for name in ("xruns", "audio_starts", "control_starts"):
        assert after[name] == before[name], name
    first = np.flatnonzero(recorded.any(axis=1))[0]
    heard = recorded[first : first + len(words)]
    assert len(heard) == len(words)
    different = int((heard != words).any(axis=1).sum())
    note("frames that differ", different)
    assert not different
