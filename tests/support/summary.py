"""The first page of docs/MEASUREMENTS.md: the promises, the measured figures, and the promises that do not hold.

The page is computed from the rows of the document. `PROMISES` and `LIMITS` only name rows, by section and by a pattern for
the figure; the numbers come from the rows. Missed targets are found without naming: every row is checked against its own
target.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

HEADING = "Summary"


@dataclass(frozen=True)
class Row:
    """One row of the document."""

    section: str
    figure: str
    target: str
    measured: str


@dataclass(frozen=True)
class Promise:
    """A sentence for users, and the rows that prove it: patterns for the complete section name and for a part of the
    figure."""

    sentence: str
    section: str
    figure: str = ""

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that prove the promise."""
        return [row for row in rows if re.fullmatch(self.section, row.section) and re.search(self.figure, row.figure)]


#: What Burnish promises. A pattern that matches no row fails `tests/test_docs.py`.
PROMISES = (
    Promise("The same input and settings give the same bits on x86-64 and aarch64.", "Same bits"),
    Promise("True peaks stay below the ceiling, by the meter of ITU-R BS.1770-5.", "Limiter", "over the ceiling"),
    Promise("The limiter adds almost no distortion to tones (THD+N at 6 dB of gain reduction).", "Limiter", "THD"),
    Promise("Changing a setting makes no click (residue on a 200 Hz tone).", "Chain|EQ|Multiband|Stereo|Saturator|Limiter", "residue above 3 kHz"),
    Promise("No change of any setting or preset makes a click (residue above 8 kHz on three tones).", "Clicks", "every change"),
    Promise("EQ curves follow the analog curves, in linear phase.", "EQ", "linear phase.*analog curve"),
    Promise("EQ curves follow the analog curves, in minimum phase, up to 20 kHz.", "EQ", "minimum phase.*to 20 kHz"),
    Promise("The compressor agrees with a reference in double precision.", "Multiband", "float64 reference"),
    Promise("The bands of the compressor add up to its input.", "Multiband", "sum of"),
    Promise("A preset with a loudness target reaches it, with mixes of seven kinds.", "Loudness targets", "distance"),
    Promise("Loudness meters pass EBU Tech 3341.", "Meters: EBU Tech 3341"),
    Promise("Loudness range passes EBU Tech 3342.", "Meters: EBU Tech 3342"),
    Promise("The true-peak meter is within the tolerance of ITU-R BS.1770-5.", "True peak"),
    Promise("Damaged or random bytes on the serial link change nothing.", "Link", "random bytes|damaged lines|wrong values"),
    Promise("A preset survives a crash or a power cut while it is saved.", "Box", "neither the old nor the new"),
    Promise("If the audio process dies or hangs, the relays switch to hardware bypass.", "Box", "relay switches to bypass"),
    Promise("The whole chain uses only a small part of one Cortex-A72 core.", "Part of a Cortex-A72.*"),
    Promise("The most expensive block costs at most 20 % more than the mean block.", "Most expensive block.*"),
)  # fmt: skip

#: Known limits that no target covers: the largest of the numbers of these rows is shown, with its sign.
LIMITS = (
    Promise(
        "A meter with 32-fold oversampling, finer than BS.1770-5 asks for, reads more than the ceiling on hostile signals.",
        "Limiter", "over the ceiling, BS.1770 meter / ",
    ),
    Promise(
        "With the split `shelves`, a bass tone that fades in causes a residue above 3 kHz of more than -100 dBFS; with the other splits, it stays below.",
        "Chain", "split shelves:.*swells",
    ),
    Promise(
        "Changes of the EQ that make a tone up to 36 dB louder within 20 ms leave more than -100 dBFS above 8 kHz while the "
        "compressors and the limiter follow.",
        "Clicks", "known limit",
    ),
    Promise(
        "With the split `lr4`, a low band falls faster towards half the sampling rate than the analog filter. The difference is "
        "larger at high crossover frequencies and low sampling rates.",
        "Multiband", "LR4, slope of the low band",
    ),
    Promise(
        "With the split `shelves`, an inner band changes the gain by less than its meter shows: here by less than 18 dB.",
        "Multiband", "shelves, 310 Hz tone in a band",
    ),
)  # fmt: skip

