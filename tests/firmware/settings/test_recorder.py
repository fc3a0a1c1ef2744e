"""A run and its repetition from the run log have the same bits."""

import json

import numpy as np
import pytest

from dsp_ext import Engine
from firmware.engine import designer, replay
from firmware.system.shared_memory import HISTORY_ROWS
from tests.support import rig as rigs
from tests.support.patience import wait_until
from tests.support.rig import PERIOD, RATE_HZ, Rig, music

EQ = {"eq.b2.enabled": True, "eq.b2.freq_hz": 120, "eq.b2.gain_db": 6, "eq.b2.q": 1.5}


def read(run_dir):
    return replay.read_run_log(run_dir / "run.json")


def settle(rig):
    """Wait until the designer has finished its kernels. It may still wait for the engine."""
    wait_until(lambda: not rig.process.designer.busy, "the end of the designer's work")


def test_without_changes_the_output_is_the_file_render(tmp_path, rng):
    words = music(rng)
    with Rig(tmp_path) as rig:
        rig.store.set_many(EQ | {"multiband.b1.ratio": 3, "multiband.b1.threshold_db": -40, "input.trim_db": 3}, "test")
        values = rig.store.snapshot()
    with Rig(tmp_path) as rig:  # the next start: values from the state file
        assert rig.store.snapshot() == values
        out = rig.play(words)
    engine = Engine(RATE_HZ, 4096)
    designer.begin(engine, values)
    block = np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)])
    engine.process_words(block)
    assert np.array_equal(out, block)
    assert np.abs(out[engine.latency :]).max() > 0
    session = read(tmp_path)
    assert session["events"] == [] and session["complete"] and session["start"] == values
    assert session["frames"] == len(out) and session["latency_frames"] == engine.latency


def change_while_playing(rig, changes):
    """An `on_read` that makes `changes` ({frame: values}) as the frames pass."""
    left = dict(changes)

    def on_read(frame):
        for at in [at for at in left if frame >= at]:
            rig.store.set_many(left.pop(at), "test")
            settle(rig)
        rig.tick()

    return on_read


CHANGES = {
    3000: {"limiter.gain_db": 12.0, "input.trim_db": -2.0},
    9000: EQ,
    9300: {"eq.b2.gain_db": -9.0},  # during the crossfade to the previous kernel
    20000: {"multiband.b2.ratio": 8.0, "multiband.b2.threshold_db": -50.0, "multiband.x1_hz": 300.0},
    30000: {"chain.bypass": True},
    36000: {"chain.bypass": False, "eq.enabled": False},
}


def test_a_run_with_changes_is_repeated_from_its_run_log(tmp_path, rng):
    words = music(rng)
    with Rig(tmp_path) as rig:
        out = rig.play(words, change_while_playing(rig, CHANGES))
    session = read(tmp_path)
    kinds = [event["kind"] for event in session["events"]]
    assert kinds.count("settings") == 4 and kinds.count("eq") >= 2 and kinds.count("crossover") == 1
    assert session["complete"]
    again = replay.replay(session, np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)]))
    assert np.array_equal(out, again)


def test_a_run_whose_width_is_applied_by_the_eq_and_then_by_the_stereo_processor_is_repeated(tmp_path, rng):
    wide = {"stereo.width_mid_pct": 150, "stereo.mono": True}
    changes = {3000: wide, 9000: {"stereo.mono_hz": 300}, 16000: {"eq.mode": "minimum"}, 17000: {"stereo.width_low_pct": 0},
               30000: {"eq.mode": "linear", "stereo.width_high_pct": 20}, 40000: {"stereo.enabled": False}}  # fmt: skip
    words = music(rng)
    with Rig(tmp_path) as rig:
        out = rig.play(words, change_while_playing(rig, changes))
    session = read(tmp_path)
    assert [event["kind"] for event in session["events"]].count("eq") >= 4 and session["complete"]
    again = replay.replay(session, np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)]))
    assert np.array_equal(out, again)


@pytest.mark.parametrize("rate_hz", [44100, 96000, 192000])
def test_a_run_with_changes_is_repeated_at_every_rate(rate_hz, tmp_path, rng, monkeypatch):
    monkeypatch.setattr(rigs, "RATE_HZ", rate_hz)
    words = music(rng, 48000 / rate_hz)
    with Rig(tmp_path) as rig:
        out = rig.play(words, change_while_playing(rig, CHANGES))
    session = read(tmp_path)
    assert session["rate_hz"] == rate_hz and session["complete"]
    assert [event["kind"] for event in session["events"]].count("settings") == 4
    again = replay.replay(session, np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)]))
    assert np.array_equal(out, again) and out.any()
    unchanged = replay.replay(session | {"events": []}, words)
    assert not np.array_equal(out[: len(words)], unchanged)


