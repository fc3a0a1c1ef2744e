"""Everyday tasks, replayed on the simulated panel: what they need in actions, and that they have the result."""

import tomllib
from pathlib import Path

import pytest

from firmware.contract import BY_ID
from tests.support.panel_rig import PanelRig

DATA = tomllib.loads(Path(__file__).with_name("tasks.toml").read_text())
TASKS, MORE = DATA["task"], DATA["more"]
MOST_ON_AVERAGE, MOST = 4.0, 7


def replay(task, tmp_path) -> int:
    """Carry out a task and check its result. Returns the number of actions."""
    rig = PanelRig(tmp_path)
    try:
        rig.store.load_preset(rig.library.load("Neutral"), "link")
        for id, value in task.get("before", {}).items():
            rig.now_s += 5
            rig.store.set_many({id: value}, "link")
        rig.do(*task["actions"])
        for id, wanted in task["result"].items():
            value = rig.store.get(id)
            assert value == pytest.approx(BY_ID[id].check(wanted)), f"{id} is {BY_ID[id].format(value)}"
        assert rig.face.section == task.get("section", rig.face.section)
        assert rig.store.preset_name == task.get("preset", "Neutral")
        return rig.actions
    finally:
        rig.controls.close()


def test_everyday_tasks_need_four_actions_on_average_and_never_more_than_seven(tmp_path, record):
    counted = {}
    for number, task in enumerate(TASKS):
        counted[task["do"]] = replay(task, tmp_path / str(number))
    average, worst = sum(counted.values()) / len(counted), max(counted.values())
    print(*(f"{count}  {task}" for task, count in counted.items()), sep="\n")
    record("Front panel", "actions for an everyday task, average of 24 tasks", average, target="≤ 4")
    record("Front panel", "actions for an everyday task, most", worst, target="≤ 7", digits=0)
    assert average <= MOST_ON_AVERAGE
    assert worst <= MOST


@pytest.mark.parametrize("task", MORE, ids=lambda task: task["do"])
def test_other_tasks_need_seven_actions_at_most(task, tmp_path):
    assert replay(task, tmp_path) <= MOST
