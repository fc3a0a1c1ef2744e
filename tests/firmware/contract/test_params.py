"""The parameter table is complete and consistent, and its refusals are clear."""

import math

import pytest

from dsp_ext import Engine
from firmware.contract import params
from firmware.contract.params import BY_ID, TABLE, ParamError, find


def test_every_engine_parameter_reaches_a_setting_and_every_setting_has_a_parameter():
    assert {p.id for p in TABLE if p.target in (params.ENGINE, params.BOTH)} == set(Engine.SETTINGS)


@pytest.mark.parametrize("param", TABLE, ids=lambda p: p.id)
def test_row_is_consistent(param):
    assert len(BY_ID) == len(TABLE)
    assert param.low <= param.default <= param.high
    assert 0 < len(param.label) <= 12
    assert param.check(param.default) == param.default
    assert param.parse(param.format(param.default)) == param.default
    for detents in (-1, 1):
        moved = param.nudge(param.default, detents)
        assert param.low <= moved <= param.high
        assert moved != param.default or param.default in (param.low, param.high)


@pytest.mark.parametrize(
    ("id", "text", "value"),
    [
        ("limiter.ceiling_dbtp", "-1 dB", -1.0),
        ("limiter.ceiling_dbtp", "-1dBTP", -1.0),
        ("eq.b1.freq_hz", "1.2k", 1200.0),
        ("eq.b1.freq_hz", "1.2 kHz", 1200.0),
        ("eq.b1.type", "high-shelf", 2.0),
        ("chain.bypass", "on", 1.0),
    ],
)
def test_reads_what_people_type(id, text, value):
    assert find(id).parse(text) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.5, -13, True, "loud", "1 V", ""])
def test_refuses_with_the_allowed_range(value):
    with pytest.raises(ParamError, match=r"limiter.ceiling_dbtp cannot be .*: allowed is -12 to 0 dBTP"):
        find("limiter.ceiling_dbtp").check(value)


def test_unknown_parameter_names_the_nearest():
    with pytest.raises(ParamError, match=r"did you mean limiter.ceiling_dbtp"):
        find("limiter.ceilng_dbtp")
