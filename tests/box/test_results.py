"""What a recording contains, and the rows of docs/DRILLS.md. These tests need no guest."""

import numpy as np
import pytest

from tests.box import results
from tests.box.parts import described, noise, parts

ROW = results.Row(
    "audio process killed", "1000 frames silence", "held again after 414 ms", "it ended\nit ended\nit | began"
)


@pytest.fixture
def music(rng) -> np.ndarray:
    return noise(rng, 48000, 0.1)


def kinds(recording, music) -> list[tuple[str, int]]:
    return [(part.kind, part.frames) for part in parts(recording, music)]


def test_each_frame_of_a_recording_is_recognised(music):
    silence, faded = np.zeros((300, 2), np.int32), music[500:600] // 2
    recording = np.concatenate([music[100:400], silence, faded, music[800:]])
    assert kinds(recording, music) == [("music", 300), ("silence", 300), ("fade", 100), ("music", len(music) - 800)]
    assert (
        described(parts(recording, music))
        == "300 frames silence, 100 frames faded, then the same bits with the same latency"
    )


def test_music_that_repeats_is_one_part(music):
    assert kinds(np.concatenate([music[1000:], music, music[:50]]), music) == [("music", 2 * len(music) - 950)]


def test_a_lost_frame_a_changed_bit_and_a_repeated_frame_are_noticed(music):
    lost = np.delete(music, 700, axis=0)
    assert "-1 frames of latency" in described(parts(lost, music))
    repeated = np.insert(music, 700, music[699], axis=0)
    assert "+1 frames of latency" in described(parts(repeated, music))
    changed = music.copy()
    changed[700, 1] ^= 1
    assert kinds(changed, music) == [("music", 700), ("fade", 1), ("music", len(music) - 701)]


def test_a_row_survives_the_output_of_a_guest():
    assert results.split(f"..\n{results.line(ROW)}\n.. [100%]\n") == ([ROW], "..\n.. [100%]\n")


@pytest.fixture
def document(tmp_path, monkeypatch):
    path = tmp_path / "DRILLS.md"
    path.write_text("# Drills\n")
    monkeypatch.setattr(results, "PATH", path)
    results.write({ROW.drill: ROW})
    return path


def test_a_row_is_written_and_found_again(document):
    assert "it ended (2 times) / it ¦ began" in document.read_text()
    assert results.stale({ROW.drill: ROW}) == []
    other = results.Row("disk full", "unchanged", "saved")
    results.write({other.drill: other})
    assert document.read_text().startswith("# Drills\n") and list(results.read()) == [ROW.drill, other.drill]


@pytest.mark.parametrize(
    "change", [{"recovery": "held again after 700 ms"}, {"log": "nothing"}, {"sound": "unchanged"}]
)
def test_a_row_that_differs_is_stale(document, change):
    assert results.stale({ROW.drill: results.replace(ROW, **change)})


def test_small_differences_are_not_stale(document):
    assert not results.stale({ROW.drill: results.replace(ROW, recovery="held again after 430 ms")})


def test_a_drill_that_is_not_in_the_document_is_stale(document):
    assert results.stale({"disk full": results.Row("disk full", "unchanged", "saved")})
