"""The state after restarts and power cuts is the old one or the new one, and complete."""

import contextlib
import errno
import json
import os
import random
import threading
import time

import pytest

from firmware.contract import params
from firmware.settings import state_file
from firmware.settings.state_file import QUIET_S, RETRY_S, StateFile
from firmware.settings.store import Store
from firmware.system.shared_memory import SharedMemory
from firmware.system.ticks import Ticks
from tests.support import hostile_files


def tick(state):
    """One tick, after which no save is under way."""
    try:
        state.tick()
    finally:
        if state.saving:
            state._thread.join()


def keeper(path, shared=None, now=time.monotonic):
    store = Store()
    state = StateFile(store, shared or SharedMemory.create(48000), path, now)
    return store, state


def test_is_restored_from_the_file_after_a_power_cut_and_from_memory_after_a_crash(tmp_path):
    shared = SharedMemory.create(48000)
    store, state = keeper(tmp_path / "state.json", shared)
    assert state.restore() == "defaults"
    store.set_many({"limiter.gain_db": 3.0}, "test")
    state.save()
    store.set_many({"limiter.gain_db": 5.0}, "test")  # not saved
    again, state = keeper(tmp_path / "state.json", shared)
    assert state.restore() == "shared memory" and again.get("limiter.gain_db") == 5.0
    again, state = keeper(tmp_path / "state.json")
    assert state.restore() == "file" and again.get("limiter.gain_db") == 3.0


def test_the_file_is_written_some_time_after_the_last_change(tmp_path):
    now_s = [0.0]
    store, state = keeper(tmp_path / "state.json", now=lambda: now_s[0])
    state.restore()
    for i in range(20):
        store.set_many({"input.trim_db": float(i)}, "test")
        now_s[0] += QUIET_S / 2
        tick(state)
        assert not (tmp_path / "state.json").exists()
    now_s[0] += QUIET_S / 2
    tick(state)
    written = (tmp_path / "state.json").stat().st_mtime_ns
    now_s[0] += 100
    tick(state)  # nothing has changed, so nothing is written
    assert (tmp_path / "state.json").stat().st_mtime_ns == written


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"ab": "q"}', b"\xff\xfe", b'{"rev": 1, "ab": "a", "common": 3}']
)
def test_a_damaged_file_is_renamed(tmp_path, damage):
    (tmp_path / "state.json").write_bytes(damage)
    store, state = keeper(tmp_path / "state.json")
    assert state.restore() == "defaults"
    assert store.snapshot() == params.DEFAULTS
    (aside,) = tmp_path.glob("state.json.corrupt-*")
    assert aside.read_bytes() == damage


STATES = hostile_files.states(Store().dump())


@pytest.mark.parametrize("shape", STATES)
def test_with_an_unexpected_file_in_place_of_the_state_the_box_starts_with_defaults_and_can_save(
    tmp_path, shape, caplog
):
    path = tmp_path / "state.json"
    STATES[shape](path)
    store, state = keeper(path)
    with hostile_files.within_patience():
        assert state.restore() == "defaults"
        store.set_many({"limiter.gain_db": 3.0}, "test")
        state.save()
    assert store.get("limiter.gain_db") == 3.0 and "cannot be used" in caplog.text
    assert len(list(tmp_path.glob("state.json.corrupt-*"))) == 1
    again, state = keeper(path)
    assert state.restore() == "file" and again.get("limiter.gain_db") == 3.0


