"""Meters as text: bars, numbers that change only every half second, held maxima, grey when no meters arrive."""

import math

import pytest

from host_cli.terminal.text import MeterView, bar, count, one_line, table

FRAME = {
    "seq": 1,
    "in_peak_l_dbfs": -20.0, "in_peak_r_dbfs": -150.0, "out_peak_l_dbfs": -3.0, "out_peak_r_dbfs": 0.0,
    "out_tp_l_dbtp": -1.0, "out_tp_r_dbtp": -2.0, "out_momentary_lufs": -14.2, "out_short_lufs": -15.0,
    "out_integrated_lufs": -14.5, "out_lra_lu": 6.2, "gr_b1_db": -3.0, "gr_b2_db": 0.0, "gr_b3_db": 0.0, "gr_b4_db": -25.0,
    "gr_b5_db": -5.0,
    "gr_limiter_db": -1.5, "load_pct": 12.0, "xruns": 0,
}  # fmt: skip


def test_a_frame_in_eighty_columns():
    lines = MeterView(-14.0, colour=False, width=80).lines(FRAME, 0.0)
    assert all(len(line) <= 80 for line in lines)
    text = "\n".join(lines)
    assert " IN L  █████████████████████████████████████▍                    -20.0 dBFS" in text
    assert " IN R                                                                – dBFS" in text
    assert "OUT R  ████████████████████████████████████████████████████████    0.0 dBFS" in text
    assert " MB 1  ████████▍                                                  -3.0 dB" in text
    assert " MB 4  ████████████████████████████████████████████████████████  -25.0 dB" in text
    assert "M  -14.2   S  -15.0   I  -14.5 LUFS   LRA  6.2 LU   -0.5 LU to -14 LUFS" in text
    assert "TP hold   -1.0 dBTP   load 12 %   xruns 0" in text


def test_dynamic_bands_of_the_eq_are_listed_while_they_move():
    view = MeterView(None, colour=False)
    calm = view.lines({**FRAME, "eq_b2_db": 0.0, "eq_b5_db": -0.01}, 0.0)
    assert not any(line.startswith("   EQ") for line in calm)
    moved = view.lines({**FRAME, "eq_b2_db": -3.14, "eq_b8_db": 1.26}, 1.0)
    assert "   EQ  2: -3.1  8: +1.3 dB" in moved and len(moved) == len(calm)
    view.lines({**FRAME, "eq_b2_db": -6.0}, 1.1)
    assert "   EQ  2: -6.0 dB" in view.lines({**FRAME, "eq_b2_db": -1.0}, 1.6)


def test_numbers_change_every_half_second_and_show_the_extreme():
    view = MeterView(None, colour=False)
    view.lines(FRAME, 0.0)
    during = view.lines({**FRAME, "in_peak_l_dbfs": -6.0}, 0.2)
    assert "-20.0 dBFS" in "\n".join(during)
    after = view.lines({**FRAME, "in_peak_l_dbfs": -40.0}, 0.6)
    assert "-6.0 dBFS" in "\n".join(after) and "-20.0 dBFS" not in "\n".join(after)


def test_true_peak_is_held_and_red_above_full_scale():
    view = MeterView(None, colour=True)
    view.lines({**FRAME, "out_tp_l_dbtp": 0.3}, 0.0)
    lines = view.lines(FRAME, 1.0)
    assert any("TP hold    0.3 dBTP" in line and "\x1b[31m" in line for line in lines)


def test_missing_meters_are_reported_and_grey():
    lines = MeterView(None, colour=True).lines(FRAME, 0.0, stale=True)
    assert "no meters have arrived" in lines[0]
    assert all(line.startswith("\x1b[2m") for line in lines[1:])
    assert "\x1b[32m" not in "".join(lines)


def test_without_colour_there_are_no_escape_sequences():
    for stale in (False, True):
        assert "\x1b" not in "".join(MeterView(None, colour=False).lines(FRAME, 0.0, stale))


def test_an_empty_frame_can_be_drawn():
    assert MeterView(None, colour=False).lines({}, 0.0)
    assert "LUFS" in MeterView(None, colour=False).one_line({})


@pytest.mark.parametrize("part", [0, 0.5, 1, 2, -1, math.nan, math.inf])
def test_bars_have_their_width(part):
    assert len(bar(part, 10)) == 10


def test_eighths():
    assert bar(1 / 80, 10) == "▏" + " " * 9 and bar(0.5, 4) == "██  "


def test_names_cannot_contain_terminal_sequences():
    assert one_line("a\x1b[2Jb\nc\u202ed") == "a?[2Jb?c?d"
    assert "\x1b" not in table([("\x1b[31m", "x")])
    assert count(1, "preset") == "1 preset" and count(0, "preset") == "0 presets"
