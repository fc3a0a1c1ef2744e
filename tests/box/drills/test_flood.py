"""Thousands of valid requests a second while music plays: the relays stay, and the sound is that without requests."""

import contextlib
import os
import subprocess
import threading
import time

FLOOD_S = 3
#: Answering takes no virtual time, so that without a pause there would be millions. With it there are 2500 requests a second.
PAUSE_S = 0.002
#: None of these changes the sound of a chain at its defaults.
REQUESTS = (
    b"get limiter.ceiling_dbtp\nset limiter.release_ms 150\ninfo\nget eq.b1.gain_db\nset limiter.release_ms 200\n"
)


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


def test_a_flood_of_requests_touches_neither_relays_nor_sound(
    jig, burnishd, header, tool, cable, sound, logged, note, report
):
    time.sleep(2)
    before = tool.counters
    header.longest_pause_ms()
    written, answered = flood(str(cable.laptop), FLOOD_S)
    pause_ms, after, played = header.longest_pause_ms(), tool.counters, sound()
    note(f"{written} requests, lines of answers", answered)
    report("flood of requests", sound=played, log=logged(),
           recovery=f"{written} requests in {FLOOD_S} s; longest pause of the heartbeat {pause_ms:.0f} ms")  # fmt: skip
    assert written > 500 and answered > 500
    assert header.held and pause_ms < 15
    for name in ("xruns", "audio_starts", "control_starts"):
        assert after[name] == before[name], name
    assert played.startswith("unchanged")
