"""A root file system of Raspberry Pi OS that contains only the files that the installation reads. Its commands are simulated."""

from pathlib import Path

from firmware.install.target import InstallError, Target

CONFIG = "# For more options see the documentation\ndtparam=i2c_arm=on\n\n[cm5]\ndtoverlay=dwc2,dr_mode=host\n"
CMDLINE = "console=serial0,115200 console=tty1 root=PARTUUID=1-02 rootfstype=ext4 fsck.repair=yes rootwait\n"


class SimulatedTarget(Target):
    """Knows packages, groups, users, units and partitions by name, and makes a virtual environment of one empty file."""

    def __new__(cls, root: Path):
        target = super().__new__(cls)
        object.__setattr__(target, "known", {"group audio", "group dialout"})
        object.__setattr__(target, "commands", [])
        object.__setattr__(target, "partitions", {})
        return target

    def __init__(self, root: Path):
        super().__init__(root)
        for name, text in {
            "/etc/os-release": "ID=debian\nVERSION_CODENAME=bookworm\n",
            "/boot/firmware/config.txt": CONFIG,
            "/boot/firmware/cmdline.txt": CMDLINE,
        }.items():
            self.write(name, text)
        self.path("/tmp").mkdir()

    def succeeds(self, *words) -> bool:
        match words:
            case ("dpkg-query", *_, name):
                return f"package {name}" in self.known
            case ("getent", "passwd" | "group" as kind, name):
                return f"{kind} {name}" in self.known
            case ("systemctl", "is-enabled", _, unit):
                return f"unit {unit}" in self.known
            case ("python3", "-c", _):
                return False
            case ("test", "-b", device):
                return device in self.partitions
            case ("blkid", *_, device):
                return bool(self.partitions[device])
        raise AssertionError(f"not simulated: {words}")

    def run(self, *words, output: bool = False) -> str:
        self.commands.append(" ".join(map(str, words)))
        match words:
            case ("dpkg-query", *_):
                return "installed"
            case ("sync",):
                pass
            case ("env", _, "apt-get", *_, "--no-install-recommends", _) | ("env", _, "apt-get", "-qq", "install", *_):
                self.known.update(f"package {name}" for name in words[words.index("--no-install-recommends") + 1 :])
            case ("env", _, "apt-get", "-qq", "update"):
                pass
            case ("groupadd", "--system", name):
                self.known.add(f"group {name}")
            case ("useradd", *_, name):
                self.known.add(f"passwd {name}")
            case ("systemctl", "enable", _, unit):
                self.known.add(f"unit {unit}")
            case ("mkfs.ext4", "-q", "-L", label, device):
                self.partitions[device] = ("ext4", label)
            case ("blkid", "--probe", "--output=value", tag, device):
                return self.partitions[device][tag == "--match-tag=LABEL"] + "\n"
            case ("dtc", *_, out, source):
                self.path(out).write_bytes(self.path(source).read_bytes())
            case ("python3", "-m", "venv", "--clear", folder):
                self.path(f"{folder}/bin").mkdir(parents=True)
                self.path(f"{folder}/bin/pip").touch()
            case (python, "-m", "pip", "install", *_, what):
                assert self.path(python).parent.exists()
                self.pip_installs(self.path(what.removesuffix("[box]")))
            case _:
                raise AssertionError(f"not simulated: {words}")
        return ""

    def pip_installs(self, what: Path) -> None:
        """Called with the folder or the wheel that pip is given."""
        if not what.exists():
            raise InstallError(f"{what} is missing")
