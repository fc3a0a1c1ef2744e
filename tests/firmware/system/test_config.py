"""burnish.toml: defaults, limits and refusals."""

import dataclasses
from pathlib import Path

import pytest

from firmware.__main__ import main
from firmware.system import board, config
from firmware.system.config import Config, ConfigError, load, parse
from firmware.system.options import LEAST_PERIODS, MOST_PERIODS

SHIPPED = Path(config.__file__).parents[1] / "data" / "burnish.toml"


def test_empty_configuration_is_all_defaults():
    assert parse("") == Config()


def test_shipped_file_is_current_and_changes_nothing(request):
    if request.config.getoption("--write-docs"):
        SHIPPED.write_text(config.default_text())
    assert SHIPPED.read_text() == config.default_text(), "run `make docs`"
    assert load(SHIPPED) == Config()


def test_every_option_of_the_shipped_file_is_accepted_without_its_comment_sign():
    text = "\n".join(
        line[1:] if line.startswith("#") and " = " in line else line for line in SHIPPED.read_text().splitlines()
    )
    assert text.count(" = ") == sum(len(dataclasses.fields(f.default_factory)) for f in dataclasses.fields(Config))
    assert parse(text) == Config()


def test_reads_options():
    read = parse('[audio]\nrate_hz = 48000\ncapture = "hw:CARD=PCH"\n[panel]\nrotate = true\n')
    assert (read.audio.rate_hz, read.audio.capture, read.panel.rotate) == (48000, "hw:CARD=PCH", True)
    assert read.link == Config().link


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[audio]\nrate = 48000", ["no option audio.rate, did you mean rate_hz?"]),
        ("[adio]", ["no section [adio], did you mean audio?"]),
        ("[zzz]", ["no section [zzz]", "audio, link, panel, midi, files"]),
        ("audio = 3", ["audio must be a section, not 3"]),
        ("[audio]\nrate_hz = 22050", ["audio.rate_hz cannot be 22050", "44100, 48000"]),
        ("[audio]\nrate_hz = 48000.0", ["audio.rate_hz cannot be 48000.0"]),
        ('[audio]\nrate_hz = "48 kHz"', ["audio.rate_hz cannot be '48 kHz'", "44100, 48000"]),
        ("[audio]\nperiods = 1", ["audio.periods cannot be 1: allowed is 3 to 16"]),
        ("[audio]\nperiods = true", ["audio.periods cannot be True: allowed is 3 to 16"]),
        ("[panel]\nrelay = 1", ["panel.relay cannot be 1: allowed is true or false"]),
        ("[files]\ndata = 3", ["files.data cannot be 3: allowed is text in quotes"]),
        ('[files]\ndata = "a\\nb"', ["files.data cannot be"]),
        ('[audio]\nhat = "hifibery"', ["audio.hat", "hifiberry_dacplusadcpro"]),
        ('[audio]\nhat = "pisound"', ["audio.hat", "pisound needs pins of the panel", "DISPLAY_CS (GPIO 8)"]),
        (
            '[audio]\nhat = "audioinjector_stereo"\nrate_hz = 192000',
            ["192000 with the HAT audioinjector_stereo", "96000"],
        ),
        ('[audio]\nhat = "hifibery"\n[panel]\nenabled = false', ["audio.hat", "did you mean hifiberry_dacplusadcpro?"]),
        ('[audio]\nhat = "pisound"\n[panel]\nenabled = false', ["DISPLAY_CS (GPIO 8)"]),
        ("[audio]\nperiods = 99\nrat = 1\n[link]\nbaud = 1", ["periods", "audio.rat,", "link.baud"]),
        ("a = [", ["not valid TOML"]),
        ("a = " + "[" * 30_000, ["deeply"]),
    ],
)
def test_refuses_in_one_sentence(text, parts):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    message = str(caught.value)
    assert message.startswith("burnish.toml") and "\n" not in message
    for part in parts:
        assert part in message


def test_a_hat_that_needs_panel_pins_is_allowed_without_the_panel():
    read = parse('[audio]\nhat = "pisound"\n[panel]\nenabled = false\ndisplay = false')
    assert read.audio.hat == "pisound" and read.panel.relay
    assert read.board().hat["pisound"].rates_hz == [48000, 96000, 192000]


def test_a_sound_card_without_hat_may_have_any_rate():
    text = '[audio]\nhat = "audioinjector_stereo"\nrate_hz = 192000\ncapture = "hw:1"\nplayback = "hw:1"'
    assert parse(text).audio.rate_hz == 192000


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="Is a directory"):
        load(tmp_path)
    (tmp_path / "b").write_bytes(b"\xff\xff")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "b")


def test_output_level_becomes_the_trim_of_the_hat():
    hat = board.load().hat["hifiberry_dacplusadcpro"]
    assert hat.mixer_at(config.AudioConfig().output_dbu)["Digital"] == "0.0dB"
    configured = config.parse("[audio]\noutput_dbu = 4\n")
    assert hat.mixer_at(configured.audio.output_dbu) == hat.mixer | {"Digital": "-20.0dB"}


def test_output_level_needs_a_hat_that_is_calibrated():
    text = '[audio]\nhat = "audioinjector_stereo"\nrate_hz = 48000\noutput_dbu = 4.0\n'
    with pytest.raises(config.ConfigError, match=r"audio.output_dbu cannot be set with the HAT audioinjector_stereo"):
        config.parse(text)


def test_the_configuration_that_burnishd_prints_is_the_shipped_one(capsys):
    assert main(["--print-config"]) == 0
    assert capsys.readouterr().out == SHIPPED.read_text()


def test_configuration_and_command_line_allow_the_same_periods(tmp_path, capfd):
    for periods, allowed in ((2, False), (3, True), (16, True), (17, False)):
        try:
            found = config.parse(f"[audio]\nperiods = {periods}").audio.periods == periods
        except config.ConfigError as refused:
            assert f"{LEAST_PERIODS} to {MOST_PERIODS}" in str(refused)
            found = False
        assert found == allowed
    assert main(["--sim", "--run-dir", str(tmp_path), "--periods", "17"]) == 2
    assert f"{LEAST_PERIODS} to {MOST_PERIODS}" in capfd.readouterr().err
