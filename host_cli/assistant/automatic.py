"""A first master from the mix alone: problems first, then tone, dynamics and width where the mix is outside what is usual, then loudness."""

from dataclasses import dataclass

import numpy as np

from host_cli.assistant.curves import CURVE_HZ, Difference, Fit, total
from host_cli.assistant.decisions import Decision, apart
from host_cli.assistant.parts import (
    LEAST_LU,
    SHORTEST_S,
    decided,
    dynamics,
    equaliser,
    predicted_lu,
    problems,
    unmeasured,
    width,
)
from host_cli.assistant.recordings import CENTRES_HZ, HIGHEST_PART, Recording, decibels

from . import tastes
from .plan import Plan

#: A mix must be this long before its tone, dynamics and width are judged, in s.
LEAST_S = 8.0
#: Tone: what is outside the dead band is corrected from this excess on, in this part, at most by this much; what is this far below the
#: dead band is not there, and is not raised. All in dB.
LEAST_DB, PART, MOST_DB, ABSENT_DB = 1.0, 0.8, 4.0, -12.0
#: Below this frequency nothing is raised, because small loudspeakers cannot play it and it costs headroom.
RAISED_FROM_HZ = 45.0
#: A bell is explained by the bands of the spectrum within this distance.
REACH_OCTAVES = 0.35
#: Bands of the EQ that are used at most.
MOST_BANDS = 6
#: A song with at least this true peak and this loudness seems to be mastered, and is left alone unless a target was asked for.
MASTER_DBTP, MASTER_LUFS = -1.1, -18.0
#: Width: the side is raised from this lack on, in this part, at most by this much, in dB.
WIDTH_LEAST_DB, WIDTH_PART, WIDTH_MOST_DB = 1.0, 0.5, 2.0


@dataclass(frozen=True)
class Wish:
    """What a person asked for. `lufs` and `ceiling_dbtp`: the target, None for that of the style."""

    style: str = "balanced"
    genre: str = tastes.ANY
    lufs: float | None = None
    ceiling_dbtp: float = -1.0


def auto(mix: Recording, wish: Wish) -> Plan:
    """The plan for `mix`. Nothing but excerpts is rendered: `finishing.finished` finds the exact gain of the limiter."""
    style = tastes.style(wish.style)
    master = wish.lufs is None and _is_master(mix)
    found = list(problems(mix, not master)) if mix.seconds >= SHORTEST_S else []
    plan = Plan(f"Auto {mix.name.rsplit('.', 1)[0]}", f"Made by burnish auto from {mix.name}: style {wish.style}, tone {wish.genre}.", (),
                before=mix.figures)  # fmt: skip
    if mix.lufs is None:
        return plan.with_decisions(*(decision for decision in found if not decision.settings), unmeasured(mix))
    if master:
        return plan.with_decisions(*found, _left_alone(mix, style))
    tone, fit, curve = None, None, np.zeros(len(CENTRES_HZ))
    if mix.passages.power.any() and mix.seconds >= LEAST_S:
        tone, fit, bands = usual_tone(mix, wish.genre)
        found += bands
        curve = equaliser.response_db(fit.bands, CENTRES_HZ) if fit else curve
        settings = {id: value for decision in found for id, value in decision.settings.items()}
        found += dynamics.evened(
            mix, np.array(style.movement_db), settings, 1.0, f"usual for the style {wish.style}", 0.0
        )
        found += _width(mix)
    else:
        found.append(_too_short(mix))
    plan = plan.with_decisions(*found, tone=tone, fit=fit)
    return _with_loudness(plan, mix, wish, style, predicted_lu(mix, curve, curve))


def _is_master(mix: Recording) -> bool:
    peak = mix.figures["max_tp_dbtp"]
    return mix.lufs is not None and peak is not None and peak >= MASTER_DBTP and mix.lufs >= MASTER_LUFS


def _left_alone(mix: Recording, style: tastes.Style) -> Decision:
    finding = f"the song seems to be mastered, with {mix.lufs:.1f} LUFS and a true peak of {mix.figures['max_tp_dbtp']:.1f} dBTP"
    consequence = f"everything is left alone; --target {style.lufs:g} treats it as a mix"
    return Decision("loudness", finding, mix.lufs, MASTER_LUFS, "LUFS", consequence)


def _too_short(mix: Recording) -> Decision:
    finding = f"the mix has {mix.seconds:.1f} s, and its sound can be judged from {LEAST_S:g} s on"
    return Decision("tone", finding, mix.seconds, LEAST_S, "s", "tone, width and dynamics are left alone")


