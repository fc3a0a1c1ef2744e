"""The clock of the virtual sound card."""

import subprocess


class CardClock:
    """The dummy card plays silence. Its timer gives the loopback card one tick per period, like the interrupts of an I2S card.
    All four streams of the loopback card must use this period. A context manager.
    """

    def __init__(self, rate_hz: int, period_frames: int):
        # The dummy card supports at most 48 kHz. For higher rates, it plays fewer frames, which take the same time.
        base_hz = 44100 if rate_hz % 44100 == 0 else 48000
        frames, rest = divmod(period_frames * base_hz, rate_hz)
        if rest:
            raise ValueError(f"{period_frames} frames at {rate_hz} Hz are not a whole number of frames at {base_hz} Hz")
        self._player = subprocess.Popen(
            ["aplay", "-q", "-D", "hw:Dummy,0,0", "-f", "S16_LE", "-c", "2", "-r", str(base_hz),
             f"--period-size={frames}", "--buffer-size=4096", "/dev/zero"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._player.terminate()
        self._player.wait()
