"""The simulated box in one process, on a system that lacks everything of Linux and of the hardware (`without_unix`)."""

import contextlib
import importlib.util
import signal
import subprocess
import sys
import threading
import urllib.request

import numpy as np
import pytest
import serial
import soundfile

from firmware.link import port_of
from firmware.system import SharedMemory
from host_cli.box.client import BoxClient
from host_cli.box.connect import open_box
from host_cli.errors import CliFail
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S

AT = "the simulated box is at "


@contextlib.contextmanager
def started(module: str, *arguments):
    """(process, address of its link) of a simulator that runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--sim", *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if AT in line:
                threading.Thread(target=process.stdout.read, daemon=True).start()
                yield process, line.partition(AT)[2].split()[0].rstrip(":")
                break
        else:
            raise AssertionError("".join(said))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portable")
    tone = 0.1 * np.sin(2 * np.pi * 1000 / 48000 * np.arange(48000))
    soundfile.write(folder / "tone.wav", np.stack([tone, tone], 1), 48000, subtype="PCM_24")
    with started("tests.support.without_unix", "--run-dir", folder / "run", "--mix", folder / "tone.wav") as (
        process,
        found,
    ):
        yield found
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_it_processes_sound_and_answers(address):
    with open_box(address, PATIENCE_S) as box:
        assert box.welcome.serial == "sim" and box.info().info["device"] == "simulator"
        change = box.set({"eq.b1.gain_db": 3.0, "limiter.gain_db": 6.0})
        assert change.new == {"eq.b1.gain_db": 3.0, "limiter.gain_db": 6.0}
        for frame in box.meters(20.0):
            if frame and frame["in_peak_l_dbfs"] > -21 and frame["out_peak_l_dbfs"] > -16:
                break
        assert frame["in_peak_l_dbfs"] == pytest.approx(-20, abs=0.3)
        assert box.curve("limiter", 3).out_db[0] == pytest.approx(-74, abs=0.01)
        assert box.info().counters["bad_blocks"] == 0


def test_several_programs_are_connected_at_once_and_told_about_changes(address):
    with open_box(address, PATIENCE_S) as first, open_box(address, PATIENCE_S) as second:
        changes = first.follow(0.01)
        next(changes)
        second.set({"input.trim_db": -1.5})
        change = next(change for change in changes if change)
        assert change["values"] == {"input.trim_db": -1.5} and not first.made(change)
        assert change["by"] == second.nonce
        changes.close()
    for _ in range(12):  # more than there may be at a time
        with open_box(address, PATIENCE_S) as box:
            assert box.get(["input.trim_db"]) == {"input.trim_db": -1.5}


def test_any_program_with_pyserial_can_open_the_port(address):
    with serial.serial_for_url(address, timeout=PATIENCE_S) as port:
        port.write(b"get chain.mute\n")
        assert port.readline() == b"# chain.mute = off\r\n"


def test_presets_are_stored(address):
    with open_box(address, PATIENCE_S) as box:
        box.save("Mine", overwrite=True)
        assert "Mine" in {row.name for row in box.presets()}
        box.delete("Mine")


def test_the_output_has_the_same_bits_as_that_of_the_simulator_with_processes(tmp_path, rng):
    words = rng.integers(-(1 << 22), 1 << 22, (24000, 2)).astype(np.int32) << 8
    soundfile.write(tmp_path / "mix.wav", words, 48000, subtype="PCM_24")
    outputs = []
    for name, module in (("one", "tests.support.without_unix"), ("several", "firmware")):
        arguments = [
            "--sim",
            "--run-dir",
            tmp_path / name,
            "--mix",
            tmp_path / "mix.wav",
            "--once",
            "--record",
            "--unpaced",
        ]
        done = subprocess.run([sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True,
                              timeout=PATIENCE_S)  # fmt: skip
        assert done.returncode == 0, done.stderr
        outputs.append(np.fromfile(tmp_path / name / "out.raw", "<i4"))
    common = min(map(len, outputs))
    assert common >= 2 * 24000 and np.array_equal(outputs[0][:common], outputs[1][:common]) and outputs[0].any()


def test_a_port_in_use_is_refused_in_one_sentence(address, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "firmware", "--sim", "--run-dir", str(tmp_path), "--tty", address], cwd=ROOT,
        capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 5 and done.stderr.splitlines()[-1].startswith("burnishd: the link cannot listen at")


def test_an_address_without_a_box_is_refused():
    with pytest.raises(CliFail, match="burnish demo"):
        open_box("socket://127.0.0.1:1")
    with pytest.raises(CliFail, match=r"127\.0\.0\.1:4711"):
        open_box("socket://nothing")


@pytest.mark.parametrize(
    "address", ["socket://0.0.0.0:1", "socket://127.0.0.1", "socket://127.0.0.1:x", "socket://127.0.0.1:70000"]
)
def test_the_link_listens_on_the_loopback_address_only(address):
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:PORT"):
        port_of(address)


def test_private_memory_has_the_parts_of_shared_memory():
    private, shared = SharedMemory.private(48000), SharedMemory.create(48000)
    assert np.array_equal(private.eq_banks, shared.eq_banks) and private.rate_hz == 48000
    private.write_state(b"state")
    assert private.read_state() == b"state"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_starts_a_box_with_music_and_ends_it(end):
    process = subprocess.Popen(
        [sys.executable, "-m", "host_cli", "demo", "--no-open"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        address = process.stdout.readline().split()[-1]
        assert address.startswith("socket://127.0.0.1:")
        with BoxClient(open_box(address, PATIENCE_S).link, PATIENCE_S) as box:
            loud = next(frame for frame in box.meters(20.0) if frame and frame["out_peak_l_dbfs"] > -30)
            assert loud["in_peak_l_dbfs"] > -40
        if importlib.util.find_spec("websockets"):  # the page of this box
            url = process.stdout.readline().split()[-1]
            assert "<title>" in urllib.request.urlopen(url, timeout=PATIENCE_S).read().decode()
    finally:
        process.send_signal(end)
        process.wait(PATIENCE_S)
    with pytest.raises(CliFail):
        open_box(address)