def usual_tone(mix: Recording, genre: str) -> tuple[Difference | None, Fit | None, list[Decision]]:
    """What is outside the dead band of the genre, and the bands that bring it back."""
    own = total(mix.passages)
    excess = tastes.excess_db(mix.passages.power.sum(axis=0), own.there, genre)
    wanted = np.where(excess < ABSENT_DB, 0.0, np.clip(-PART * excess, -MOST_DB, MOST_DB))
    wanted = np.where((np.abs(excess) < LEAST_DB) | ((wanted > 0) & (CENTRES_HZ < RAISED_FROM_HZ)), 0.0, wanted)
    if not wanted.any():
        return None, None, []
    at = np.arange(len(wanted))
    wanted = np.interp(at, at[own.there], wanted[own.there])  # the ends of the spectrum continue, so that shelves fit
    wanted = np.where(CENTRES_HZ < RAISED_FROM_HZ, np.minimum(wanted, 0.0), wanted)
    padded = np.pad(wanted, 1, mode="edge")
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
    curve = np.interp(np.log(CURVE_HZ), np.log(CENTRES_HZ), smooth)
    found = Difference(np.where(own.there, wanted, np.nan), smooth, curve, np.zeros(len(wanted)))
    fit = equaliser.fitted(curve, MOST_BANDS, HIGHEST_PART * mix.rate_hz)
    return found, fit, bands_of(fit, curve, excess, tastes.tone_name(genre))


def bands_of(fit: Fit, curve: np.ndarray, excess: np.ndarray, what: str) -> list[Decision]:
    """Decisions of the EQ, which name the excess over the dead band where there is one at their frequency."""
    found = []
    for decision, band in zip(equaliser.decisions(fit.bands, curve, what), fit.bands, strict=True):
        near = np.abs(np.log2(CENTRES_HZ / band.freq_hz)) <= REACH_OCTAVES
        if band.type != "bell":
            near = band.freq_hz >= CENTRES_HZ if band.type == "low_shelf" else band.freq_hz <= CENTRES_HZ
        if band.gain_db > 0:
            near &= CENTRES_HZ >= RAISED_FROM_HZ
        value = float(excess[near][np.argmax(np.abs(excess[near]))]) if near.any() else 0.0
        if value * band.gain_db < 0:
            name = equaliser.reach(band)[1]
            finding = f"{name} {apart(value, f'the band of {what}')}"
            decision = Decision("tone", finding, value, LEAST_DB, "dB", decision.consequence, decision.settings)
        found.append(decision)
    return found


def _width(mix: Recording) -> list[Decision]:
    """Decisions that raise a narrow side, as far as that is safe in mono."""
    row = tastes.width()
    power = mix.passages.power
    changes = {}
    for (name, low_hz, high_hz), usual in zip(width.RANGES, row["side_db"], strict=True):
        inside = (low_hz <= CENTRES_HZ) & (high_hz > CENTRES_HZ)
        mid, side = power[0][inside].sum(), power[1][inside].sum()
        level = float(decibels(side) - decibels(mid))
        lack = usual - row["dead_band_db"] - level
        if name != "low" and level > width.MONO_DB and lack > WIDTH_LEAST_DB:
            changes[name] = (lack, min(WIDTH_PART * lack, WIDTH_MOST_DB, width.most_db(mix.passages)))
    return [
        Decision("width", f"side {width.NAMES[name]} {apart(-lack, 'the usual range')}", -lack, WIDTH_LEAST_DB, "dB",
                 f"width {100 * 10 ** (raise_db / 20):.0f} %",
                 {f"stereo.width_{name}_pct": float(round(100 * 10 ** (raise_db / 20))), **width.SPLITS})
        for name, (lack, raise_db) in changes.items() if raise_db > 0
    ]  # fmt: skip


def _with_loudness(plan: Plan, mix: Recording, wish: Wish, style: tastes.Style, change_lu: float) -> Plan:
    """The plan with its loudness. A mix that is loud enough keeps it, unless a target was asked for."""
    target = style.lufs if wish.lufs is None else wish.lufs
    if wish.lufs is None:
        target = max(target, mix.lufs)
    if abs(mix.lufs - target) < LEAST_LU and not plan.settings:
        return plan
    decision, gain_db = decided(mix.lufs, target, change_lu, wish.ceiling_dbtp)
    return plan.with_decisions(decision, target_lufs=target, gain_db=gain_db)


def floor_decision(plan: Plan, wish: Wish) -> Decision | None:
    """What to say, and to do, if the output of a finished plan has less dynamics than the style allows. Without an asked loudness, the
    target is lowered (its decision has the key of the target); else the loudness is kept, and the sentence says what it costs."""
    style = tastes.style(wish.style)
    plr = plan.after["plr_db"] if plan.after else None
    if plr is None or plan.target_lufs is None or plr >= style.plr_floor_db - 0.05:
        return None
    if plan.before["plr_db"] is not None and plan.before["plr_db"] < style.plr_floor_db:
        return None  # the mix came like this
    lack = style.plr_floor_db - plr
    finding = f"peak to loudness {plr:.1f} dB, {lack:.1f} dB below the floor of the style {style.id}"
    if wish.lufs is None:
        consequence = f"target lowered to {plan.target_lufs - lack:.1f} LUFS"
    else:
        consequence = f"loudness kept as asked; --target {plan.target_lufs - lack:.1f} would keep the floor"
    return Decision("loudness", finding, plr, style.plr_floor_db, "dB", consequence)
