"""Fixtures: a box on a pseudo terminal, and the tool that is run with it."""

import subprocess
import sys
import tempfile

import pytest
from click.testing import CliRunner

from host_cli import __main__ as entry
from host_cli.box.client import BoxClient
from host_cli.box.serial_port import SerialLink
from tests.support.fake_box import FakeBox, served
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Keep history, cache and sockets of each test in separate folders."""
    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    with tempfile.TemporaryDirectory(prefix="bn-") as short:  # the path of a socket must be short
        monkeypatch.setenv("XDG_RUNTIME_DIR", short)
        yield


@pytest.fixture
def fake(tmp_path):
    """The box behind the port."""
    return FakeBox(tmp_path / "presets")


@pytest.fixture
def tty(fake, tmp_path):
    """The path of the serial port of the box."""
    path = tmp_path / "tty"
    with served(fake, path):
        yield str(path)


@pytest.fixture
def box(tty):
    """A connected client."""
    with BoxClient(SerialLink(tty)) as client:
        yield client


@pytest.fixture
def burnish(tty, capsys, monkeypatch):
    """Run the tool in this process: `burnish("get", "x") -> (status, stdout, stderr)`."""
    monkeypatch.setenv("BURNISH_DEVICE", tty)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments, input=None):
        with CliRunner().isolation(input=input) as streams:
            status = entry.main([str(argument) for argument in arguments])
            return status, streams[0].getvalue().decode(), streams[1].getvalue().decode()

    return run


@pytest.fixture
def process(tty):
    """Run the tool in a separate process; returns subprocess.CompletedProcess."""

    def run(*arguments, **options):
        return subprocess.run(
            [sys.executable, "-m", "host_cli", "--device", tty, *map(str, arguments)],
            cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, **options,
        )  # fmt: skip

    return run


@pytest.fixture
def process_at():
    """Start the tool in a separate process on a given port; returns subprocess.Popen."""
    started = []

    def start(port, *arguments):
        command = [sys.executable, "-m", "host_cli", "--device", str(port), *map(str, arguments)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for run in started:
        if run.poll() is None:
            run.kill()
            run.wait()