_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e-?\d+)?"
_MEASURED = re.compile(rf"({_NUMBER}) ?(.*)")
#: The forms of a target: "≤ -100 dB", "chance: ≤ 2.1 dB", "within ±0.1 dB", "-23.0 ±0.1 LUFS", "0.0 +0.2/-0.4 dBTP", "0".
_BOUND = re.compile(rf"(?:\w+: )?([≤≥<>]) ?({_NUMBER}) ?(.*)")
_BAND = re.compile(rf"(?:within )?({_NUMBER})? ?(?:±(\d[\d.]*)|\+(\d[\d.]*)/-(\d[\d.]*)) ?(.*)")


def last_number(row: Row) -> float:
    """The last number of a measured value: 0.07 of "-0.01 / +0.07 dB"."""
    return float(_MEASURED.match(row.measured.split(" / ")[-1])[1])


def _margin(target: str, measured: str) -> float | None:
    value = _MEASURED.fullmatch(measured)
    if not value:
        return None
    number, unit = float(value[1]), value[2]
    if bound := _BOUND.fullmatch(target):
        limit, sign = float(bound[2]), -1 if bound[1] in "≥>" else 1
        return sign * (limit - number) / (abs(limit) or 1.0) if not unit or unit.startswith(bound[3]) else None
    if band := _BAND.fullmatch(target):
        over = number - float(band[1] or 0)
        return min(1 - over / float(band[2] or band[3]), 1 + over / float(band[2] or band[4]))
    return -abs(number) if target == "0" else None


def margins(row: Row) -> list[float]:
    """The distance of each number of a row from its bound, as a part of the bound. A negative margin is a missed target.

    Empty if the target states no bound that can be compared with the number.
    """
    pairs = zip(row.target.split(" / "), row.measured.split(" / "), strict=False)
    return [margin for pair in pairs if (margin := _margin(*pair)) is not None]


def misses(row: Row) -> bool:
    """Whether the row misses its target."""
    return min(margins(row), default=0.0) < 0


def _promised(promise: Promise, rows: list[Row]) -> str:
    proofs = promise.rows(rows)
    bounded = [row for row in proofs if margins(row)]
    if not bounded:
        shown = proofs[0] if proofs else Row("", "", "", "")
        return f"| {promise.sentence} | {shown.target} | {len(proofs)} figures | {'' if proofs else 'not measured'} |\n"
    worst = min(bounded, key=lambda row: min(margins(row)))
    missed = sum(map(misses, bounded))
    verdict = f"missed by {missed} of {len(bounded)}" if missed else f"yes, {len(bounded)} of {len(bounded)}"
    return f"| {promise.sentence} | {worst.target} | {worst.measured} | {verdict} |\n"


def _limit(limit: Promise, rows: list[Row]) -> str:
    worst = max(limit.rows(rows), key=last_number, default=None)
    return f"- {limit.sentence} Largest: {worst.measured.split(' / ')[-1]} ({worst.figure}).\n" if worst else ""


def summary(rows: list[Row]) -> str:
    """The summary as Markdown, from its heading to its end."""
    missed = [row for row in rows if misses(row)]
    parts = [
        f"\n## {HEADING}\n\n",
        "Each line of this table summarises a group of figures below. It shows the figure that is closest to its target, and how\n"
        "many figures of the group meet their targets.\n\n",
        "| promise | target | closest figure | kept? |\n|---|---|---|---|\n",
        *(_promised(promise, rows) for promise in PROMISES),
        "\n### Where a promise does not hold\n\n",
    ]
    if missed:
        parts.append("These figures miss their target:\n\n| where | figure | target | measured |\n|---|---|---|---|\n")
        parts += [f"| {row.section} | {row.figure} | {row.target} | {row.measured} |\n" for row in missed]
    else:
        parts.append("No figure misses its target.\n")
    limits = "".join(_limit(limit, rows) for limit in LIMITS)
    if limits:
        parts.append(f"\nThese limits are known, and no target covers them:\n\n{limits}")
    parts.append(
        "- No figure was measured on a Raspberry Pi. Load and instruction counts come from an emulated aarch64 and a model\n"
        "  of the processor's pipeline.\n"
    )
    return "".join(parts)
