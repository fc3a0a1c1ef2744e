"""Output, effects and exit statuses of the commands, run with a real server on a pseudo terminal."""

import json
import os
import subprocess
import sys

import pytest

from firmware.contract import protocol
from host_cli import errors
from host_cli.cli import SUBJECTS, cli
from tests.support.patience import PATIENCE_S

from .conftest import ROOT


def test_set_prints_before_and_after_with_units(burnish):
    assert burnish("set", "eq.b1.enabled=on")[0] == 0
    assert burnish("set", "eq.b1.gain_db=+1.5") == (0, "eq.b1.gain_db  0.0 dB → +1.5 dB\n", "")
    assert burnish("get", "eq.b1.gain_db") == (0, "+1.5 dB\n", "")
    status, out, _ = burnish("set", "eq.b1.gain_db=-2", "eq.b1.type=bell", "eq.b1.enabled=off", "eq.b2.freq_hz=1.2k")
    assert status == 0
    assert out.splitlines() == [
        "eq.b1.gain_db  +1.5 dB → -2.0 dB",
        "eq.b1.type     low_shelf → bell",
        "eq.b1.enabled  on → off",
        "eq.b2.freq_hz  90.0 Hz → 1200.0 Hz",
    ]


def test_set_is_all_or_nothing(burnish, fake):
    status, out, err = burnish("set", "eq.b1.gain_db=3", "limiter.ceiling_dbtp=5")
    assert (status, out) == (8, "")
    assert err == "burnish: limiter.ceiling_dbtp cannot be '5': allowed is -12 to 0 dBTP\n"
    assert fake.store.get("eq.b1.gain_db") == 0 and fake.store.rev == 0


def test_unknown_parameter_suggests(burnish):
    status, out, err = burnish("get", "limiter.celing_dbtp")
    assert (status, out) == (8, "")
    assert "did you mean limiter.ceiling_dbtp" in err


def test_if_rev_refuses_after_a_change_at_the_front_panel(burnish, fake):
    fake.store.set_many({"input.trim_db": -3.0}, "panel")
    status, _, err = burnish("set", "--if-rev", "0", "input.trim_db=1")
    assert status == 8 and "revision 1, not 0" in err
    assert fake.store.get("input.trim_db") == -3.0


def test_get_takes_sections_and_patterns(burnish):
    status, out, _ = burnish("get", "eq.b1", "multiband.x?_hz")
    assert status == 0 and len(out.splitlines()) == 17
    assert out.splitlines()[-1].split() == ["multiband.x4_hz", "12000", "Hz"]


def test_json_is_one_object_with_a_schema(burnish):
    for command, kind in [
        (["ports"], "ports"),
        (["info"], "info"),
        (["get", "eq.b1"], "get"),
        (["set", "eq.b1.q=1"], "set"),
        (["params", "eq.b1"], "params"),
        (["bypass", "on"], "bypass"),
        (["mute", "off"], "mute"),
        (["ab", "b"], "ab"),
        (["preset", "list"], "preset.list"),
        (["preset", "show", "Warm"], "preset.show"),
        (["preset", "load", "Warm"], "preset.load"),
        (["preset", "save", "Mine"], "preset.save"),
        (["--yes", "preset", "delete", "Mine"], "preset.delete"),
    ]:
        options = ["--json"]
        status, out, err = burnish(*options, *command)
        assert status == 0, (command, err)
        assert json.loads(out)["schema"] == f"burnish.{kind}/1" and out.count("\n") == 1


def test_with_json_an_error_is_an_object_too(burnish):
    status, out, err = burnish("--json", "set", "limiter.gain_db=99")
    found = json.loads(out)
    assert status == 8 and found["schema"] == "burnish.error/1" and err.endswith(f"{found['error']['message']}\n")
    assert found["error"]["status"] == 8 and found["error"]["name"] == "range"
    assert json.loads(burnish("get", "nothing.at_all", "--json")[1])["error"]["name"] == "unknown_path"
    assert json.loads(burnish("--json", "get")[1])["error"]["status"] == 2


def test_a_misspelled_folder_is_not_created(burnish, tmp_path):
    for arguments in (
        ["preset", "backup", tmp_path / "no-such-folder" / "all.tar.gz"],
        ["preset", "pull", "Warm", "-o", tmp_path / "no-such-folder"],
    ):
        status, _, err = burnish(*arguments)
        assert status == 1 and "there is no folder" in err and "mkdir -p" in err
    assert not (tmp_path / "no-such-folder").exists()


