"""The box starts on the drivers of a Linux kernel, answers, and ends."""

import time


def test_box_starts_and_answers(burnishd, tool, note):
    answer = tool("info")
    assert answer.status == 0, answer.err
    note("burnish info", f"{answer.took_s:.2f}", "virtual s")
    assert burnishd.pid("audio") and burnishd.pid("control")


def test_box_ends_when_asked(burnishd, header, note):
    status = burnishd.stop()
    note("log", burnishd.log.replace("\n", " / "))
    assert status == 0
    time.sleep(0.1)
    assert not header.held
