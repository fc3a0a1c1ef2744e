"""The cable is pulled during every command, at several moments. The command prints at most one sentence and ends with a suitable
status, and the next command works."""

import threading
import time

import pytest

from tests.box.parts import described, parts

from .test_link import COMMANDS

#: The moments after the start of the command, in virtual seconds. A command takes about 0.1 s.
MOMENTS_S = (0.0, 0.03, 0.08)
#: The allowed exit statuses: success, no box, no permission for a port that has just appeared, port in use, and connection lost.
STATUSES = (0, 3, 4, 5, 6)


@pytest.mark.parametrize("after_s", MOMENTS_S)
@pytest.mark.parametrize("words", [row[0] for row in COMMANDS])
def test_pulled(jig, burnishd, tool, cable, words, after_s):
    timer = threading.Timer(after_s, cable.pull)
    timer.start()
    answer = tool(*words.split())
    timer.join()
    time.sleep(0.2)
    cable.plug()
    assert answer.status in STATUSES, answer.err
    assert answer.err.count("\n") == 0, answer.err
    assert tool("info").status == 0


def test_sound_was_not_touched(burnishd, tool, jig, music, report):
    counters = tool.counters
    found = parts(jig.recording(), music)
    steady = found[-1]  # before it there is the start of the box
    report("cable pulled during every command", sound=described([steady]), log="",
           recovery=f"{len(COMMANDS)} commands, each at {len(MOMENTS_S)} moments: at most one sentence, and the next command works")  # fmt: skip
    assert (counters["xruns"], counters["audio_starts"], counters["control_starts"]) == (0, 1, 1)
    assert steady.kind == "music" and [part.kind for part in found].count("music") == 1