NASTY = "Evil\x1b[2J\x9b31m\u202e\x07"


def test_text_from_a_box_cannot_control_the_terminal(burnish, fake, monkeypatch):
    """Names, logs, errors and raw results contain sequences that clear the screen, change colours or reverse text."""
    from firmware.link.logbook import Logbook

    def refuse(name):
        raise protocol.BoxError(f"cannot load {NASTY}", name="not_found", data={"preset": NASTY})

    monkeypatch.setattr(fake.presets, "load", refuse)
    monkeypatch.setattr(Logbook, "since", lambda self, first: ([f"line {NASTY}"] * (first == 0), 1))
    monkeypatch.setattr(fake, "info", lambda: {"serial": "TEST0001", "version": "1", "name": NASTY, "rate_hz": 48000})
    for arguments in (
        ["preset", "load", "Warm"],
        ["log"],
        ["info"],
        ["raw", "info"],
        ["raw", "preset.load", '{"name": "x"}'],
    ):
        for form in ((), ("--json",)):
            status, out, err = burnish(*form, *arguments)
            assert "Evil" in out + err, (arguments, status, out, err)
            assert not {c for c in out + err if not c.isprintable()} - {"\n"}, (arguments, out, err)
    assert json.loads(burnish("raw", "info")[1])["info"]["name"] == NASTY


def test_json_and_yes_may_come_last(burnish, fake):
    assert json.loads(burnish("get", "eq.b1.gain_db", "--json")[1])["schema"] == "burnish.get/1"
    assert burnish("preset", "save", "Mine")[0] == 0
    assert burnish("preset", "save", "Mine")[0] == 2
    assert burnish("preset", "save", "Mine", "-y")[0] == 0
    assert json.loads(burnish("preset", "delete", "Mine", "--yes", "--json")[1])["name"] == "Mine"


def test_a_closed_output_pipe_is_not_a_failure(process_at, tty):
    run = process_at(tty, "meters", "--json", "--for", "20")
    assert json.loads(run.stdout.readline())["schema"] == "burnish.meters/1"
    run.stdout.close()
    assert run.wait(PATIENCE_S) == 0
    assert run.stderr.read() == ""


def test_info_names_box_port_and_state(burnish, tty):
    status, out, _ = burnish("info")
    assert status == 0
    assert f"Burnish {protocol.VERSION}, serial TEST0001" in out and tty in out and "latency_frames" in out


def test_bypass_mute_and_ab_toggle(burnish, fake):
    assert burnish("bypass")[1] == "bypass on\n"
    assert fake.store.get("chain.bypass") == 1
    assert burnish("bypass")[1] == "bypass off\n"
    assert burnish("mute", "on")[1] == "mute on\n"
    burnish("set", "eq.b1.gain_db=2")
    assert burnish("ab")[1] == "buffer B is selected\n"
    assert fake.store.get("eq.b1.gain_db") == 0
    assert burnish("ab", "copy", "a", "b")[1] == "copied buffer A to B; buffer B is selected\n"
    assert fake.store.get("eq.b1.gain_db") == 2


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (["get"], 2, "Missing argument"),
        (["gte", "x"], 2, "gte"),
        (["set", "eq.b1.gain_db"], 2, "write eq.b1.gain_db=VALUE"),
        (["ab", "copy", "a", "a"], 2, "two different"),
        (["meters", "--for", "soon"], 2, "write 30s"),
        (["preset", "load", "Lout"], 8, "did you mean Loud"),
        (["preset", "delete", "Loud"], 2, "--yes"),
        (["--yes", "preset", "delete", "Loud"], 8, "factory preset"),
        (["preset", "save", "Loud"], 8, "factory preset"),
        (["preset", "push", "no-such.toml"], 1, "cannot read no-such.toml: No such file"),
        (["--device", "/dev/no-such-port", "info"], 3, "burnish ports"),
        (["--device", "SN12345", "info"], 3, "burnish ports"),
        (["--device", __file__, "info"], 3, "not a serial port"),
    ],
)
def test_failures_print_one_sentence_and_end_with_a_status(burnish, arguments, status, part):
    got, out, err = burnish(*arguments)
    assert (got, out) == (status, ""), err
    assert part in err and err.startswith("burnish: ") and err.count("\n") == 1 and "Traceback" not in err


def test_a_second_program_reports_that_the_port_is_in_use(box, process):
    run = process("info")
    assert run.returncode == errors.BUSY
    assert "is in use by" in run.stderr and run.stderr.count("\n") == 1


