"""Suggestions for stems. What is unusual is measured on the sum of the stems, because the usual tone and movement are those of whole
mixes, and is changed in the stem that causes it: the one with most of the power there."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from host_cli.assistant.curves import CURVE_HZ, total
from host_cli.assistant.decisions import Decision
from host_cli.assistant.parts import dynamics, equaliser, problems
from host_cli.assistant.recordings import CENTRES_HZ, HIGHEST_PART, Recording

from . import tastes
from .automatic import LEAST_DB, LEAST_S, Wish, bands_of, usual_tone

#: A stem with at least this part of the power in a range causes what is unusual there. Where no stem has it, the master is the place.
LEAST_SHARE = 0.6
#: Bands of the EQ of a stem that are used at most; how far around its frequency a band stands for the power of its stem.
MOST_BANDS, REACH_OCTAVES = 4, 0.7
#: The limiter is left to the master, so that a chain of a stem never limits.
WITHOUT_LIMITER = {"limiter.enabled": 0.0}


def suggested(stems: Sequence[Recording], genre: str = tastes.ANY) -> list[list[Decision]]:
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
    """Each stem gets the part of the curve that the sum needs, where it has most of the power, as bands of its own EQ."""
    tone, *_ = usual_tone(whole, genre)
    if tone is None:
        return
    excess = tastes.excess_db(whole.passages.power.sum(axis=0), total(whole.passages).there, genre)
    shares = power / np.maximum(power.sum(axis=0), 1e-30)
    for stem, share in enumerate(shares):
        own = share >= LEAST_SHARE
        faded = np.convolve(np.pad(own.astype(float), 1, mode="edge"), np.full(3, 1 / 3), "valid")
        curve = tone.curve_db * np.interp(np.log(CURVE_HZ), np.log(CENTRES_HZ), faded)
        if np.abs(curve).max() < LEAST_DB:
            continue
        fit = equaliser.fitted(curve, MOST_BANDS, HIGHEST_PART * whole.rate_hz)
        for band, decision in zip(fit.bands, bands_of(fit, curve, excess * own, tastes.tone_name(genre)), strict=True):
            near = own & (np.abs(np.log2(CENTRES_HZ / band.freq_hz)) <= REACH_OCTAVES)
            # A band outside the range of the stem corrects the others of this stem.
            part = power[stem, near].sum() / power[:, near].sum() if near.any() else None
            found[stem].append(decision if part is None else _told(decision, part))


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
