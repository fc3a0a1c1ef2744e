"""Detents: where knobs stop, for every parameter."""

import pytest

from firmware.contract import BY_ID, TABLE
from firmware.panel.layout import detent

NUMBERS = [param for param in TABLE if param.stored]


@pytest.mark.parametrize("param", NUMBERS, ids=lambda param: param.id)
def test_every_detent_is_allowed_and_the_whole_range_is_reached(param):
    value, seen = param.low, [param.low]
    while value < param.high:
        after = detent(param, value, 1)
        assert after > value and param.check(after) == after and round(after, param.decimals) == after
        value = after
        seen.append(value)
    assert value == param.high and len(seen) < 260
    for expected in reversed(seen[:-1]):
        value = detent(param, value, -1)
        assert value == pytest.approx(expected), "the way back has the same stops"


@pytest.mark.parametrize("param", NUMBERS, ids=lambda param: param.id)
def test_several_clicks_are_the_same_as_one_after_the_other(param):
    one = param.default
    for _ in range(5):
        one = detent(param, one, 1)
    assert detent(param, param.default, 5) == pytest.approx(one)


@pytest.mark.parametrize("param", NUMBERS, ids=lambda param: param.id)
def test_fine_moves_by_less_and_never_stands_still(param):
    middle = detent(param, param.low, 3)
    if middle < param.high:
        fine = detent(param, middle, 1, fine=True)
        assert middle < fine <= detent(param, middle, 1) + 1e-9


def _stops(param):
    value, found = param.low, set()
    while value < param.high:
        value = detent(param, value, 1)
        found.add(value)
    return found


def test_every_preferred_third_octave_is_reached_by_turning():
    stops = _stops(BY_ID["eq.b3.freq_hz"])
    assert {
        25,
        31.5,
        40,
        50,
        63,
        80,
        100,
        125,
        160,
        200,
        250,
        315,
        400,
        500,
        630,
        800,
        1000,
        1250,
        3150,
        6300,
        12500,
    } <= stops