def test_presets_are_unchanged_after_pull_and_push(burnish, fake, tmp_path):
    burnish("set", "eq.b3.gain_db=-2.5", "eq.b3.enabled=on")
    assert burnish("preset", "save", "Mine")[0] == 0
    assert burnish("preset", "pull", "Mine", "-o", tmp_path / "got")[0] == 1  # there is no such folder
    (tmp_path / "got").mkdir()
    status, _, err = burnish("preset", "pull", "Mine", "-o", tmp_path / "got")
    assert status == 0 and "mine.toml" in err
    assert burnish("preset", "pull", "Mine", "-o", tmp_path / "got")[2].endswith("(up to date)\n")
    file = tmp_path / "got" / "mine.toml"
    assert burnish("--yes", "preset", "delete", "Mine")[0] == 0
    assert burnish("preset", "push", file)[0] == 0
    assert "up to date" in burnish("preset", "push", file)[2]
    assert burnish("preset", "load", "Neutral")[1] == "Mine → Neutral\n"
    assert burnish("preset", "push", "--load", file)[1] == "Neutral → Mine\n"
    assert fake.store.get("eq.b3.gain_db") == -2.5 and fake.store.preset_name == "Mine"


def test_push_asks_before_it_replaces(burnish, fake, tmp_path):
    burnish("preset", "save", "Mine")
    file = tmp_path / "mine.toml"
    file.write_text(
        'format = "burnish-preset"\nschema = 1\nmin_reader = 1\n[meta]\nname = "Mine"\n[limiter]\ngain_db = 3\n'
    )
    assert burnish("preset", "push", file)[0] == 2
    assert fake.presets.load("Mine").values["limiter.gain_db"] == 0
    assert burnish("--yes", "preset", "push", file)[0] == 0
    assert fake.presets.load("Mine").values["limiter.gain_db"] == 3


