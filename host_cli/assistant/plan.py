"""Plan: the decisions about a mix, and the preset that they make."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from firmware.presets import MAX_NAME, Preset
from host_cli.assistant.curves import Difference, Fit
from host_cli.assistant.decisions import PARTS, Decision

#: The table of a preset in which the sentences are kept. Every program that reads presets keeps it.
TABLE = "x_assistant"


@dataclass(frozen=True)
class Plan:
    """`decisions` in the order of PARTS; `target_lufs`: the loudness to reach, None to leave the level alone. `tone` and `fit`: what
    the bands of the EQ were made from. `figures` of the mix, of what it is compared with, and of the output (None before it was
    rendered)."""

    name: str
    notes: str
    decisions: Sequence[Decision]
    target_lufs: float | None = None
    tone: Difference | None = None
    fit: Fit | None = None
    gain_db: float | None = None
    before: dict = field(default_factory=dict)
    reference: dict = field(default_factory=dict)
    after: dict | None = None

    @property
    def settings(self) -> dict[str, float]:
        """All settings that differ from the defaults, by id."""
        found: dict[str, float] = {}
        for decision in self.decisions:
            found |= decision.settings
        return found if self.gain_db is None else found | {"limiter.gain_db": self.gain_db}

    @property
    def sentences(self) -> list[str]:
        """What was decided."""
        return [decision.sentence for decision in self.decisions]

    def ordered(self) -> list[Decision]:
        """The decisions part by part."""
        return sorted(self.decisions, key=lambda decision: PARTS.index(decision.part))

    def with_decisions(self, *more: Decision, **changes) -> "Plan":
        """A plan with further decisions."""
        return replace(self, decisions=(*self.decisions, *more), **changes)

    def preset(self) -> Preset:
        """The plan as a preset. Its table `x_assistant` contains the sentences."""
        extra = {TABLE: {"decisions": self.sentences}} if self.decisions else {}
        target = None if self.target_lufs is None else round(self.target_lufs, 1)
        return Preset(
            self.name[:MAX_NAME].strip() or "Match", self.settings, {"notes": self.notes}, extra, target_lufs=target
        )
