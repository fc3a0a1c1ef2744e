"""Matching: what separates a mix from one or several references, as decisions."""

from collections.abc import Collection, Sequence

import numpy as np

from host_cli.assistant.curves import combined, difference, total
from host_cli.assistant.decisions import PARTS, Decision
from host_cli.assistant.parts import LEAST_LU, decided, dynamics, equaliser, predicted_lu, unmeasured, width
from host_cli.assistant.recordings import CENTRES_HZ, HIGHEST_PART, Recording

from .plan import Plan

#: Bands for the tone of both channels.
MOST_BANDS = 8
#: Where the ceiling is set.
CEILING_DBTP = -1.0


def match(
    mix: Recording,
    references: Sequence[Recording],
    weights: Sequence[float] = (),
    amount: float = 1.0,
    parts: Collection[str] = PARTS,
) -> Plan:
    """The plan that moves `mix` towards the references (weighted) by `amount` (0 to 1), in these `parts` only. Nothing is rendered:
    `loudness.settle` finds the exact gain of the limiter."""
    weights = list(weights) or [1.0] * len(references)
    names = ", ".join(reference.name for reference in references)
    plan = Plan(f"Match {mix.name.rsplit('.', 1)[0]}", f"Made by burnish match from {mix.name} and {names}.", (), before=mix.figures,
                reference=_mean_figures(references, weights))  # fmt: skip
    if mix.lufs is None:
        return plan.with_decisions(unmeasured(mix))
    others = [reference.passages for reference in references]
    found: list[Decision] = []
    image = width.matched(mix.passages, others, weights, amount) if "width" in parts else width.UNCHANGED
    found += image.decisions
    tone = difference(total(mix.passages, image.side_db()), combined([total(other) for other in others], weights))
    fit, mid_db = None, np.zeros(len(CENTRES_HZ))
    if "tone" in parts and tone is not None and amount > 0:
        tone = tone.raised(-_level(mix, tone.db))
        curve = amount * tone.curve_db
        curve -= _level(mix, amount * tone.db)
        fit = equaliser.fitted(curve, MOST_BANDS, HIGHEST_PART * mix.rate_hz)
        found += equaliser.decisions(fit.bands, curve, "the reference", amount)
        mid_db = equaliser.response_db(fit.bands, CENTRES_HZ)
    if "dynamics" in parts:
        found += _dynamics(mix, references, weights, found, amount)
    lufs = _mean_lufs(references, weights)
    wanted = lufs if "loudness" in parts else mix.lufs
    return _with_loudness(
        plan.with_decisions(*found, tone=tone, fit=fit),
        mix,
        wanted,
        amount,
        predicted_lu(mix, mid_db, mid_db + image.side_db()),
    )


def _dynamics(mix: Recording, references: Sequence[Recording], weights: Sequence[float], found, amount: float):
    """Decisions where the bands of the mix move more than those of the references."""
    moves = [
        (dynamics.movement(reference.frames), weight) for reference, weight in zip(references, weights, strict=True)
    ]
    known = [(movement, weight) for movement, weight in moves if movement is not None]
    if not known:
        return []
    wanted = sum(movement * weight for movement, weight in known) / sum(weight for _, weight in known)
    settings = {id: value for decision in found for id, value in decision.settings.items()}
    return dynamics.evened(mix, wanted, settings, amount, "in the reference")


def _level(mix: Recording, db: np.ndarray) -> float:
    """The change of loudness that a curve would make, so that it can be taken out of it."""
    return predicted_lu(mix, db, db)


def _with_loudness(plan: Plan, mix: Recording, lufs: float | None, amount: float, change_lu: float) -> Plan:
    """The plan with the loudness. `change_lu`: what the other settings do to it."""
    if lufs is None:
        return plan
    target = mix.lufs + amount * (lufs - mix.lufs)
    if abs(mix.lufs - target) < LEAST_LU and not plan.settings:
        return plan
    decision, gain_db = decided(mix.lufs, target, change_lu, CEILING_DBTP)
    return plan.with_decisions(decision, target_lufs=target, gain_db=gain_db)


def _mean_lufs(references: Sequence[Recording], weights: Sequence[float]) -> float | None:
    known = [
        (reference.lufs, weight)
        for reference, weight in zip(references, weights, strict=True)
        if reference.lufs is not None
    ]
    return sum(lufs * weight for lufs, weight in known) / sum(weight for _, weight in known) if known else None


def _mean_figures(references: Sequence[Recording], weights: Sequence[float]) -> dict:
    """The weighted means of the figures that the report shows."""
    found = {}
    for name in ("integrated_lufs", "lra_lu", "max_tp_dbtp", "plr_db"):
        known = [(r.figures[name], w) for r, w in zip(references, weights, strict=True) if r.figures[name] is not None]
        found[name] = sum(value * weight for value, weight in known) / sum(w for _, w in known) if known else None
    return found
