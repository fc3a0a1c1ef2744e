"""The cable is pulled during every command, at several moments: one sentence, a fitting status, and the next command works."""

import threading
import time

import pytest

from .test_link import COMMANDS

#: The moments after the start of the command, in virtual seconds; a command takes some 0.1 s of them.
MOMENTS_S = (0.0, 0.03, 0.08)
#: Done, no box, connection lost, and what a command says about a preset that an earlier command has or has not saved.
STATUSES = (0, 3, 4, 5, 6)


@pytest.mark.parametrize("after_s", MOMENTS_S)
@pytest.mark.parametrize("words", [row[0] for row in COMMANDS])
def test_pulled(burnishd, tool, cable, words, after_s):
    timer = threading.Timer(after_s, cable.pull)
    timer.start()
    answer = tool(*words.split())
    timer.join()
    time.sleep(0.2)
    cable.plug()
    assert answer.status in STATUSES, answer.err
    assert answer.err.count("\n") == 0, answer.err
    assert tool("info").status == 0


def test_sound_was_not_touched(burnishd, tool):
    counters = tool.counters
    assert (counters["xruns"], counters["audio_starts"], counters["control_starts"]) == (0, 1, 1)
