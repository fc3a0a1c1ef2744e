"""The file of the run log: lines are only appended, it stays valid after every failure, and files in the old format can be
read."""

import json

import numpy as np
import pytest

from firmware.engine import read_run_log
from firmware.settings.run_log import RunLog
from tests.support.rig import Rig, music

START = {"format": "burnish-run", "schema": 2, "rate_hz": 48000, "start": {"input.trim_db": 1.0}}
EVENT = {"frame": 480, "kind": "settings", "values": {"input.trim_db": 2.0}}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.json"


def test_appended_lines_are_read(path):
    log = RunLog(path)
    log.begin(START)
    assert read_run_log(path) == START | {"events": []}
    log.append([EVENT], {"frames": 960, "place": 1})
    log.append([EVENT | {"frame": 900}], {"frames": 1920, "place": 2})
    assert read_run_log(path) == START | {"events": [EVENT, EVENT | {"frame": 900}], "frames": 1920, "place": 2}


def test_a_file_of_the_first_version_is_read(path):
    old = {"format": "burnish-session", "schema": 1, "rate_hz": 48000, "start": {}, "events": [EVENT], "frames": 960}
    path.write_text(json.dumps(old, indent=1))
    assert read_run_log(path) == old
    path.write_text(json.dumps(old))
    assert read_run_log(path) == old


def test_complete_lines_of_a_truncated_file_are_read_and_the_log_continues_after_the_last_state(path):
    log = RunLog(path)
    log.begin(START)
    log.append([EVENT], {"place": 1})
    one = path.stat().st_size
    log.append([EVENT, EVENT], {"place": 3})
    whole = path.read_bytes()
    for size in range(one, len(whole)):
        path.write_bytes(whole[:size])
        assert read_run_log(path)["events"] in ([EVENT], [EVENT] * 2, [EVENT] * 3)
        again = RunLog(path)
        assert (again.resume()["events"], again.resume()["place"]) == ([EVENT], 1)
        again.append([EVENT, EVENT], {"place": 3})
        assert path.read_bytes() == whole


def test_a_write_that_fails_halfway_adds_nothing(path, monkeypatch):
    log = RunLog(path)
    log.begin(START)
    real = type(path).open

    def full(self, *args, **more):
        with real(self, *args, **more) as file:
            file.seek(0, 2)
            file.write(b'{"frame": 480, "ki')
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "open", full)
    with pytest.raises(OSError):
        log.append([EVENT], {"place": 1})
    monkeypatch.undo()
    log.append([EVENT], {"place": 1})
    assert read_run_log(path)["events"] == [EVENT]


def test_the_cost_of_an_event_does_not_depend_on_the_length_of_the_run(tmp_path, rng, monkeypatch):
    """The cost is counted in bytes that are written for one change, after 10 and after 2000 changes."""
    written = []
    append = RunLog.append

    def counted(log, events, state):
        before = log._size
        append(log, events, state)
        written.append(log._size - before)

    monkeypatch.setattr(RunLog, "append", counted)
    monkeypatch.setattr(RunLog, "begin", lambda log, start: (tmp_path / "run.json").write_bytes(b""))
    with Rig(tmp_path) as rig:
        rig.play(music(rng, 0.02))
        recorder = rig.process.recorder
        costs = {}
        for n in range(1, 2001):
            rig.store.set_many({"input.trim_db": 0.1 * (n % 100) - 5}, "test")
            version = rig.shared.settings.read()[0]
            rig.shared.events.append(np.array([480.0 * n, 0.0, version]))
            recorder.collect()
            recorder.save_news()
            costs[n] = written[-1]
        assert recorder.run["complete"] and len(recorder.run["events"]) >= 2000
    assert 0 < costs[2000] < costs[10] + 40  # frame and place have a few more digits


def test_after_a_full_run_directory_the_run_log_is_complete(tmp_path, rng, monkeypatch):
    real = RunLog.append

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunLog, "append", full)
    with Rig(tmp_path) as rig:
        rig.play(music(rng, 0.02))
        for n in range(1, 6):
            rig.store.set_many({"input.trim_db": float(n)}, "test")
            rig.shared.events.append(np.array([480.0 * n, 0.0, rig.shared.settings.read()[0]]))
            rig.process.recorder.collect()
            with pytest.raises(OSError):
                rig.process.recorder.save()
        monkeypatch.setattr(RunLog, "append", real)
        rig.process.recorder.save()
        assert read_run_log(tmp_path / "run.json")["events"] == rig.process.recorder.run["events"]
        assert len(rig.process.recorder.run["events"]) == 5
