"""Uses the laptop's tool over a USB cable that is pulled and plugged in again."""

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.box.parts import wait_until

#: Commands of every kind, with the status that each must end with.
COMMANDS = (
    ("ports", 0), ("get limiter.*", 0), ("set limiter.ceiling_dbtp=-1.5", 0), ("--yes preset load Warm", 0),
    ("preset list", 0), ("ab", 0), ("bypass on", 0), ("bypass off", 0), ("mute on", 0), ("mute off", 0),
    ("preset save Mine", 0), ("preset show Mine", 0), ("preset pull Mine -o /tmp", 0),
    ("preset backup /tmp/backup.tar.gz", 0), ("--yes preset delete Mine", 0),
    ("--yes preset restore /tmp/backup.tar.gz", 0), ("log", 0),
)  # fmt: skip
REPLUGS = int(os.environ.get("REPLUGS", 5))


def answers(tool) -> bool:
    return tool("info").status == 0


@pytest.mark.parametrize("words, status", COMMANDS, ids=[row[0] for row in COMMANDS])
def test_command(burnishd, tool, words, status):
    answer = tool(*words.split())
    assert answer.status == status, answer.err


def test_meters(burnishd, tool):
    answer = tool("--json", "meters", "--hz", "30", "--for", "5")
    numbers = [json.loads(line)["seq"] for line in answer.out.splitlines()]
    assert answer.status == 0, answer.err
    assert 140 <= len(numbers) <= 155
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_meters_continue_after_the_cable_was_pulled(burnishd, tool, cable):
    out = Path("/tmp/meters")
    lines = lambda: out.read_text().count("\n")  # noqa: E731
    with open(out, "w") as stream:
        meters = subprocess.Popen(tool.command("--json", "meters", "--hz", "20", "--for", "20"), stdout=stream,
                                  stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)  # fmt: skip
        assert wait_until(lambda: lines() > 10, 10) is not None
        cable.pull()
        time.sleep(2)
        assert tool("info").status == 3
        before = lines()
        cable.plug()
        assert wait_until(lambda: lines() > before + 3, 15) is not None
        assert answers(tool), "the port that the meters hold is shared"
        assert meters.wait(60) == 0


def test_command_right_after_each_replug(burnishd, tool, cable):
    for number in range(REPLUGS):
        cable.pull()
        time.sleep(0.05 * (number % 5))
        cable.plug()
        answer = tool("--json", "get", "limiter.ceiling_dbtp")
        assert answer.status == 0, answer.err


@pytest.mark.parametrize("after_s", [0.0, 0.04, 0.08])
def test_cable_pulled_during_a_backup(burnishd, tool, cable, after_s):
    timer = threading.Timer(after_s, cable.pull)
    timer.start()
    answer = tool("preset", "backup", f"/tmp/pulled-{after_s}.tar.gz")
    timer.join()
    time.sleep(0.2)
    cable.plug()
    assert answer.status in (0, 3, 6)
    assert answer.err.count("\n") == 0, answer.err


def test_host_that_does_not_read(burnishd, tool, cable):
    descriptor = os.open(cable.laptop, os.O_RDWR | os.O_NOCTTY)
    subprocess.run(["stty", "-F", cable.laptop, "raw", "-echo"], check=True)
    for _ in range(200):
        os.write(descriptor, b"get *\n")
    time.sleep(3)
    os.close(descriptor)
    time.sleep(0.5)
    assert answers(tool)


def test_noise(burnishd, tool, cable):
    descriptor = os.open(cable.laptop, os.O_RDWR | os.O_NOCTTY)
    for _ in range(20):
        os.write(descriptor, os.urandom(2000))
        time.sleep(0.02)
    os.close(descriptor)
    assert answers(tool)


def test_sound_was_not_affected(burnishd, tool):
    counters = tool.counters
    assert (counters["xruns"], counters["audio_starts"], counters["control_starts"]) == (0, 1, 1)


def test_box_ends_with_the_cable_in(burnishd):
    assert burnishd.stop() == 0
