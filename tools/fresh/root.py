"""A bare root. mmdebstrap makes it once, and it is unpacked again for each run. Commands run in it with their own namespaces."""

import shutil
import subprocess
from pathlib import Path

from . import settings

PACKAGES = "git,make,python3"

#: Run by `unshare`: $1 is the root. The root has its own processes, devices, pseudo-terminals and shared memory.
_ENTER = """
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=755 dev "$1/dev"
for node in null zero full random urandom tty; do touch "$1/dev/$node"; mount --bind "/dev/$node" "$1/dev/$node"; done
mkdir "$1/dev/shm" "$1/dev/pts"
mount -t tmpfs -o mode=1777 shm "$1/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$1/dev/pts"
ln -s pts/ptmx "$1/dev/ptmx"
ln -s /proc/self/fd "$1/dev/fd"
exec chroot "$1" /bin/sh -c "$2"
"""


class RootImpossible(Exception):
    """No bare root can be made or entered on this machine; the message is one sentence."""


class Root:
    """The bare root of the Debian release `suite`, with its files below `folder`."""

    def __init__(self, suite: str, folder: Path):
        self.suite = suite
        self.path = folder / suite
        self._archive = folder / f"{suite}.tar"
        self._machine = settings.environment()

    @staticmethod
    def _inside(value: str) -> str:
        """The value of a variable in the root. Certificate files of this machine are copied to a folder that no package uses."""
        return f"/root/{Path(value).name}" if value.startswith("/") else value

    def make(self) -> None:
        """Unpack the root again. The archive is made the first time and is then kept. Raises RootImpossible."""
        if not self._archive.exists():
            part = self._archive.with_suffix(".part.tar")
            options = [f"--aptopt={line}" for line in settings.apt_options()]
            common = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={PACKAGES}"]
            if subprocess.run([*common, *options, self.suite, str(part), *settings.mirror()], check=False).returncode:
                raise RootImpossible(f"mmdebstrap could not make a root of {self.suite}; the lines above say why")
            part.rename(self._archive)
        self.remove()
        self.path.mkdir()
        subprocess.run(["tar", "--numeric-owner", "-C", self.path, "-xf", self._archive], check=True)

    def check(self) -> None:
        """Raise RootImpossible unless commands run in the root and reach the packages of Debian."""
        if self.run("true", subprocess.DEVNULL):
            raise RootImpossible(
                "this machine does not allow mounting and entering a root (in a container, run it privileged)"
            )
        # apt writes its lists to a folder that is deleted afterwards, because the root must stay unchanged.
        update = "apt-get update -qq -o APT::Update::Error-Mode=any -o Dir::State::Lists=/tmp/lists"
        if self.run(f"mkdir -p /tmp/lists/partial && {update} && rm -r /tmp/lists", subprocess.DEVNULL):
            raise RootImpossible(f"the root of {self.suite} cannot reach the packages of Debian: check the network")

    def give(self, repository: Path) -> None:
        """Put the committed state of `repository` into the root, as a bundle that git clones there."""
        bundle = self.path / "root" / "burnish.bundle"
        subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", repository, "bundle", "create", "--quiet", bundle, "HEAD"],
            check=True,
        )
        shutil.copy("/etc/resolv.conf", self.path / "etc" / "resolv.conf")
        for value in self._machine.values():
            if value.startswith("/"):
                shutil.copy(value, self.path / self._inside(value)[1:])

    def run(self, command: str, output) -> int:
        """Run the shell `command` in the home folder of the root. Its output goes to the open file `output`. Returns the exit status."""
        variables = {"HOME": "/root", "USER": "root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        variables |= {name: self._inside(value) for name, value in self._machine.items()}
        unshare = ["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--propagation=private"]
        enter = [*unshare, "sh", "-euc", _ENTER, "sh", str(self.path), f"cd /root && {command}"]
        return subprocess.run(enter, env=variables, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              check=False).returncode  # fmt: skip

    def describe(self) -> str:
        """The release and the version of its Python, for the table."""
        release = (self.path / "etc" / "debian_version").read_text().strip()
        python = subprocess.run(["chroot", self.path, "/usr/bin/python3", "--version"], capture_output=True, text=True,
                                check=True).stdout.strip()  # fmt: skip
        return f"Debian {release}, {python}"

    def remove(self) -> None:
        """Delete the unpacked files. The mounts have ended with the processes of the root."""
        if self.path.exists():
            subprocess.run(["rm", "-rf", "--one-file-system", self.path], check=True)
