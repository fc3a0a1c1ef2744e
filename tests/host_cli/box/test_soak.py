"""A soak, on a box whose counters are injected."""

import pytest

from host_cli.box import histogram_rows, watch


class Box:
    """A box that processes 1000 blocks of 96 frames a second at 20 to 30 % of the time, on a clock of its own."""

    def __init__(self):
        self.now_s = 0.0
        self.counted = {
            "frames": 5_000_000, "xruns": 2, "overloads": 0, "bad_blocks": 0, "host_stalls": 0, "clamps": 0, "audio_starts": 1,
            "control_starts": 1, "load_max_pct": 41.5, "load_histogram": [0, 900, 50_000, 10, 1, 0, 0, 0, 0, 0, 0],
        }  # fmt: skip
        self.then = {}

    def counters(self) -> dict:
        return self.counted | {"load_histogram": list(self.counted["load_histogram"])}

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.counted["frames"] += round(96_000 * seconds)
        self.counted["load_histogram"][2] += round(1000 * seconds)
        if change := self.then.pop(round(self.now_s), None):
            change()

    def watch(self, seconds: float, **options):
        return watch(self.counters, seconds, now=lambda: self.now_s, sleep=self.sleep, **options)


@pytest.fixture
def box():
    return Box()


def test_a_quiet_hour(box):
    report = box.watch(3600)
    assert report.good and report.grown == {} and report.seconds == 3600
    assert report.frames == 3600 * 96_000
    assert report.histogram == (0, 0, 3_600_000, 0, 0, 0, 0, 0, 0, 0, 0)
    assert report.worst_margin_pct == 70  # the load of 41.5 % was before


def test_xruns_and_the_worst_block_are_reported(box):
    def fault():
        box.counted["xruns"] += 2
        box.counted["load_max_pct"] = 97.25
        box.counted["load_histogram"][9] += 1

    box.then[30] = fault
    report = box.watch(60)
    assert not report.good and report.grown == {"xruns": 2}
    assert report.worst_margin_pct == pytest.approx(2.75)
    assert report.histogram[9] == 1


def test_ctrl_c_ends_it_with_a_report_of_the_time_until_then(box):
    def interrupt():
        raise KeyboardInterrupt

    box.then[20] = interrupt
    report = box.watch(3600)
    assert report.seconds == 19 and report.frames == 19 * 96_000


def test_progress(box):
    told = []
    box.watch(5, progress=lambda done_s, counters: told.append((done_s, counters["xruns"])))
    assert told == [(1, 2), (2, 2), (3, 2), (4, 2), (5, 2)]


def test_the_histogram_shows_a_single_block_among_millions(box):
    rows = histogram_rows((0, 5_000_000, 1, 0, 0, 0, 0, 0, 0, 0, 3))
    assert rows[1][:2] == ("10 to 20 %", "5000000") and len(rows[1][2]) == 40
    assert rows[2][2] != "" and rows[3][2] == "" and rows[-1][:2] == ("over 100 %", "3")
