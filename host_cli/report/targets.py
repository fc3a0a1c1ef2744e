"""Delivery targets, and the verdict: which rules of a target a recording meets."""

from dataclasses import dataclass

from host_cli.errors import USAGE, CliFail


@dataclass(frozen=True)
class Target:
    """Integrated loudness with its tolerance in LU, and the highest true peak in dBTP."""

    name: str
    lufs: float
    tolerance_lu: float
    ceiling_dbtp: float


#: streaming: AES TD1008 and the players of streaming services. r128: EBU R 128 (2023), whose tolerance for quality control is
#: 0.2 LU. atsc: ATSC A/85 (2013).
TARGETS = {
    "streaming": Target("streaming", -14.0, 1.0, -1.0),
    "streaming-quiet": Target("streaming-quiet", -16.0, 1.0, -1.0),
    "r128": Target("EBU R 128", -23.0, 0.2, -1.0),
    "atsc": Target("ATSC A/85", -24.0, 2.0, -2.0),
}
#: The allowed values of `--target`, for help and messages.
FORMS = f"{', '.join(TARGETS)}, or a loudness in LUFS"


def target_of(text: str) -> Target:
    """The target that a person typed: a name, or a loudness. The target for a loudness allows ±0.5 LU and -1 dBTP. Raises CliFail."""
    if text.lower() in TARGETS:
        return TARGETS[text.lower()]
    try:
        lufs = float(text.lower().removesuffix("lufs"))
    except ValueError:
        lufs = 1.0
    if not -70 <= lufs <= 0:
        raise CliFail(f"--target cannot be {text!r}: allowed is {FORMS}, from -70 to 0", USAGE)
    return Target(f"{lufs:g} LUFS", lufs, 0.5, -1.0)


@dataclass(frozen=True)
class Rule:
    """One line of the verdict. `passed` is None if the recording is too short or too quiet to be measured."""

    name: str
    measured: str
    allowed: str
    passed: bool | None
    advice: str = ""


#: The largest DC offset (full scale is 1) and the lowest correlation that pass.
MOST_DC, LEAST_CORRELATION = 0.001, 0.0


def verdict(found: dict, target: Target) -> list[Rule]:
    """The rules of `target` applied to `found`, the result of `analysis.analyse`."""
    lufs, peak, correlation = (found[name] for name in ("integrated_lufs", "max_tp_dbtp", "correlation"))
    # The values are rounded as on the page, so that a value which is shown as equal to the limit passes.
    off = None if lufs is None else round(lufs, 1) - target.lufs
    high = None if peak is None else round(peak, 1) - target.ceiling_dbtp
    dc = max(abs(found["dc_l"]), abs(found["dc_r"]))
    return [
        Rule("Integrated loudness", _text(lufs, ".1f", "LUFS"), f"{target.lufs:g} ± {target.tolerance_lu:g} LUFS",
             None if off is None else abs(off) <= target.tolerance_lu + 1e-9,
             "" if off is None else f"{'lower' if off > 0 else 'raise'} by {abs(off):.1f} dB: burnish render --target-lufs {target.lufs:g}"),
        Rule("True peak", _text(peak, ".1f", "dBTP"), f"≤ {target.ceiling_dbtp:g} dBTP",
             None if high is None else high <= 1e-9,
             "" if high is None else f"{high:.1f} dB too high: set limiter.ceiling_dbtp={target.ceiling_dbtp:g}"),
        Rule("Clipped samples", str(found["clips"]), "0", found["clips"] == 0, "look for the stage that clips"),
        Rule("DC offset", f"{100 * dc:.3f} %", f"≤ {100 * MOST_DC:g} %", dc <= MOST_DC, "set output.dc_filter=on"),
        Rule("Mono compatibility", _text(correlation, "+.2f", "correlation"), f"≥ {LEAST_CORRELATION:g}",
             None if correlation is None else correlation >= LEAST_CORRELATION, "check the polarity of the channels"),
    ]  # fmt: skip


def _text(value: float | None, form: str, unit: str) -> str:
    return "not measurable" if value is None else f"{value:{form}} {unit}".replace("-", "−")
