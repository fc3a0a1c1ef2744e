"""The systemd units: systemd accepts them, they confine the box, and they allow everything that the box needs."""

import ctypes.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from firmware.install.settings import DATA
from tests.support.paths import ROOT
from tests.support.rig import RATE_HZ, music

UNITS = DATA / "root/etc/systemd/system"
UNIT = UNITS / "burnishd.service"
#: The largest exposure of burnishd.service by systemd-analyze, from 0 to 10. That of sshd is 9.6, that of a sandbox without
#: devices is 1.
MOST_EXPOSED = 1.0

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed here")
needs_seccomp = pytest.mark.skipif(not ctypes.util.find_library("seccomp"), reason="libseccomp is not installed here")


@needs_systemd
@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda path: path.name)
def test_systemd_accepts_the_unit(unit):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    # The programs exist only on the box.
    faults = [line for line in done.stderr.splitlines() if unit.name in line and "is not executable" not in line]
    assert not faults


@needs_systemd
def test_exposure():
    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", UNIT], capture_output=True, text=True)
    overall = re.search(r"Overall exposure level for burnishd.service: ([\d.]+)", done.stdout)
    assert overall, done.stderr
    assert float(overall[1]) <= MOST_EXPOSED


def system_calls(name: str) -> set[str]:
    """The system calls in a group of systemd such as @system-service, including those of its subgroups."""
    done = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    calls = set()
    for line in map(str.strip, done.stdout.splitlines()[1:]):
        if line and not line.startswith("#"):
            calls |= system_calls(line) if line.startswith("@") else {line}
    return calls


def allowed() -> set[str]:
    """The system calls that the filters of the unit allow."""
    calls = system_calls("@default")
    for words in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.M):
        named = set().union(*map(system_calls, words.removeprefix("~").split()))
        calls = calls - named if words.startswith("~") else calls | named
    return calls


@needs_systemd
@needs_seccomp
def test_box_runs_within_the_system_calls_of_its_unit(tmp_path, rng):
    (tmp_path / "calls").write_text("\n".join(sorted(allowed())))
    soundfile.write(tmp_path / "mix.wav", music(rng, 0.5), RATE_HZ, subtype="PCM_24")
    confine = Path(__file__).with_name("confine.py")
    done = subprocess.run(
        [sys.executable, confine, tmp_path / "calls", sys.executable, "-m", "firmware", "--sim", "--unpaced", "--record",
         "--run-dir", tmp_path / "run", "--mix", tmp_path / "mix.wav"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "out.raw").stat().st_size > 8 * RATE_HZ // 2


@needs_systemd
@needs_seccomp
def test_the_filter_ends_a_program_that_makes_a_forbidden_call(tmp_path):
    """A call that the unit does not allow ends the program."""
    (tmp_path / "calls").write_text("\n".join(sorted(allowed())))
    confine = Path(__file__).with_name("confine.py")
    done = subprocess.run(
        [sys.executable, confine, tmp_path / "calls", sys.executable, "-c", "import os; os.chroot('/')"]
    )
    assert done.returncode < 0
