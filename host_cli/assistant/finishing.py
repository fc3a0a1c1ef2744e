"""Finishes a plan: finds the gain of the limiter by rendering, and writes what was rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from firmware.contract import params
from host_cli.assistant.decisions import Decision
from host_cli.assistant.parts import CEILING, GAIN, TRIM, Settled, settle
from host_cli.assistant.recordings import Recording
from host_cli.render import AudioWriter, dithered
from host_cli.tags import Changes, carry

from .automatic import Wish, floor_decision
from .plan import Plan


def finished(plan: Plan, mix: Recording, bits: str | None = None) -> tuple[Plan, Sequence[np.ndarray]]:
    """The plan with the gain of the limiter and the figures of the output, and the output in blocks. `bits`: the sample format for
    which the output is dithered, None for none. A plan that changes nothing is not rendered unless `bits` is given."""
    if not plan.settings and bits is None:
        return replace(plan, after=plan.before), [mix.samples]
    values = params.DEFAULTS | dict(plan.preset().values)
    if bits:
        values = dithered(values, bits, mix.bits, "auto")
    settled = settle(mix, values, plan.target_lufs)
    if plan.target_lufs is not None:
        plan = _with_gain(plan, settled)
    return replace(plan, after=settled.figures), settled.blocks


def finished_auto(plan: Plan, mix: Recording, wish: Wish, bits: str | None = None) -> tuple[Plan, Sequence[np.ndarray]]:
    """As `finished`; an output with less dynamics than the style allows is made quieter, or the plan says what its loudness costs."""
    done, blocks = finished(plan, mix, bits)
    said = floor_decision(done, wish)
    if said is None:
        return done, blocks
    if wish.lufs is not None:
        return done.with_decisions(said), blocks
    lower = replace(plan.with_decisions(said), target_lufs=plan.target_lufs - (said.threshold - said.measured))
    return finished(lower, mix, bits)


def _with_gain(plan: Plan, settled: Settled) -> Plan:
    """The plan whose decision about the loudness names the gain that was found."""

    def told(decision: Decision) -> Decision:
        if decision.part != "loudness" or CEILING not in decision.settings:
            return decision
        text = f"limiter gain {settled.gain_db:+.1f} dB, ceiling {decision.settings[CEILING]:g} dBTP"
        if trim_db := decision.settings.get(TRIM):
            text = f"input trim {trim_db:+.1f} dB, {text}"
        if not settled.reached:
            text += f", which gives {settled.figures['integrated_lufs']:.1f} LUFS, the nearest that the limiter reaches"
        return replace(decision, consequence=text, settings=decision.settings | {GAIN: settled.gain_db})

    return replace(plan, decisions=tuple(map(told, plan.decisions)), gain_db=settled.gain_db)


def write_audio(path: Path, blocks: Sequence[np.ndarray], mix: Recording, figures: Mapping, bits: str) -> list[str]:
    """Write blocks (float32, shape (2, frames)) with these figures, and the tags of the file of the mix. Returns remarks about tags that
    could not be carried over. Raises CliFail."""
    remarks: list[str] = []

    def finish(part: Path) -> None:
        changes = Changes(mix.rate_hz, mix.rate_hz, bits, figures)
        remarks.extend(carry(mix.path, mix.name, part, path.suffix.lower(), changes))

    with AudioWriter(path, mix.rate_hz, bits, sum(block.shape[1] for block in blocks)) as writer:
        if mix.path:
            writer.finish = finish
        for block in blocks:
            writer.write(block)
    return remarks
