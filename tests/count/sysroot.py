"""The files of the emulated machine: Debian's arm64 packages of Python and numpy, unpacked into a folder.

apt-get downloads them with its own separate state, so the system does not change, and no root permission is needed.
"""

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("python3-numpy", "libpython3-dev")
_SETTINGS = """\
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::Cache "{cache}";
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Debug::NoLocking "true";
"""


class CannotCount(Exception):
    """Something that counting needs is not available on this machine; the message names it in one sentence."""


def make(folder: Path):
    """Fill `folder`, unless it is complete. Raises CannotCount if the packages are not available."""
    if (folder / "complete").exists():
        return
    if shutil.which("apt-get") is None:
        raise CannotCount(
            "instructions are not counted: Python for arm64 comes from Debian's packages, and apt-get is missing"
        )
    shutil.rmtree(folder, ignore_errors=True)
    apt = folder.with_name(folder.name + ".apt").resolve()
    state, cache = apt / "state", apt / "cache"
    for directory in (state / "lists/partial", cache / "archives/partial"):
        directory.mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    settings = apt / "apt.conf"
    settings.write_text(_SETTINGS.format(state=state, cache=cache))
    environment = os.environ | {"APT_CONFIG": str(settings), "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--download-only", *PACKAGES]):
        done = subprocess.run(["apt-get", "-qq", *command], env=environment, capture_output=True, text=True)
        if done.returncode:
            reason = (done.stderr.strip() or "no reason given").splitlines()[0]
            raise CannotCount(f"instructions are not counted: apt-get {command[0]} for arm64 fails ({reason})")
    folder.mkdir(parents=True)
    for package in sorted((cache / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    if not (folder / "lib").exists():  # from trixie on, the packages leave this link to the base system
        (folder / "lib").symlink_to("usr/lib")
    shutil.rmtree(apt)
    (folder / "complete").touch()