def test_an_unusable_file_on_a_read_only_card_is_ignored_and_renamed_when_the_card_can_be_written(
    tmp_path, monkeypatch, caplog
):
    path = tmp_path / "state.json"
    path.write_bytes(b"{")

    def refuse(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    store, state = keeper(path)
    with monkeypatch.context() as read_only:
        for name in ("rename", "replace"):
            read_only.setattr(os, name, refuse)
        read_only.setattr("firmware.contract.atomic.tempfile.mkstemp", refuse)
        assert state.restore() == "defaults"
        assert "Read-only" in caplog.text and "ignored" in caplog.text
    assert path.read_bytes() == b"{"
    store.set_many({"limiter.gain_db": 3.0}, "test")
    state.save()
    (aside,) = tmp_path.glob("state.json.corrupt-*")
    assert aside.read_bytes() == b"{" and keeper(path)[1].restore() == "file"


def test_a_save_that_fails_is_shown_and_tried_again_until_it_succeeds(tmp_path):
    now_s = [0.0]
    (tmp_path / "gone").mkdir()
    store, state = keeper(tmp_path / "gone" / "state.json", now=lambda: now_s[0])
    state.restore()
    (tmp_path / "gone").rmdir()
    ticks = Ticks()
    ticks.add("state file", lambda: tick(state))
    tries = 0
    for _ in range(round(60 / 0.05)):
        now_s[0] += 0.05
        due = now_s[0] >= state._due_s
        ticks.run()
        tries += due
        assert due or ("state file" in ticks.failing) == (now_s[0] >= QUIET_S)  # also between two attempts
    assert 60 / RETRY_S - 2 <= tries <= 60 / RETRY_S + 1  # a full card is not written to continuously
    (tmp_path / "gone").mkdir()
    now_s[0] += RETRY_S
    ticks.run()
    ticks.run()
    assert not ticks.failing and json.loads((tmp_path / "gone" / "state.json").read_bytes())["rev"] == store.rev


def test_an_orderly_stop_saves_changes_that_could_not_be_saved_before(tmp_path):
    (tmp_path / "gone").mkdir()
    store, state = keeper(tmp_path / "gone" / "state.json")
    state.restore()
    store.set_many({"input.trim_db": 1.0}, "test")
    (tmp_path / "gone").rmdir()
    with contextlib.suppress(OSError):
        state.save()
    (tmp_path / "gone").mkdir()
    state.save()
    again, state = keeper(tmp_path / "gone" / "state.json")
    assert state.restore() == "file" and again.get("input.trim_db") == 1.0


def test_a_change_during_a_save_is_saved_by_the_next(tmp_path, monkeypatch):
    store, state = keeper(tmp_path / "state.json")
    state.restore()
    real = state_file.write_atomic

    def turned_meanwhile(path, data):
        monkeypatch.setattr(state_file, "write_atomic", real)
        real(path, data)
        store.set_many({"input.trim_db": 2.0}, "test")

    monkeypatch.setattr(state_file, "write_atomic", turned_meanwhile)
    state.save()
    state.save()
    assert json.loads((tmp_path / "state.json").read_bytes())["slots"]["a"]["values"]["input.trim_db"] == 2.0


@contextlib.contextmanager
def frozen_disk(monkeypatch):
    """A disk on which a write waits until the test lets it go; yields the event that lets it go, and one that says that a write waits."""
    thawed, reached, real = threading.Event(), threading.Event(), state_file.write_atomic

    def wait(path, data):
        reached.set()
        assert thawed.wait(60)
        real(path, data)

    monkeypatch.setattr(state_file, "write_atomic", wait)
    try:
        yield thawed, reached
    finally:
        thawed.set()


def test_a_frozen_disk_delays_no_tick_is_shown_and_costs_no_change(tmp_path, monkeypatch):
    """An hour of ticks and changes, during which one write waits; the thread of the ticks never does."""
    now_s = [0.0]
    store, state = keeper(tmp_path / "state.json", now=lambda: now_s[0])
    state.restore()
    ticks, others = Ticks(), []
    ticks.add("state file", state.tick)
    ticks.add("meters", lambda: others.append(now_s[0]))
    with frozen_disk(monkeypatch) as (thawed, reached):
        for n in range(3600):
            now_s[0] += 1
            store.set_many({"input.trim_db": float(n % 24)}, "test") if n > 10 and n % 3 == 0 else None
            ticks.run()
        assert reached.is_set() and len(others) == 3600
        assert "does not respond" in ticks.failing["state file"]
        assert sum(thread.name == "state file" for thread in threading.enumerate()) == 1
        thawed.set()
        state._thread.join()
    assert state._changes != state._saved
    now_s[0] += QUIET_S
    tick(state)
    ticks.run()
    assert not ticks.failing
    again, state = keeper(tmp_path / "state.json")
    assert state.restore() == "file" and again.snapshot() == store.snapshot()


def test_an_orderly_stop_waits_for_a_frozen_disk_but_not_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(state_file, "LAST_SAVE_S", 0.2)
    store, state = keeper(tmp_path / "state.json")
    state.restore()
    store.set_many({"input.trim_db": 1.0}, "test")
    with frozen_disk(monkeypatch) as (thawed, _):
        with pytest.raises(OSError, match="not saved"):
            state.finish()
        thawed.set()
        state.finish()  # the write that waited has been done
    again, state = keeper(tmp_path / "state.json")
    assert state.restore() == "file" and again.get("input.trim_db") == 1.0


def test_a_restart_with_the_state_in_shared_memory_does_not_touch_the_disk(tmp_path, monkeypatch):
    shared = SharedMemory.create(48000)
    store, state = keeper(tmp_path / "state.json", shared)
    state.restore()
    store.set_many({"input.trim_db": 1.0}, "test")

    def frozen(*_):
        raise AssertionError("the disk was read")

    for name in ("read_regular", "remove_leftovers", "write_atomic"):
        monkeypatch.setattr(state_file, name, frozen)
    again, state = keeper(tmp_path / "state.json", shared)
    assert state.restore() == "shared memory" and again.get("input.trim_db") == 1.0


def test_after_a_thousand_kills_at_any_moment_of_a_save_the_state_is_complete(memory_path, rng):
    """Forked writers are killed after a random time. The file always contains one of the states that they wrote."""
    path = memory_path / "state.json"
    store, state = keeper(path)
    state.restore()
    state.save()
    kills = whole = changed = 0
    random_s = random.Random(int(rng.integers(1 << 30)))
    last = json.loads(path.read_bytes())["rev"]
    while kills < 1000:
        kills += 1
        saving, saves = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                while True:
                    store.set_many({"input.trim_db": float((store.rev + 1) % 24)}, "test")
                    state.save()
                    os.write(saves, b"!")
            finally:
                os._exit(0)
        os.read(saving, 1)  # even on a busy machine each writer has saved once before it is killed
        time.sleep(random_s.uniform(0, 0.004))
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(saving)
        os.close(saves)
        found = json.loads(path.read_bytes())
        trim_db = found["slots"]["a"]["values"]["input.trim_db"]
        whole += len(found["slots"]["a"]["values"]) > 50 and (found["rev"] == 1 or trim_db == float(found["rev"] % 24))
        changed += found["rev"] != last
        last = found["rev"]
    assert whole == kills and changed >= 100
    assert keeper(path)[1].restore() == "file"
    assert [entry.name for entry in memory_path.iterdir()] == [
        "state.json"
    ]  # temporary files of killed writers are removed