def test_a_bad_preset_never_reaches_the_box(burnish, fake, tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text(
        'format = "burnish-preset"\nschema = 1\nmin_reader = 1\n[meta]\nname = "Bad"\n[limiter]\ngain_db = 99\n'
    )
    status, _, err = burnish("preset", "push", file)
    assert status == 8 and "limiter.gain_db cannot be 99" in err and "-12 to 24 dB" in err
    assert len(fake.presets.list()) == 3


def test_meters_as_json_lines(burnish, fake):
    fake.play(0.2)
    status, out, _ = burnish("meters", "--json", "--for", "0.5s")
    frames = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and len(frames) >= 5
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert {"in_peak_l_dbfs", "out_short_lufs", "gr_limiter_db", "xruns", "load_pct"} <= frames[-1].keys()


def test_meters_without_a_terminal_are_lines(burnish):
    status, out, _ = burnish("meters", "--for", "0.3")
    assert status == 0 and "LUFS" in out and "\x1b" not in out


def test_spectrum_of_input_and_output(burnish, fake):
    fake.play(4)
    status, out, _ = burnish("--json", "spectrum")
    found = json.loads(out)
    assert status == 0 and found["schema"] == "burnish.spectrum/1"
    assert len(found["hz"]) == len(found["input"]) == len(found["output"]) == 96
    assert found["hz"][0] == pytest.approx(20) and found["hz"][-1] == pytest.approx(20000)
    loudest = max(range(96), key=found["input"].__getitem__)
    assert found["hz"][loudest] == pytest.approx(1000, rel=0.04)
    assert found["input"][loudest] == pytest.approx(-20, abs=0.5)
    status, out, _ = burnish("spectrum")
    assert status == 0 and len(out.splitlines()) == 1 + 32


def test_curves_of_sections(burnish, fake):
    fake.store.set_many({"eq.b5.enabled": True, "eq.b5.gain_db": 6.0, "eq.b5.q": 2.0, "multiband.b1.ratio": 2.0,
                         "multiband.b1.threshold_db": -40.0, "multiband.b1.knee_db": 0.0}, "panel")  # fmt: skip
    status, out, _ = burnish("--json", "curve", "eq", "--points", "200")
    found = json.loads(out)
    assert status == 0 and found["schema"] == "burnish.curve/1" and len(found["hz"]) == len(found["db"]) == 200
    top = max(range(200), key=found["db"].__getitem__)
    assert found["hz"][top] == pytest.approx(1000, rel=0.04) and found["db"][top] == pytest.approx(6, abs=0.1)
    assert [band["index"] for band in found["bands"]] == [5] and found["bands"][0]["db"] == found["db"]
    status, out, _ = burnish("curve", "multiband", "--points", "9")
    assert status == 0 and "0.0 dB" in out and "-20.00" in out  # 40 dB above the threshold at ratio 2
    status, out, _ = burnish("curve", "limiter", "--points", "9")
    assert status == 0 and out.splitlines()[-1].split() == ["0.0", "dB", "-1.00"]
    status, _, err = burnish("curve", "nope")
    assert status == 2 and "eq" in err


def test_spectrum_shows_no_change_in_bypass(burnish, fake):
    """Also while the level changes all the time, and with a chain that delays by more than 100 ms."""
    fake._engine.set("chain.bypass", 1.0)
    for level_dbfs in range(-60, -10, 2):
        fake.play(0.15, level_dbfs)
    found = json.loads(burnish("--json", "spectrum")[1])
    assert max(found["input"]) > -40 and set(found["change"]) == {0.0}
    assert {line.split()[-1] for line in burnish("spectrum")[1].splitlines()[1:]} == {"0"}


def test_meters_as_csv(burnish, fake):
    status, out, _ = burnish("meters", "--csv", "--for", "0.5s")
    rows = [line.split(",") for line in out.splitlines()]
    assert status == 0 and len(rows) > 2
    assert rows[0][0] == "seq" and "out_short_lufs" in rows[0] and {len(row) for row in rows} == {len(rows[0])}
    assert all(float(value) is not None for value in rows[1])
    assert burnish("meters", "--csv", "--json")[0] == 2


def test_meters_stop_when_the_input_becomes_silent(monkeypatch):
    from host_cli.commands.box import meters

    monkeypatch.setattr(meters, "SILENCE_S", 0.1)
    levels = [-150] * 5 + [-20] * 5 + [-150] * 2 + [-30] + [-150] * 9
    frames = [{"in_peak_l_dbfs": level, "in_peak_r_dbfs": -150} for level in levels]
    assert len(list(meters._until_silence([*frames[:3], None, *frames[3:]], 30))) == 1 + 5 + 5 + 2 + 1 + 3


def test_doctor_reports_faults(burnish, fake):
    status, out, err = burnish("doctor")
    assert (status, err) == (0, ""), out
    assert "round trip" in out and "serial TEST0001" in out and "!!" not in out
    fake.xruns = 3
    status, out, _ = burnish("--json", "doctor")
    faults = next(check for check in json.loads(out)["checks"] if check["check"] == "faults")
    assert status == 1 and faults == {"check": "faults", "ok": False, "finding": "xruns 3"}
    status, out, _ = burnish("--device", "/dev/no-such-port", "doctor")
    assert status == 3 and "!!" in out and "burnish ports" in out


def test_soak_reports_what_was_counted(burnish, fake):
    status, out, err = burnish("doctor", "--soak", "0.2s")
    assert (status, err) == (0, "") and "no fault was counted" in out and "worst margin" in out
    status, out, _ = burnish("--json", "doctor", "--soak", "0.2s")
    assert status == 0 and json.loads(out)["soak"]["grown"] == {}
    assert burnish("doctor", "--soak", "soon")[0] == 2


def test_a_preset_is_edited_in_the_users_editor(burnish, fake, tmp_path, monkeypatch):
    def editor(script):
        file = tmp_path / "editor"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("VISUAL", str(file))

    burnish("preset", "save", "Mine")
    editor(r"""sed -i 's/^gain_db = 0.0$/gain_db = 2.5/' "$1"; sleep 0.01""")
    status, out, err = burnish("preset", "edit", "Mine")
    assert status == 0 and out.startswith("saved Mine"), err
    assert fake.presets.load("Mine").values["limiter.gain_db"] == 2.5
    editor("true")
    assert "nothing changed" in burnish("preset", "edit", "Mine")[2]
    editor(r"""sed -i 's/^gain_db = 2.5$/gain_db = 99/' "$1"; sleep 0.01""")
    status, _, err = burnish("preset", "edit", "Mine")
    assert status == 2 and "allowed is" in err
    assert fake.presets.load("Mine").values["limiter.gain_db"] == 2.5


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("get limiter.ce", "limiter.ceiling_dbtp"),
        ("set eq.b1.type=lo", "eq.b1.type=low_shelf"),
        ("set limiter.enabled=o", "limiter.enabled=on"),
        ("preset lo", "load"),
        ("preset load Wa", "Warm"),
        ("raw preset.l", "preset.list"),
    ],
)
def test_completion(burnish, process, typed, offered):
    burnish("preset", "list")  # fills the name cache
    words = f"burnish {typed}"
    run = process(env={**os.environ, "_BURNISH_COMPLETE": "bash_complete", "COMP_WORDS": words,
                       "COMP_CWORD": str(len(words.split()) - 1)})  # fmt: skip
    assert f"plain,{offered}" in run.stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(burnish, shell, monkeypatch):
    monkeypatch.setattr("click.shell_completion.BashComplete._check_version", staticmethod(lambda: None))
    status, out, _ = burnish("completion", shell)
    assert status == 0 and "_BURNISH_COMPLETE" in out


