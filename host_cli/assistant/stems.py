"""Suggestions for stems. What is unusual is measured on the sum of the stems, because the usual tone and movement are those of whole
mixes, and is changed in the stem that causes it: the one with most of the power there."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from . import dynamics, tastes
from .automatic import LEAST_S, Wish, problems, usual_tone
from .decisions import Decision
from .equaliser import reach, settings
from .recording import Recording
from .tone import CENTRES_HZ

#: A stem with at least this part of the power in a range causes what is unusual there. Where no stem has it, the master is the place.
LEAST_SHARE = 0.6
#: The limiter is left to the master, so that a chain of a stem never limits.
WITHOUT_LIMITER = {"limiter.enabled": 0.0}


def suggested(stems: Sequence[Recording], genre: str = "any") -> list[list[Decision]]:
    """Decisions about problems, tone and dynamics for each of `stems`, which begin together and have one sampling rate."""
    found = [[decision for decision in problems(stem, True) if decision.settings] for stem in stems]
    whole = _sum(stems)
    if whole.seconds < LEAST_S or not whole.passages.power.any():
        return found
    power = np.array([stem.frames.power.sum(axis=(0, 1)) * stem.frames.step_s for stem in stems])
    _add_tone(found, whole, power, genre)
    _add_dynamics(found, stems, whole, power)
    return found


def _sum(stems: Sequence[Recording]) -> Recording:
    samples = np.zeros((2, max(stem.samples.shape[1] for stem in stems)))
    for stem in stems:
        samples[:, : stem.samples.shape[1]] += stem.samples
    return Recording("the sum of the stems", samples.astype(np.float32), stems[0].rate_hz)


def _main(power: np.ndarray, inside: np.ndarray) -> tuple[int, float]:
    """(index, share) of the stem with the most power in the bands `inside`. `power`: shape (stems, bands)."""
    parts = power[:, inside].sum(axis=1)
    main = int(np.argmax(parts))
    return main, float(parts[main] / max(parts.sum(), 1e-30))


def _add_tone(found: list[list[Decision]], whole: Recording, power: np.ndarray, genre: str) -> None:
    """Each band of the EQ that the sum needs goes to the stem that has most of the power there."""
    _, fit, decisions = usual_tone(whole, genre)
    for band, decision in zip(fit.bands if fit else (), decisions, strict=True):
        hz = reach(band)[0]
        inside = (hz.min() / 2 ** (1 / 3) <= CENTRES_HZ) & (hz.max() * 2 ** (1 / 3) >= CENTRES_HZ)
        stem, share = _main(power, inside)
        if share >= LEAST_SHARE:
            number = 1 + sum(other.part == "tone" for other in found[stem])
            found[stem].append(_told(replace(decision, settings=settings(number, band)), share))


def _add_dynamics(found: list[list[Decision]], stems: Sequence[Recording], whole: Recording, power: np.ndarray) -> None:
    """A band that moves too much in the sum is compressed in the stem that has most of the power there, if it moves too much there too."""
    own, wanted = dynamics.movement(whole.frames), np.array(tastes.style(Wish.style).movement_db)
    edges = (0.0, *dynamics.CROSSOVERS_HZ, np.inf)
    for n in range(len(dynamics.NAMES)) if own is not None else ():
        stem, share = _main(power, (edges[n] <= CENTRES_HZ) & (edges[n + 1] > CENTRES_HZ))
        if own[n] <= wanted[n] or share < LEAST_SHARE:
            continue
        chosen = {id: value for decision in found[stem] for id, value in decision.settings.items()}
        only = np.where(np.arange(len(wanted)) == n, wanted, np.inf)
        even = dynamics.evened(stems[stem], only, chosen, 1.0, f"usual for the style {Wish.style}", 0.0)
        found[stem] += [_told(decision, share) for decision in even]


def _told(decision: Decision, share: float) -> Decision:
    """The decision with the share of the stem in its finding."""
    return replace(decision, finding=f"{decision.finding} ({100 * share:.0f} % of the power there is from this stem)")
