"""`burnish match` beside Matchering: fourteen synthesised songs and, with CLIPS=folder, real music, damaged in two ways.

Each song is divided into halves; one is damaged, the other is the reference (`tests/support/match_benchmark.py`). Matchering runs as a
separate program in an environment of its own.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from host_cli.assistant import Wish, auto, finished_auto
from tests.support import match_document
from tests.support.match_benchmark import DAMAGES, RATE_HZ, Case, errors, recorded, synthesised
from tests.support.matched import levelled, matched, recording
from tests.support.paths import ROOT
from tests.support.plots import write_svg
from tests.support.songs import CHECKS, SONGS, song

pytestmark = pytest.mark.match

MATCHERING = Path(os.environ.get("MATCHERING", ROOT / "build" / "matchering")) / "bin" / "python"
#: What Matchering's own environment runs: mix, reference, output.
_SCRIPT = (
    "import sys, matchering; matchering.process(target=sys.argv[1], reference=sys.argv[2], "
    "results=[matchering.Result(sys.argv[3], subtype=sys.argv[4])])"
)
#: Length of the song whose CPU time is measured, in s, and runs of each program, of which the mean counts.
SONG_S, RUNS = 240, 2


@pytest.fixture(scope="module", autouse=True)
def matchering():
    """Matchering, or the reason why nothing is compared."""
    if (
        not MATCHERING.exists()
        or subprocess.run([MATCHERING, "-c", "import matchering"], capture_output=True).returncode
    ):
        pytest.skip(
            f"Matchering is not installed in {MATCHERING.parent.parent}: tools/bench_match_setup.sh installs it"
        )


def peer(case: Case, folder: Path) -> np.ndarray:
    """What Matchering makes of the mix."""
    paths = [str(folder / name) for name in ("mix.wav", "reference.wav", "out.wav")]
    for path, samples in zip(paths, (case.mix, case.reference), strict=False):
        soundfile.write(path, samples, RATE_HZ, "FLOAT")
    subprocess.run([MATCHERING, "-c", _SCRIPT, *paths, "FLOAT"], check=True, capture_output=True)
    return soundfile.read(paths[2], always_2d=True)[0]


CLIPS = sorted(Path(os.environ["CLIPS"]).glob("*.flac")) if os.environ.get("CLIPS") else []


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("source", [*SONGS, *CHECKS, *CLIPS], ids=lambda source: Path(source).stem)
def test_a_song_beside_matchering(source, damage, tmp_path, request):
    case = synthesised(source, damage) if isinstance(source, str) else recorded(source, damage)
    other = peer(case, tmp_path)
    made = {"damaged": case.mix, "peer": other, "own": matched(case)[1], "levelled peer": levelled(other, case),
            "levelled truth": levelled(case.truth, case)}  # fmt: skip
    found = {name: errors(samples, case).rounded() for name, samples in made.items()}
    damaged, own = found["damaged"], found["own"]
    line = match_document.row(case.name, damage, found)
    print(line)
    if request.config.getoption("--write-docs"):
        match_document.put(case.name, damage, line)
    worse = match_document.worse(match_document.cells_of(line))
    assert worse == match_document.WORSE.get((case.name, damage), []), "compare with Matchering"
    assert own["tone_db"] <= damaged["tone_db"], "the tone is worse than before"
    assert abs(own["reference_lu"]) <= 0.1
    assert own["true_peak_dbtp"] <= -1.0


def test_explanations_for_the_document(request):
    """What both commands say about some of the songs."""
    lines = ["| command | song | sentence |\n|---|---|---|\n"]
    for name, damage in (("rock", "dull and narrow"), ("orchestra", "thin and wide")):
        plan, _ = matched(synthesised(name, damage))
        lines += [f"| `burnish match` | {name}, {damage} | {sentence} |\n" for sentence in plan.sentences]
    for name, damage in (("metal", "dull and narrow"), ("hip-hop", "thin and wide")):
        mix, wish = recording(0.5 * synthesised(name, damage).mix), Wish()
        plan, _ = finished_auto(auto(mix, wish), mix, wish)
        lines += [
            f"| `burnish auto` | {name}, {damage} | {sentence} |\n" for sentence in (d.sentence for d in plan.ordered())
        ]
    assert len(lines) > 10
    if request.config.getoption("--write-docs"):
        match_document.tell("".join(lines))


def test_means_of_the_table(record, request):
    """What the table in the document says on average. It needs the rows that the tests before it wrote."""
    rows = match_document.rows()
    table = {name: np.abs([row[name] for row in rows.values()]) for name in match_document.COLUMNS}
    write_svg(request.config, "matching", lambda axes: _draw(axes, list(rows), table), (9, 4.4))
    checks = np.array([name in CHECKS for name, _ in rows])
    groups = (
        ("all cases of docs/ASSISTANT.md", checks | True),
        ("the four songs with which nothing was tuned", checks),
    )
    for group, chosen in groups:
        for name, unit in (("tone", "dB"), ("width", "dB"), ("PLR", "dB"), ("loudness", "LU")):
            other, own = (float(table[f"{name}: {program}"][chosen].mean()) for program in ("Matchering", "Burnish"))
            record("Assistant", f"{name} error of a match, mean of {group}, beside Matchering", own, unit,
                   target=f"≤ {other:.2f} {unit}", digits=2, tolerance=float("inf"))  # fmt: skip
            assert own <= other, (group, name)


def _draw(axes, keys, table) -> None:
    for offset, (label, colour) in enumerate(
        (("damaged", "#a9b2be"), ("Matchering", "#d9662b"), ("Burnish", "#2f6fb0"))
    ):
        axes.bar(np.arange(len(keys)) + 0.28 * (offset - 1), table[f"tone: {label}"], 0.28, label=label, color=colour)
    axes.set_xticks(range(len(keys)), [f"{name}, {damage}" for name, damage in keys], rotation=90, fontsize=6)
    axes.set_ylabel("tone error in dB")
    axes.legend()


def test_cpu_time_of_a_song_of_four_minutes(tmp_path, record):
    minute = song("pop", 60, RATE_HZ).T
    soundfile.write(tmp_path / "reference.wav", np.tile(minute, (SONG_S // 60, 1)), RATE_HZ, "PCM_24")
    soundfile.write(tmp_path / "mix.wav", np.tile(0.3 * minute[::-1], (SONG_S // 60, 1)), RATE_HZ, "PCM_24")
    mix, reference, out = (str(tmp_path / name) for name in ("mix.wav", "reference.wav", "out.wav"))
    burnish = [sys.executable, "-m", "host_cli", "--yes", "match", mix, "--reference", reference, "-o", str(tmp_path / "preset.toml"),
               "--render", out]  # fmt: skip
    commands = ([MATCHERING, "-c", _SCRIPT, mix, reference, out, "PCM_24"], burnish)
    times = [[_cpu_s(command) for command in commands] for _ in range(RUNS)]
    other, own = np.mean(times, axis=0)
    print(f"CPU time: Matchering {other:.1f} s, Burnish {own:.1f} s")
    record("Assistant", "CPU time of a match of a 4-minute song, rendered, as a part of Matchering's", own / other, "",
           target="≤ 1", digits=2, tolerance=float("inf"))  # fmt: skip
    assert own < other


def _cpu_s(command) -> float:
    """CPU time of a program with all its threads, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
