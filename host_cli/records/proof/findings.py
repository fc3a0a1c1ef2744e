"""Everything that a proof says about one recording."""

from dataclasses import dataclass

import numpy as np

from host_cli.records import targets
from host_cli.records.check import FAULTS, Fault, check
from host_cli.records.translation import models, situation
from host_cli.render import analysis

#: Faults of mixes that also count in a master. The others, such as limiting, are meant in a master.
IN_MASTERS = (
    "clipping",
    "dc",
    "balance",
    "polarity",
    "mono_loss",
    "wide_bass",
    "clicks",
    "dropouts",
    "noise",
    "hum",
    "silence",
    "cut_end",
    "silent",
)


@dataclass(frozen=True)
class Proof:
    """`found`: figures of `analysis.analyse`. `broken`: sentences about rules of services that are not kept."""

    name: str
    samples: np.ndarray
    rate_hz: int
    found: dict
    services: list[targets.Service]
    album_lufs: float | None
    faults: tuple[Fault, ...]
    situations: list
    gapless: bool = False

    @property
    def broken(self) -> list[str]:
        """Rules of services that are not kept."""
        return [
            f"{service.name}: {rule.name} {rule.measured:.1f}, {rule.allowed}"
            for service in self.services for rule in targets.rules(service, self.found) if rule.passed is False
        ]  # fmt: skip

    @property
    def passed(self) -> bool:
        """Whether all rules are kept and no fault has to be mended."""
        return not self.broken and all(fault.grade != "fix" for fault in self.faults)

    def plain(self) -> dict:
        """For machines."""
        return {
            "name": self.name, "passed": self.passed, "integrated_lufs": self.found["integrated_lufs"], "max_tp_dbtp": self.found["max_tp_dbtp"],
            "lra_lu": self.found["lra_lu"], "overs": self.found["overs"], "broken": self.broken,
            "services": targets.plain(self.services, self.found, self.album_lufs),
            "faults": [{"name": f.name, "grade": f.grade, "value": float(f.value), "unit": f.unit, "times": [list(t) for t in f.times]} for f in self.faults],
            "translation": [{"model": s.model.id, "change_lu": s.change_lu, "words": s.words()} for s in self.situations],
        }  # fmt: skip

    def fault_rows(self) -> list[list[str]]:
        """A table of faults with a head, or nothing."""
        rows = [
            [f.grade, FAULTS[f.name][0], f.figure, ", ".join(f"{a:.1f} s" for a, _ in f.times[:6])] for f in self.faults
        ]
        return [["", "found", "number", "at"], *rows] if rows else []


def proof(
    name: str, samples: np.ndarray, rate_hz: int, bits: int | None, services: list[targets.Service], album_lufs: float | None = None,
    gapless: bool = False,
) -> Proof:  # fmt: skip
    """Measure `samples` (float32, shape (2, frames), full scale ±1). `gapless`: the recording joins others, so its ends may be cut."""
    found = analysis.analyse(samples, rate_hz)
    ignored = ("cut_end",) if gapless else ()
    faults = tuple(f for f in check(samples, rate_hz, bits).faults if f.name in IN_MASTERS and f.name not in ignored)
    situations = [situation(model, samples, rate_hz, found) for model in models.models().values()]
    return Proof(name, samples, rate_hz, found, services, album_lufs, faults, situations, gapless)
