"""Regular tasks of the control process: a failing one does not stop the others, is logged once, and is shown as an alarm."""

import logging

import pytest

from firmware.contract import protocol
from firmware.panel.drawing import PanelView
from firmware.panel.operation import PanelController
from firmware.settings.run_log import RunLog
from firmware.system.ticks import Ticks
from tests.support.rig import Rig, music


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), ValueError("a fault of the program")])
def test_a_failing_task_stops_no_other_and_is_logged_once(failure, caplog):
    ticks, done, broken = Ticks(), [], [True]

    def fail():
        if broken[0]:
            raise failure

    ticks.add("run log", fail)
    ticks.add("state file", lambda: done.append("state"))
    ticks.add("alarms", lambda: done.append("alarms"), every=2)
    with caplog.at_level(logging.INFO):
        for _ in range(4):
            ticks.run()
        assert done.count("state") == 4 and done.count("alarms") == 2
        assert list(ticks.failing) == ["run log"]
        assert [record.levelno for record in caplog.records] == [logging.ERROR]
        assert "the run log fails and is tried again" in caplog.text
        broken[0] = False
        ticks.run()
    assert not ticks.failing and "the run log works again" in caplog.text


def test_a_full_run_directory_is_an_alarm_and_the_box_continues(tmp_path, rng, monkeypatch, caplog):
    with Rig(tmp_path) as rig:
        rig.play(music(rng, 0.02))

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(RunLog, "append", full)
        process = rig.process
        for _ in range(100):
            process.ticks.run()
        assert list(process.ticks.failing) == ["run log"]
        assert caplog.text.count("the run log fails") == 1
        assert process.info()["failing"] == "run log: [Errno 28] No space left on device"
        view = PanelView(
            PanelController(rig.store, process.presets).face(),
            rig.store.snapshot(),
            tasks_failing=len(process.ticks.failing),
        )
        assert "FAULT" in view.warnings


def test_the_version_is_that_of_the_source_tree(tmp_path, monkeypatch):
    """Also if the distribution is not installed."""
    from importlib import metadata

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with Rig(tmp_path) as rig:
        assert rig.process.info()["version"] == protocol.VERSION
