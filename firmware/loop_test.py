"""`burnishd --loop-test`: measures the converters through a cable from the outputs to the inputs. The box must not run at the same time."""

import contextlib
import threading
from collections.abc import Callable

import numpy as np

from firmware.engine import (
    MOST_DELAY_S,
    TONE_DBFS,
    TONE_HZ,
    LoopFigures,
    full_scale_dbu,
    loop_figures,
    loop_signal,
)
from firmware.system import FAILED, OK, Options, Refusal

_FULL_SCALE = 2.0**31
_BYTES_PER_FRAME = 8
#: The highest null of a correct signal, and the largest difference between the gains of the channels, in dB. Higher values are faults.
MOST_NULL_DB, MOST_BALANCE_DB = -40.0, 0.5


class XrunError(Exception):
    """Frames were lost, so the delay cannot be measured."""


def exchange(capture, playback, words: np.ndarray, period: int, periods: int) -> np.ndarray:
    """Play `words` (int32, shape (frames, 2)). Returns the frames that were captured at the same time, beginning with the first frame of
    `words`. `capture` and `playback` have the interface of `alsaaudio.PCM`. Raises XrunError."""
    prefill = period * (periods - 1)
    _write(playback, bytes(_BYTES_PER_FRAME * prefill))
    heard, frames = [], 0
    while frames < prefill + len(words):
        count, data = capture.read()
        if count <= 0:
            raise XrunError
        heard.append(np.frombuffer(data, "<i4").reshape(-1, 2)[:count])
        due = np.zeros((count, 2), "<i4")
        part = words[frames : frames + count]
        due[: len(part)] = part
        _write(playback, due.tobytes())
        frames += count
    return np.concatenate(heard)[prefill : prefill + len(words)]


def _write(playback, data: bytes) -> None:
    while data:
        count = playback.write(data)
        if count <= 0:
            raise XrunError
        data = data[count * _BYTES_PER_FRAME :]


def signal_words(rate_hz: int) -> np.ndarray:
    """The signal as 32-bit words for the sound card, followed by silence for the longest delay."""
    silence = np.zeros((2, round(MOST_DELAY_S * rate_hz)))
    both = np.concatenate([loop_signal(rate_hz), silence], axis=1)
    return np.clip(np.rint(both.T * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1).astype("<i4")


def measure(capture, playback, options: Options) -> tuple[LoopFigures, LoopFigures]:
    """Play the signal. Returns the figures of both inputs. Raises Refusal after three attempts with an xrun."""
    words = signal_words(options.rate_hz)
    for _ in range(3):
        try:
            heard = exchange(capture, playback, words, options.period, options.periods)
        except XrunError:
            playback.drop()
            capture.drop()
            continue
        return loop_figures(heard.T / _FULL_SCALE, options.rate_hz)
    raise Refusal(
        "the sound card lost frames in each of three attempts: close other programs, or use longer periods", FAILED
    )


def faults(both: tuple[LoopFigures, LoopFigures]) -> list[str]:
    """The faults that the figures show, each as one sentence."""
    found = []
    for side, name in enumerate(("left", "right")):
        figures = both[side]
        if figures.from_output is None:
            found.append(f"nothing arrives at the {name} input: check the cable, and that the relays click")
        elif figures.from_output != side:
            found.append(
                f"the {name} input gets the signal of the other output: the cables or the driver swap the channels"
            )
        elif figures.null_db > MOST_NULL_DB:
            found.append(f"the {name} input gets something else besides the signal (null {figures.null_db:.0f} dB)")
    if not found and both[0].delay_frames != both[1].delay_frames:
        found.append("the channels are delayed by different numbers of frames")
    if not found and abs(both[0].gain_db - both[1].gain_db) > MOST_BALANCE_DB:
        found.append(f"the channels differ by {abs(both[0].gain_db - both[1].gain_db):.2f} dB")
    return found


def report(both: tuple[LoopFigures, LoopFigures], options: Options, reading_dbu: float | None) -> str:
    """The figures as text. `reading_dbu` is the level of the tone that the user measured at the output."""
    rows = [
        ("", "left", "right"),
        ("from output", *("none" if f.from_output is None else ("left", "right")[f.from_output] for f in both)),
        ("delay, frames", *(str(f.delay_frames) for f in both)),
        ("delay, ms", *(f"{1000 * f.delay_frames / options.rate_hz:.3f}" for f in both)),
        (f"gain at {TONE_HZ:g} Hz, dB", *(f"{f.gain_db:+.3f}" for f in both)),
        ("null, dB", *(f"{f.null_db:.1f}" for f in both)),
        ("noise floor, dBFS RMS", *(f"{f.noise_dbfs:.1f}" for f in both)),
        (f"THD+N at {TONE_DBFS:g} dBFS, dB", *(f"{f.thd_n_db:.1f}" for f in both)),
    ]
    if reading_dbu is not None:
        levels = [full_scale_dbu(reading_dbu, figures) for figures in both]
        rows.append(("0 dBFS at the output, dBu", *(f"{output:+.2f}" for output, _ in levels)))
        rows.append(("0 dBFS at the input, dBu", *(f"{input_:+.2f}" for _, input_ in levels)))
    text = "\n".join(f"{name:<28}{left:>12}{right:>12}".rstrip() for name, left, right in rows)
    if reading_dbu is not None:
        text += f"\n\nIn board.toml, in the section of the HAT: full_scale_dbu = {reading_dbu - TONE_DBFS:.1f}"
    return text


def play_tone(capture, playback, options: Options, playing: Callable[[], bool]) -> None:
    """Play the tone of the test without gaps while `playing()` is true, so that the user can measure it at the outputs."""
    tone = tone_words(options.rate_hz)  # a whole number of cycles
    _write(playback, bytes(_BYTES_PER_FRAME * options.period * (options.periods - 1)))
    at = 0
    while playing():
        count, _ = capture.read()
        if count <= 0:
            playback.drop()
            capture.drop()
            _write(playback, bytes(_BYTES_PER_FRAME * options.period * (options.periods - 1)))
            continue
        places = np.arange(at, at + count) % len(tone)
        _write(playback, tone[places].tobytes())
        at += count


def tone_words(rate_hz: int) -> np.ndarray:
    """One second of the tone as 32-bit words for the sound card, shape (frames, 2)."""
    tone = 10 ** (TONE_DBFS / 20) * np.sin(2 * np.pi * TONE_HZ / rate_hz * np.arange(rate_hz))
    return np.rint(np.stack([tone, tone], axis=1) * _FULL_SCALE).astype("<i4")


@contextlib.contextmanager
def held(relay):
    """Keep the bypass relays switched to the processor."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(relay.interval_s):
            relay.beat()

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        relay.release()


def main(options: Options, relay, open_streams: Callable, reading_dbu: float | None, tone: bool = False) -> int:
    """Measure and print, or play the `tone` until Ctrl-C; returns the exit status. `open_streams()` returns (capture, playback)."""
    with held(relay):
        capture, playback = open_streams()
        try:
            if tone:
                print(f"playing {TONE_HZ:g} Hz at {TONE_DBFS:g} dBFS; press Ctrl-C to stop", flush=True)
                with contextlib.suppress(KeyboardInterrupt):
                    play_tone(capture, playback, options, lambda: True)
                return OK
            both = measure(capture, playback, options)
        finally:
            capture.close()
            playback.close()
    print(report(both, options, reading_dbu))
    found = faults(both)
    for sentence in found:
        print(f"burnishd: {sentence}")
    return FAILED if found else OK
