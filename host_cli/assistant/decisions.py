"""Decisions: what was measured, which limit it crossed, which settings follow, and the sentence that says so."""

from dataclasses import dataclass, field

#: What the assistant may change, in the order of its report.
PARTS = ("problems", "tone", "width", "dynamics", "loudness")
#: Names of frequency ranges, by their upper ends in Hz.
RANGES = (
    (60, "sub-bass"), (120, "bass"), (250, "upper bass"), (500, "low mids"), (2000, "mids"), (5000, "upper mids"),
    (10000, "treble"), (float("inf"), "highest treble"),
)  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """`measured` in `unit` against `threshold`, beyond which something is done. `settings`: values by parameter id. `consequence`:
    the settings in words; a decision to leave something alone says so there."""

    part: str
    finding: str
    measured: float
    threshold: float
    unit: str
    consequence: str
    settings: dict[str, float] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The finding with its number, and the consequence."""
        return f"{self.finding}: {self.consequence}"

    def plain(self) -> dict:
        """For machines."""
        return {
            "part": self.part,
            "sentence": self.sentence,
            "measured": round(self.measured, 2),
            "threshold": round(self.threshold, 2),
            "unit": self.unit,
            "settings": self.settings,
        }


def range_name(freq_hz: float) -> str:
    """The name of the range in which a frequency is."""
    return next(name for most_hz, name in RANGES if freq_hz < most_hz)


def hertz(freq_hz: float) -> str:
    """A frequency for sentences: "280 Hz", "3.2 kHz"."""
    return f"{freq_hz / 1000:.3g} kHz" if freq_hz >= 1000 else f"{freq_hz:.3g} Hz"


def apart(value: float, what: str, unit: str = "dB", words: tuple[str, str] = ("above", "below")) -> str:
    """ "2.1 dB above the reference" for a positive `value`, "... below ..." for a negative one."""
    return f"{abs(value):.1f} {unit} {words[value < 0]} {what}"
