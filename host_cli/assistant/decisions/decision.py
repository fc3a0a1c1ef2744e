"""One decision of the assistant."""

from dataclasses import dataclass, field

#: What the assistant may change, in the order of its report.
PARTS = ("problems", "tone", "width", "dynamics", "loudness")


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
