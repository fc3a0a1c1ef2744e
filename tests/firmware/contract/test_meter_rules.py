"""The header of the stream contains the rules for merging meter frames. Headers of older boxes, without rules, are read too."""

import msgspec
import pytest

from dsp_ext import Engine
from firmware.contract import MeterFrame, merged, protocol, rules_of
from firmware.link.meter_stream import MeterStream
from host_cli.terminal.text import MeterView
from tests.support.fake_box import FakeBox


@pytest.mark.parametrize(
    ("name", "expected"),
    [("out_peak_l_dbfs", 300), ("gr_b1_db", -500), ("eq_b1_db", -500), ("out_momentary_lufs", 300)],
)
def test_merged_frames_keep_the_extremes(name, expected):
    """Uses the rules for boxes that do not send rules."""
    assert merged(rules_of([name])[0], -500, 300) == expected
    assert merged(rules_of(["eq_b8_db"])[0], 200, -100) == 200


@pytest.mark.parametrize("rule", ["last", "of a later version"])
def test_without_a_rule_that_is_known_the_newest_value_counts(rule):
    assert merged(rule, 2, 1) == 1


def test_the_header_has_the_rule_of_every_column(tmp_path):
    box = FakeBox(tmp_path)
    header = MeterStream(box.meter_reader, box.counters, 30, 0).header
    rules = dict(zip(header.fast + header.slow, header.fast_merge + header.slow_merge, strict=True))
    for name, rule in Engine.METERS:
        assert rules[name] == rule
    assert rules["seq"] == rules["xruns"] == "last"


def test_a_header_of_an_older_box_is_read():
    sent = (
        b'{"hz":30.0,"slow_hz":2.0,"fast":["seq","out_tp_l_dbtp"],"fast_per_unit":[1,100],"slow":[],"slow_per_unit":[]}'
    )
    header = msgspec.json.decode(sent, type=protocol.Columns)
    assert rules_of(header.fast, header.fast_merge) == ["last", "max"]


def test_the_display_of_a_terminal_follows_the_rules_of_the_stream():
    """The stream contains a meter that this version of the tool does not know, with the rule "min"."""
    view = MeterView(None, colour=False)
    for now_s, value in ((0.0, 0.5), (0.1, -0.25), (0.2, 0.75), (0.6, 0.9)):
        view.lines(MeterFrame({"side_db": value}, {"side_db": "min"}), now_s)
    assert view.shown["side_db"] == -0.25
