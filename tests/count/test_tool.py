"""How `tests/count` processes names, assembly, and its file of figures. No other machine is needed."""

import pytest

from . import cycles, figures, functions, imports


@pytest.mark.parametrize(
    "symbol, name",
    [
        ("__pyx_f_7dsp_ext_5delay_5Delay_run", "Delay.run"),
        ("__pyx_f_7dsp_ext_9true_peak_fine_16", "fine_16"),
        ("memcpy", "memcpy"),
    ],
)
def test_names_are_those_of_the_source(symbol, name):
    assert functions.plain_name(symbol) == name


@pytest.mark.parametrize(
    "line, apart",
    [
        ("str\tq0, [x5], #16", "str\tq0, [x5]\nadd x5, x5, #16"),
        ("ldr\tq0, [x5, #-16]!", "sub x5, x5, #16\nldr\tq0, [x5]"),
        ("ldp\tx29, x30, [sp], #64", "ldp\tx29, x30, [sp]\nadd sp, sp, #64"),
        ("ldr\tq0, [x5, #16]", "ldr\tq0, [x5, #16]"),
        ("fadd\tv0.4s, v1.4s, v2.4s", "fadd\tv0.4s, v1.4s, v2.4s"),
    ],
)
def test_changes_of_an_address_are_separate_instructions(line, apart):
    assert cycles.write_back_apart(line) == apart


def test_spectra_are_read_once_a_partition():
    """8192 taps in 32 partitions of 256: 1 KiB per frame for input and kernel."""
    assert cycles.streaming_s(8192, 1, 256) * cycles.MEMORY_BYTES_S == pytest.approx(1024)


def test_figures_are_read_from_their_file(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "PATH", tmp_path / "figures.toml")
    assert figures.read() == {"compiler": "", "per_frame": {}}
    figures.write("12.2.0", {"chain, LR4": 3524.71, "limiter": 1065.0})
    assert figures.read() == {"compiler": "12.2.0", "per_frame": {"chain, LR4": 3524.7, "limiter": 1065.0}}


def test_the_modules_that_the_cases_need_are_found_in_their_imports(tmp_path):
    package = tmp_path / "firmware/contract"
    package.mkdir(parents=True)
    (package / "params.py").write_text("import json\nfrom .errors import BurnishError\n")
    (package / "errors.py").write_text("")
    (package / "unused.py").write_text("")
    script = tmp_path / "cases.py"
    script.write_text("import numpy\nfrom firmware.contract import params\n")
    assert imports.needed(script, tmp_path) == [package / "errors.py", package / "params.py"]
    script.write_text("from firmware.contract import Param\n")
    with pytest.raises(ValueError, match="imports Param"):
        imports.needed(script, tmp_path)
