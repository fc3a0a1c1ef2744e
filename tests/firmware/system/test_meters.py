"""Meter rows are merged without loss, for each reader independently."""

import numpy as np

from dsp_ext import Engine, Ring
from firmware.system.meters import NOTHING, MeterReader

NAMES = [name for name, _ in Engine.METERS]


class Feed:
    """A ring and its writer."""

    def __init__(self, rows=1024):
        self.ring = Ring(bytearray(Ring.bytes_for(rows, len(NAMES))), rows, len(NAMES))

    def write(self, **values):
        self.ring.append(np.array([values.get(name, 0.0) for name in NAMES]))


def test_before_the_first_row_it_is_silent():
    assert MeterReader(Feed().ring).read() == NOTHING
    assert NOTHING["out_tp_l_dbtp"] == -150.0 and NOTHING["gr_limiter_db"] == 0.0


def test_merges_by_maximum_minimum_and_last():
    feed = Feed()
    reader = MeterReader(feed.ring)
    feed.write(frame=480, out_peak_l_dbfs=-3, gr_limiter_db=-1, out_momentary_lufs=-20)
    feed.write(frame=960, out_peak_l_dbfs=-9, gr_limiter_db=-6, out_momentary_lufs=-18)
    feed.write(frame=1440, out_peak_l_dbfs=-6, gr_limiter_db=-2, out_momentary_lufs=-19)
    got = reader.read()
    assert (got["frame"], got["out_peak_l_dbfs"], got["gr_limiter_db"], got["out_momentary_lufs"]) == (
        1440,
        -3,
        -6,
        -19,
    )
    assert reader.read() == got  # no new row: the same values again
    feed.write(frame=1920, out_peak_l_dbfs=-30)
    assert reader.read()["out_peak_l_dbfs"] == -30


def test_changes_of_gain_merge_to_the_one_furthest_from_zero():
    feed = Feed()
    reader = MeterReader(feed.ring)
    for down, up in ((-1, 0.5), (-4, 2), (3, -1)):
        feed.write(eq_b1_db=down, eq_b8_db=up)
    got = reader.read()
    assert (got["eq_b1_db"], got["eq_b8_db"], got["eq_b2_db"]) == (-4, 2, 0)
    feed.write(eq_b1_db=-0.5)
    assert reader.read()["eq_b1_db"] == -0.5


def test_readers_are_independent_and_a_late_one_gets_the_remaining_rows():
    feed = Feed(rows=8)
    quick, slow = MeterReader(feed.ring), MeterReader(feed.ring)
    for i in range(100):
        feed.write(frame=i, out_peak_l_dbfs=-i)
        assert quick.read()["out_peak_l_dbfs"] == -i
    got = slow.read()
    assert got["frame"] == 99 and got["out_peak_l_dbfs"] == -93
    assert MeterReader(feed.ring).read()["frame"] == 99
