"""Checks the aarch64 instructions per stereo frame: they are below their budgets, nearly equal in all blocks, and not above the
committed counts.

Run by `make count`. Counts repeat to 0.1 with the same compiler, so a difference of 1 % is a change of the code.
"""

import pytest

from dsp_ext.core.processor import partition_frames, rate_factor

from . import build, cycles, figures, machine
from .sysroot import CannotCount

pytestmark = pytest.mark.count

#: The allowed change of a committed count, up or down.
ALLOWED = 0.01
WORST_BLOCK = 1.2
#: Allowed difference for silence, with which a few branches take another path.
QUIET = 1.001
BUDGETS = {
    "convolution, 8192 taps": 400,
    "compressor, 4 bands, LR4": 300,
    "limiter": 1500,
    "K-weighting": 50,
}
#: Percent of a core, by cases. All modules are in circuit; EQ and compressor are linear.
CORE_BUDGETS = {
    "whole chain, 48 kHz, blocks of 128": ("chain, block 128", 48000, 12),
    "whole chain, 96 kHz, blocks of 256": ("chain, 96 kHz", 96000, 25),
}
SECTION = "Instructions per stereo frame on aarch64, at 48 kHz in blocks of 256 unless stated otherwise"
EVENNESS = "Most expensive block divided by mean block, in instructions of the cases above"


@pytest.fixture(scope="module")
def counts() -> list[machine.Count]:
    try:
        return machine.count()
    except CannotCount as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def music(counts) -> dict[str, machine.Count]:
    return {count.name: count for count in counts if count.sound == "music"}


@pytest.fixture
def known(request, record, music) -> dict[str, float]:
    """The committed counts; with --write-docs, the counts that were measured now."""
    if request.config.getoption("--write-docs"):
        figures.write(build.version(), {name: count.per_frame for name, count in music.items()})
    committed = figures.read()
    if committed["compiler"] != build.version():
        pytest.skip(
            f"counts are not compared: they were made by gcc {committed['compiler']}, here is {build.version()}"
        )
    return committed["per_frame"]


def test_no_count_has_changed(known, music, record):
    moved = []
    for name, count in music.items():
        budget = BUDGETS.get(name)
        record(SECTION, name, count.per_frame, digits=1, tolerance=ALLOWED * count.per_frame,
               target=f"≤ {budget}" if budget else "")  # fmt: skip
        was = known.get(name)
        if was is None or abs(count.per_frame / was - 1) > ALLOWED:
            moved.append(f"{name}: {count.per_frame:.1f} per frame, committed {was}")
    missing = known.keys() - music.keys()
    assert not moved and not missing, (
        "\n".join([*moved, *(f"{name}: committed, not counted" for name in missing)])
        + f"\nmore than {ALLOWED:.0%} away: if this is intended, run `make count WRITE=1` and commit the new figures"
    )


def test_budgets(music):
    over = {name: music[name].per_frame for name, budget in BUDGETS.items() if music[name].per_frame > budget}
    assert not over


def test_cost_is_evenly_distributed_over_blocks(known, music, record):
    """The most expensive block is compared with the mean block of the same case, or, if settings change or kernels are swapped,
    with that of the case without these changes."""
    uneven = []
    for name, count in music.items():
        steady, _, moving = name.partition(": ")
        ratio = count.worst_per_frame / music[steady].per_frame
        record(EVENNESS, f"{name}, relative to the mean block without the changes" if moving else name, ratio, tolerance=0.02,
               target="" if moving else f"≤ {WORST_BLOCK}")  # fmt: skip
        if not moving and ratio > WORST_BLOCK:
            uneven.append(f"{name}: {ratio:.3f}")
    assert not uneven, "\n".join(uneven)


def test_silence_and_denormals_cost_no_more_than_music(known, counts, music, record):
    ratios = {f"{count.name}, {count.sound}": count.per_frame / music[count.name].per_frame for count in counts
              if count.sound != "music"}  # fmt: skip
    dearest = max(ratios.values())
    record(
        SECTION,
        "most expensive case of silence or denormal numbers, relative to the same case with music",
        dearest,
        target=f"≤ {QUIET}",
        digits=4,
        tolerance=0.001,
    )
    assert dearest <= QUIET, {name: ratio for name, ratio in ratios.items() if ratio > QUIET}


def test_share_of_a_core(known, music, record):
    """The share is computed by the model in `cycles.py`, with its assumptions."""
    try:
        model = f"llvm-mca {cycles.version()}"
    except CannotCount as error:
        pytest.skip(str(error))
    over = {}
    for name, (case, rate_hz, budget) in CORE_BUDGETS.items():
        longer, partition = rate_factor(rate_hz), partition_frames(rate_hz)
        frame_s = cycles.per_frame(music[case]) / cycles.CLOCK_HZ
        frame_s += cycles.streaming_s(8192 * longer, 1, partition) + cycles.streaming_s(4096 * longer, 3, partition)
        record("Part of a Cortex-A72 at 1.5 GHz, by instructions and a model of the pipeline (tests/count/cycles.py)",
               f"{name}: model {model}, spectra of the convolvers read from main memory", 100 * frame_s * rate_hz, "%", target=f"≤ {budget} %",
               digits=1, tolerance=0.5)  # fmt: skip
        if 100 * frame_s * rate_hz > budget:
            over[name] = frame_s
    assert not over
