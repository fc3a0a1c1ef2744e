"""Updates: the trial of the new version, and a power cut at every step."""

import os
import subprocess

import pytest

from firmware.install import __main__ as install
from firmware.install import application, update
from firmware.install.settings import DATA, Settings
from firmware.install.target import InstallError, Target

from .simulated_target import SimulatedTarget

SETTLE = DATA / "root/usr/local/lib/burnish/slot-settle"


class Box(SimulatedTarget):
    """A box with an installed version. `works`: whether the next version works. `starts`: whether its service starts.
    `cut_after`: the number of writes, renames, removals and commands after which the power fails."""

    works = True
    starts = True
    cut_after = None
    done = 0

    def step(self) -> None:
        if Box.cut_after is not None and Box.done == Box.cut_after:
            raise PowerCut
        Box.done += 1

    def succeeds(self, *words) -> bool:
        match words:
            case ("systemctl", "restart", _):
                self.step()
                return Box.starts and self.path(f"{application.CURRENT}/bin/pip").exists()
        return super().succeeds(*words)

    def run(self, *words, output: bool = False) -> str:
        self.step()
        if words[2:3] == ("firmware.health",):
            if not Box.works:
                raise InstallError("the check ended with status 1")
            return ""
        return super().run(*words, output=output)

    def write(self, name, text, mode=0o644):
        self.step()
        super().write(name, text, mode)

    def remove(self, name):
        self.step()
        super().remove(name)

    def rename(self, old, new):
        self.step()
        Target.rename(old, new)


class PowerCut(BaseException):
    """The power fails: no further action has an effect."""


@pytest.fixture
def box(tmp_path, monkeypatch) -> Box:
    for name, value in (("works", True), ("starts", True), ("cut_after", None), ("done", 0)):
        monkeypatch.setattr(Box, name, value)
    box = Box(tmp_path / "root")
    install.install(box, Settings("none"), dry_run=False)
    Box.done = 0
    return box


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "burnish-2.whl"
    path.write_bytes(b"second version")
    return path


def start_up(box) -> None:
    """Do the same as burnish-slot.service."""
    subprocess.run([SETTLE], env=os.environ | {"FOLDER": str(box.path(application.FOLDER))}, check=True)


def test_a_version_that_works_is_kept(box, wheel):
    assert update.update(box, wheel)
    assert application.current(box) == "b"
    start_up(box)
    assert application.current(box) == "b"
    assert update.update(box, wheel)
    assert application.current(box) == "a"


def test_a_version_that_fails_its_trial_is_replaced_by_the_old_one(box, wheel):
    Box.works = False
    assert not update.update(box, wheel)
    assert application.current(box) == "a"
    assert box.read(update.TRIAL) is None


def test_a_version_that_does_not_start_is_replaced_by_the_old_one(box, wheel, capsys):
    Box.starts = False
    assert not update.update(box, wheel)
    assert application.current(box) == "a"
    assert "its service does not start" in capsys.readouterr().out


def test_a_version_that_cannot_be_installed_does_not_change_the_old_one(box, wheel, monkeypatch):
    def fails(self, what):
        raise InstallError("no network")

    monkeypatch.setattr(Box, "pip_installs", fails)
    with pytest.raises(InstallError):
        update.update(box, wheel)
    assert application.current(box) == "a" and application.is_whole(box, "a")


@pytest.mark.parametrize("works", [True, False])
def test_power_cut_at_every_step(tmp_path, wheel, box, works):
    """After each cut, the box starts with a complete version: with the old one, unless the new one had passed its trial."""
    Box.works = works
    update.update(box, wheel)
    steps = Box.done
    assert steps > 8
    for cut_after in range(steps):
        Box.cut_after, Box.done = None, 0
        cut = Box(tmp_path / f"cut-{cut_after}")
        install.install(cut, Settings("none"), dry_run=False)
        Box.cut_after, Box.done = cut_after, 0
        with pytest.raises(PowerCut):
            update.update(cut, wheel)
        Box.cut_after = None
        start_up(cut)
        slot = application.current(cut)
        assert slot == "a" and application.is_whole(cut, slot)
        assert cut.read(update.TRIAL) is None
        assert update.update(cut, wheel) is works
        assert application.current(cut) == ("b" if works else "a")
