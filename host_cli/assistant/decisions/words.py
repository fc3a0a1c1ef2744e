"""Numbers and frequency ranges in the words of sentences."""

#: Names of frequency ranges, by their upper ends in Hz.
RANGES = (
    (60, "sub-bass"), (120, "bass"), (250, "upper bass"), (500, "low mids"), (2000, "mids"), (5000, "upper mids"),
    (10000, "treble"), (float("inf"), "highest treble"),
)  # fmt: skip


def range_name(freq_hz: float) -> str:
    """The name of the range in which a frequency is."""
    return next(name for most_hz, name in RANGES if freq_hz < most_hz)


def hertz(freq_hz: float) -> str:
    """A frequency for sentences: "280 Hz", "3.2 kHz"."""
    return f"{freq_hz / 1000:.3g} kHz" if freq_hz >= 1000 else f"{freq_hz:.3g} Hz"


def apart(value: float, what: str, unit: str = "dB", words: tuple[str, str] = ("above", "below")) -> str:
    """ "2.1 dB above the reference" for a positive `value`, "... below ..." for a negative one."""
    return f"{abs(value):.1f} {unit} {words[value < 0]} {what}"