def test_changes_of_mode_and_latency_are_repeated_too(tmp_path, rng):
    words = music(rng)
    moving = {"eq.b2.gain_db": -3, "eq.b2.dynamic": True, "eq.b2.dyn_threshold_db": -40}
    changes = {3000: EQ | {"eq.mode": "minimum"}, 20000: moving, 26000: {"eq.b2.dynamic": False, "eq.mode": "linear"}}
    with Rig(tmp_path) as rig:
        out = rig.play(words, change_while_playing(rig, changes))
    session = read(tmp_path)
    assert [event["kind"] for event in session["events"]] == ["eq"] * 3 and session["complete"]
    padded = np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)])
    assert np.array_equal(out, replay.replay(session, padded))


def test_a_faded_start_is_repeated_too(tmp_path, rng):
    words = music(rng, 0.2)
    with Rig(tmp_path) as rig:
        out = rig.play(words, faded=True)
    session = read(tmp_path)
    assert session["events"] == [{"frame": 0, "kind": "fade", "values": {}}]
    padded = np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)])
    assert np.array_equal(out, replay.replay(session, padded))


def test_a_new_control_process_continues_the_run_log_and_the_values(tmp_path, rng):
    words = music(rng)
    with Rig(tmp_path) as first:
        early = change_while_playing(first, {at: values for at, values in CHANGES.items() if at < 24000})
        second = []

        def on_read(frame):
            if frame < 24000:
                return early(frame)
            if not second:
                # The first one is abandoned like a killed process: nothing is closed and nothing is saved again.
                second.append(Rig(tmp_path, first.shared))
                assert second[0].store.snapshot() == first.store.snapshot()
                second.append(change_while_playing(second[0], {at: v for at, v in CHANGES.items() if at > 24000}))
            second[1](frame)

        out = first.play(words, on_read)
        with second[0]:
            second[0].tick()
            assert second[0].process.recorder.run["complete"]
            session = second[0].process.recorder.run
    assert [e["frame"] for e in session["events"]] == sorted(e["frame"] for e in session["events"])
    padded = np.concatenate([words, np.zeros((len(out) - len(words), 2), np.int32)])
    assert np.array_equal(out, replay.replay(session, padded))


def test_a_run_log_that_misses_events_is_marked_as_incomplete(tmp_path, rng):
    with Rig(tmp_path) as rig:
        rig.play(music(rng, 0.02))
        for i in range(HISTORY_ROWS + 10):
            rig.store.set_many({"input.trim_db": 0.1 * (i % 100)}, "test")
        assert rig.process.recorder.run["complete"]
        rig.shared.events.append(np.array([960.0, 0.0, 2.0]))  # a version that the history no longer holds
        rig.tick()
        assert not rig.process.recorder.run["complete"]


@pytest.mark.parametrize("text", ["[]", "{}", json.dumps({"format": "burnish-session", "schema": 99}), "nonsense"])
def test_reads_only_run_logs(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError):
        replay.read_run_log(tmp_path / "x.json")


def test_from_the_store_to_the_sound(tmp_path, record):
    """A change of the input trim is complete one period and a ramp of 80 ms after it was made in the store, and begins
    immediately. All other settings have ramps of 20 ms; a step of the trim by 24 dB would click with these."""
    words = np.full((RATE_HZ, 2), 1 << 28, np.int32)
    asked = []
    with Rig(tmp_path) as rig:

        def on_read(frame):
            if frame >= RATE_HZ // 2 and not asked:
                asked.append(frame)  # the value changes while this period is being captured
                rig.store.set_many({"input.trim_db": -6.0}, "test")

        out = rig.play(words, on_read)[:, 0].astype(float)
        latency = rig.shared.counters["latency_frames"]
    settled = np.flatnonzero(out[: len(words) + latency - 1] != out[len(words) + latency - 1])[-1] + 1
    took_ms = (settled - latency - asked[0]) / RATE_HZ * 1000 + PERIOD / RATE_HZ * 1000
    record("Box", "time from `set` to the end of the longest ramp (input trim) at the output, period 2.7 ms, without the latency of the chain",
           took_ms, "ms", target="≤ 1 period + 85 ms", digits=1)  # fmt: skip
    assert 80 <= took_ms <= PERIOD / RATE_HZ * 1000 + 85
