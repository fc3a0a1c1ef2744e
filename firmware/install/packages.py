"""Debian packages."""

from collections.abc import Iterator

from .change import Change
from .settings import DATA, Settings, words_of
from .target import Target


def changes(target: Target, settings: Settings) -> Iterator[Change]:
    """Install the missing packages of packages.txt, and those that depend on the system or on the settings."""
    wanted = words_of((DATA / "packages.txt").read_text())
    if (
        target.read("/etc/rpi-issue") is not None
    ):  # pip has lgpio only for Python before 3.13, and Debian does not have it
        wanted.append("python3-lgpio")
    if settings.data_partition:
        wanted += ["overlayroot", "e2fsprogs"]
    missing = [name for name in wanted if not _installed(target, name)]
    if missing:
        yield Change(f"install the packages {', '.join(missing)}", lambda: _install(target, missing))


def _installed(target: Target, name: str) -> bool:
    query = ("dpkg-query", "--show", "--showformat=${db:Status-Status}", name)
    return target.succeeds(*query) and target.run(*query, output=True) == "installed"


def _install(target: Target, names: list[str]) -> None:
    apt = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
    target.run(*apt, "update")
    target.run(*apt, "install", "-y", "--no-install-recommends", *names)
