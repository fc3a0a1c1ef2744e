"""The declarations of the settings: the files that are generated from them, and the values that they accept."""

import subprocess
import sys

import pytest

from dsp_ext.settings import DESIGNED, ENGINE, LIMITER, Setting, Settings
from dsp_ext.settings.places import texts
from firmware.contract.params import TABLE
from tests.support.paths import ROOT


@pytest.mark.parametrize(("path", "text"), texts().items())
def test_the_places_in_c_are_those_of_the_declarations(path, text):
    assert (ROOT / "dsp_ext" / path).read_text() == text, "run `python -m dsp_ext.settings.places`, then `make build`"


def test_the_parameter_table_agrees_with_the_declarations():
    by_id = {param.id: param for param in TABLE}
    for id, setting in {**ENGINE, **DESIGNED}.items():
        param = by_id[id]
        fields = (param.unit, param.low, param.high, param.default, param.choices)
        assert fields == (setting.unit, setting.low, setting.high, setting.default, setting.choices), id


def test_importing_the_declarations_loads_no_large_library():
    """Shell completion imports the parameter table and must not wait for NumPy or compiled modules."""
    script = "import sys, dsp_ext.settings; print([m for m in sys.modules if m == 'numpy' or m.startswith('dsp_ext')])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    modules = set(eval(run.stdout))
    assert modules == {m for m in modules if m == "dsp_ext" or m.startswith("dsp_ext.settings")}


def test_a_choice_is_a_word_or_its_place():
    assert LIMITER.check("style", "punchy") == LIMITER.check("style", 1) == (3, 1.0)
    for value in ("loud", 3, 0.5, -1):
        with pytest.raises(ValueError, match="style must be one of transparent, punchy, aggressive, not"):
            LIMITER.check("style", value)


def test_two_settings_of_one_name_are_refused():
    with pytest.raises(ValueError, match="the same name"):
        Settings(*[Setting("gain_db", "dB", -12, 12, 0)] * 2)
