"""`burnishd --sim` as a person uses it: what it says, the mix that is repeated, and what it leaves behind."""

import contextlib
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from firmware.sim import LoopedInput, announcements, sound_card
from firmware.system import Alarms, Options, SharedMemory
from host_cli.box.client import BoxClient
from host_cli.box.serial_port import SerialLink, choose
from host_cli.errors import NO_DEVICE, CliFail
from tests.support.paths import ROOT
from tests.support.patience import wait_until

RATE_HZ = 48000


@contextlib.contextmanager
def burnishd(run_dir, *arguments):
    """The running process; its messages are in run_dir/messages. It is killed at the end, if it still runs."""
    command = [sys.executable, "-m", "firmware", "--sim", "--run-dir", str(run_dir), *map(str, arguments)]
    with open(run_dir / "messages", "w") as messages:
        process = subprocess.Popen(command, cwd=ROOT, stderr=messages)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_a_mix_is_repeated_and_no_recording_is_kept(tmp_path):
    tone = 0.5 * np.sin(2 * np.pi * 1000 / RATE_HZ * np.arange(RATE_HZ // 2))
    soundfile.write(tmp_path / "mix.wav", np.stack([tone, tone], axis=1), RATE_HZ, subtype="PCM_24")
    with burnishd(tmp_path, "--mix", tmp_path / "mix.wav"):
        wait_until(lambda: "ready: " in (tmp_path / "messages").read_text())
        with BoxClient(SerialLink(str(tmp_path / "tty"))) as box:
            loud = [frame["in_peak_l_dbfs"] > -7 for frame in box.meters(30, 8.5) if frame]
        passes = sum(b and not a for a, b in zip(loud, loud[1:], strict=False))
        assert passes >= 2  # half a second of tone and three of silence
    assert not list(tmp_path.glob("out.raw*"))
    text = (tmp_path / "messages").read_text()
    assert f"ready: burnish --device {tmp_path / 'tty'} info  (the mix is repeated; Ctrl-C ends the box)" in text


def test_a_recorded_run_ends_after_its_mix_and_says_where_the_output_is(tmp_path, rng):
    soundfile.write(tmp_path / "mix.wav", 0.1 * rng.standard_normal((RATE_HZ // 2, 2)), RATE_HZ)
    with burnishd(tmp_path, "--mix", tmp_path / "mix.wav", "--once", "--record") as process:
        assert process.wait(60) == 0
    assert (tmp_path / "out.raw").stat().st_size >= 8 * RATE_HZ // 2
    assert f"the mix has ended; the output is in {tmp_path / 'out.raw'}" in (tmp_path / "messages").read_text()


def test_the_input_continues_where_the_last_process_stopped(tmp_path):
    words = np.arange(20, dtype="<i4").reshape(10, 2)
    (tmp_path / "in.raw").write_bytes(words.tobytes())
    source = LoopedInput(tmp_path / "in.raw", start=27)
    got = np.frombuffer(source.read(25), "<i4").reshape(-1, 2)
    assert np.array_equal(got, words[(7 + np.arange(25)) % 10])
    assert np.array_equal(np.frombuffer(source.read(1), "<i4"), words[2])


def test_a_repeated_mix_is_followed_by_a_pause(tmp_path):
    soundfile.write(tmp_path / "mix.wav", np.zeros((100, 2)), RATE_HZ)
    assert sound_card.prepare(tmp_path, [str(tmp_path / "mix.wav")], looped=True, recorded=False) == 0
    assert (tmp_path / "in.raw").stat().st_size == 8 * (100 + sound_card.PAUSE_S * RATE_HZ)
    assert "out.raw" not in (tmp_path / "asound.conf").read_text()


@pytest.mark.parametrize("target", ["/dev/pts/987654", "{pts}"])
def test_a_port_that_a_killed_box_left_behind_is_recognised(tmp_path, target):
    """The second target is a pseudo terminal that exists: by now it belongs to another program."""
    ours, theirs = os.openpty()
    try:
        (tmp_path / "tty").symlink_to(target.format(pts=os.ttyname(theirs)))
        (tmp_path / "lock").touch()
        with pytest.raises(
            CliFail, match=r"the simulated box at .* has ended: start it again with burnishd --sim"
        ) as failure:
            choose(str(tmp_path / "tty"))
        assert failure.value.status == NO_DEVICE
        with burnishd(tmp_path):
            wait_until(lambda: "ready: " in (tmp_path / "messages").read_text())
            assert choose(str(tmp_path / "tty")) == str(tmp_path / "tty")
        assert "which a simulated box that was killed has left behind" in (tmp_path / "messages").read_text()
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_link_to_a_terminal_without_a_lock_is_a_port(tmp_path):
    ours, theirs = os.openpty()
    (tmp_path / "tty").symlink_to(os.ttyname(theirs))
    assert choose(str(tmp_path / "tty")) == str(tmp_path / "tty")
    os.close(ours)
    os.close(theirs)


def test_stalls_of_the_host_are_explained_once_and_the_relays_are_not_blamed(caplog):
    shared = SharedMemory.create(RATE_HZ)
    shared.counters.add("host_stalls")  # while the box starts
    alarms = Alarms(shared)
    for _ in range(5):
        shared.counters.add("host_stalls")
        alarms.tick()
    [message] = [record.getMessage() for record in caplog.records]
    assert "this computer did not run the simulated box in time" in message and "relay" not in message


def test_the_sentence_quotes_a_path_with_spaces(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = Options(
        run_dir=tmp_path / "my box", state_dir=tmp_path, rate_hz=RATE_HZ, period=128, sim=True, sim_card=True
    )
    assert announcements.ready(options).startswith("ready: burnish --device 'my box/tty' info  (the input is silence")
