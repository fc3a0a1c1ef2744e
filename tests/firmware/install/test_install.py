"""The installation, on a simulated Raspberry Pi OS."""

import subprocess
import sys

import pytest

from firmware.contract import protocol
from firmware.install import __main__ as install
from firmware.install import application, boot, storage
from firmware.install.settings import DATA, Settings
from firmware.install.target import InstallError
from tests.support.paths import ROOT

from .simulated_target import CMDLINE, CONFIG, SimulatedTarget

HAT = "hifiberry_dacplusadcpro"
SETTINGS = Settings(HAT)


@pytest.fixture
def target(tmp_path) -> SimulatedTarget:
    return SimulatedTarget(tmp_path)


def content(target) -> dict[str, bytes]:
    """Every file of the target, by its path."""
    return {str(path): path.read_bytes() for path in target.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("partition", ["", "/dev/mmcblk0p3"])
def test_a_second_run_changes_nothing(target, partition, capsys):
    target.partitions["/dev/mmcblk0p3"] = ()
    settings = Settings(HAT, data_partition=partition)
    assert install.install(target, settings, dry_run=False) > 15
    before, _ = content(target), target.commands.clear()
    assert install.install(target, settings, dry_run=False) == 0
    assert content(target) == before
    assert not [command for command in target.commands if not command.startswith(("dpkg-query", "blkid"))]


def test_a_dry_run_changes_nothing_and_names_what_a_run_would_do(target, capsys):
    before = content(target)
    count = install.install(target, SETTINGS, dry_run=True)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == count and all(line.startswith("would ") for line in said)
    assert content(target) == before and not target.commands
    assert install.install(target, SETTINGS, dry_run=False) == count


def test_the_installed_files(target):
    install.install(target, SETTINGS, dry_run=False)
    config, cmdline = target.read("/boot/firmware/config.txt"), target.read("/boot/firmware/cmdline.txt")
    for line in ("dtoverlay=hifiberry-dacplusadcpro", "dtoverlay=burnish", "dtoverlay=dwc2,dr_mode=peripheral"):
        assert line in config.partition("[all]")[2].splitlines()
    assert "console=serial0" not in cmdline and "console=tty1" in cmdline
    assert "isolcpus=domain,managed_irq,3" in cmdline.split() and "overlayroot" not in cmdline
    assert {"unit burnishd.service", "unit burnish-cpu.service", "passwd burnish", "group gpio"} <= target.known
    assert target.path("/usr/local/lib/burnish/usb-gadget").stat().st_mode & 0o777 == 0o755
    assert application.current(target) == "a"
    assert target.path("/opt/burnish/current/bin/pip").exists()


def test_changes_of_the_configuration_by_the_user_are_kept(target):
    install.install(target, SETTINGS, dry_run=False)
    target.write("/etc/burnish/burnish.toml", "[audio]\nperiod_frames = 128\n")
    assert install.install(target, SETTINGS, dry_run=False) == 0


def test_another_hat_is_configured(target):
    install.install(target, Settings("pisound"), dry_run=False)
    assert 'hat = "pisound"' in target.read("/etc/burnish/burnish.toml").splitlines()
    assert "dtoverlay=pisound" in target.read("/boot/firmware/config.txt").splitlines()


def test_raspberry_pi_os_provides_lgpio(target):
    target.write("/etc/rpi-issue", "Raspberry Pi reference 2025-10-01\n")
    install.install(target, SETTINGS, dry_run=False)
    assert "package python3-lgpio" in target.known


def test_a_new_version_replaces_the_old_one(target, tmp_path):
    install.install(target, SETTINGS, dry_run=False)
    wheel = tmp_path / "burnish-9-py3-none-any.whl"
    wheel.write_bytes(b"new")
    assert install.install(target, Settings(HAT, wheel), dry_run=False) == 1
    assert install.install(target, Settings(HAT, wheel), dry_run=False) == 0
    wheel.write_bytes(b"newer")
    assert install.install(target, Settings(HAT, wheel), dry_run=False) == 1


def test_a_broken_installation_is_done_again(target, monkeypatch):
    def fails(self, what):
        raise InstallError("no network")

    with monkeypatch.context() as patch, pytest.raises(InstallError):
        patch.setattr(SimulatedTarget, "pip_installs", fails)
        install.install(target, SETTINGS, dry_run=False)
    assert application.current(target) is None
    install.install(target, SETTINGS, dry_run=False)
    assert application.current(target) == "a"
    assert not target.path("/opt/burnish/source").exists()


@pytest.mark.parametrize(
    "text", [CONFIG, "", boot.with_part(CONFIG, ["old"]), boot.with_part(CONFIG, ["old"]) + "[pi4]\nmine=1\n"]
)
def test_config_txt_keeps_all_other_lines(text):
    changed = boot.with_part(text, ["new"])
    assert boot.with_part(changed, ["new"]) == changed
    assert "old" not in changed and changed.count(boot.BEGIN) == 1
    ours = changed.partition(boot.BEGIN)[2].partition(boot.END)[0].split()[-2:]
    assert ours == ["[all]", "new"]
    for line in text.partition(boot.BEGIN)[0].splitlines() + text.partition(boot.END)[2].splitlines():
        assert line in changed.splitlines()


@pytest.mark.parametrize(
    "words, expected",
    [
        (["isolcpus=3"], CMDLINE.strip() + " isolcpus=3\n"),
        (["fsck.repair=no"], CMDLINE.replace(" fsck.repair=yes", "").strip() + " fsck.repair=no\n"),
        (["-console=serial"], CMDLINE.removeprefix("console=serial0,115200 ")),
        (["rootfstype=ext4"], CMDLINE),
    ],
)
def test_cmdline_txt(words, expected):
    assert boot.with_parameters(CMDLINE, words) == expected
    assert boot.with_parameters(expected, words) == expected


def test_a_partition_with_data_is_not_changed(target):
    target.partitions["/dev/sda1"] = ("vfat", "PHOTOS")
    with pytest.raises(InstallError, match="PHOTOS"):
        list(storage.changes(target, Settings(HAT, data_partition="/dev/sda1")))
    with pytest.raises(InstallError, match="lsblk"):
        list(storage.changes(target, Settings(HAT, data_partition="/dev/sda9")))


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "not Raspberry Pi OS"),
        (["--hat", "nothing"], "no HAT"),
        (["--wheel", "/nothing.whl"], "there is no file"),
    ],
)
def test_refusals_are_one_sentence(target, capsys, arguments, words):
    if not arguments:
        target.write("/etc/os-release", "VERSION_CODENAME=bullseye\n")
    assert install.main(["--dry-run", "--root", str(target.root), *arguments]) == install.USAGE
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


def test_it_needs_nothing_but_the_standard_library():
    done = subprocess.run([sys.executable, "-S", "-m", "firmware.install", "--help"], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_gadget_has_the_usb_identity_that_the_laptop_expects():
    script = (DATA / "root/usr/local/lib/burnish/usb-gadget").read_text()
    rule = (DATA / "laptop/70-burnish.rules").read_text()
    assert f"idVendor {protocol.USB_VID:#06x}" in script and f"idProduct {protocol.USB_PID:#06x}" in script
    assert f"strings/0x409/product {protocol.PRODUCT}\n" in script
    assert f'ATTRS{{idVendor}}=="{protocol.USB_VID:04x}", ATTRS{{idProduct}}=="{protocol.USB_PID:04x}"' in rule


@pytest.mark.parametrize("script", sorted((DATA / "root/usr").rglob("*burnish/*")), ids=lambda path: path.name)
def test_scripts_are_valid(script):
    subprocess.run(["sh", "-n", script], check=True)
    assert script.stat().st_mode & 0o111