def test_help_lists_the_exit_statuses(burnish):
    _, out, _ = burnish("--help")
    for status, meaning in errors.MEANINGS.items():
        assert f"{status}  {meaning}" in out


def test_completion_imports_no_large_library():
    """Completion and --version must not wait for NumPy or for the library of the serial port."""
    heavy = "{'numpy', 'soundfile', 'serial', 'textual', 'matplotlib', 'dsp_ext.engine', 'dsp_ext.core'}"
    code = f"import sys; from host_cli import commands; commands.register(); print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout == "[]\n"


def test_the_box_refuses_crossovers_that_leave_an_empty_band(burnish, fake):
    before = fake.store.snapshot()
    status, _, stderr = burnish("set", "limiter.gain_db=9", "multiband.x2_hz=120")
    assert status == 8 and "multiband.x2_hz cannot be 120: allowed is 40 to 16000 Hz other than" in stderr
    assert fake.store.snapshot() == before


def test_comparisons_at_equal_loudness(burnish, fake):
    status, stdout, _ = burnish("bypass", "on", "--match")
    assert status == 0 and "at equal loudness" in stdout
    assert fake.store.get("chain.match") == fake.store.get("chain.bypass") == 1
    assert burnish("ab", "b", "--no-match")[0] == 0
    assert fake.store.get("chain.match") == 0 and fake.store.ab == "b"
    burnish("ab", "a")
    assert fake.store.get("chain.match") == 0


@pytest.mark.parametrize(
    ("searched", "found"),
    [
        (["ceiling"], {"limiter.enabled", "limiter.ceiling_dbtp"}),
        (["CEILING"], {"limiter.enabled", "limiter.ceiling_dbtp"}),
        (["pink noise"], {"eq.auto_gain"}),
        (["MATCH WET", "stereo.mono_hz"], {"chain.match_wet_db", "stereo.mono_hz"}),
        (["dither"], {"dither.bits", "dither.shape"}),
    ],
)
def test_params_finds_words_in_ids_labels_and_help(burnish, searched, found):
    status, out, err = burnish("params", *searched)
    assert status == 0, err
    assert {line.split()[0] for line in out.splitlines()[1:]} == found


def test_params_says_what_is_near_what_it_does_not_find(burnish):
    assert burnish("params", "thrsholdd")[2].endswith("`burnish params threshold` lists what contains this word\n")
    assert burnish("params", "limiter.gan_db")[2].endswith("did you mean limiter.gain_db?\n")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["load", "Warm"], "there is no command 'load'; did you mean preset load?"),
        (["preset", "lst"], "there is no command 'lst'; did you mean list?"),
        (["quit"], "there is no command 'quit'; `burnish --help` lists the commands"),
        (["meters", "--taget", "-14"], "there is no option --taget; did you mean --target?"),
        (["meters", "--zoom"], "there is no option --zoom; `burnish meters --help` lists the options"),
    ],
)
def test_commands_and_options_are_suggested_only_if_they_are_likely(burnish, typed, sentence):
    assert burnish(*typed) == (2, "", f"burnish: {sentence}\n")


def test_edit_refuses_a_factory_preset_and_a_missing_editor(burnish, fake, monkeypatch):
    monkeypatch.setenv("VISUAL", "false")
    name = next(row.name for row in fake.presets.list() if row.factory)
    status, _, err = burnish("preset", "edit", name)
    assert status == 8 and "is a factory preset and read-only; copy it first: burnish preset copy" in err
    monkeypatch.delenv("VISUAL")
    monkeypatch.delenv("EDITOR", raising=False)
    status, _, err = burnish("preset", "edit", name)
    assert status == 2 and "needs a terminal, or a program named by VISUAL or EDITOR" in err


def test_the_help_lists_every_command_under_a_subject(burnish):
    _, out, _ = burnish("--help")
    assert all(f"\n{title}:\n" in out for title in SUBJECTS.values()) and "\nCommands:\n" not in out
    assert all(f"\n  {name} " in out for name, command in cli.commands.items() if not command.hidden)
