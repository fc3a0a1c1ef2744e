"""Boots a guest of the test bed, which runs one command and ends."""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: Options of the loopback card: as many cables as a drill uses. Its clock is the timer of the dummy card, one tick per period.
CARD = ("snd_aloop.timer_source=Dummy", "snd_aloop.pcm_substreams=4", "snd_dummy.hrtimer=1")
END = re.compile(r"^@@ status (\d+) after ([\d.]+) virtual seconds", re.M)


@dataclass(frozen=True)
class Ended:
    """The result of a guest. `status` is the exit status of its command, or None if the guest ended before the command did. `host_s`
    is the time that it took by the host's clock."""

    status: int | None
    virtual_s: float
    host_s: float
    output: str


def run(kernel: Path, command: list, *, kernel_arguments=(), timeout_s: float = 600) -> Ended:
    """Run `command` as root in a new guest, in the repository's folder. Virtual time stands still while the command computes.

    `timeout_s` is measured by the host's clock, because a program that waits in a loop without reading a clock would never end.
    """
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="burnish-guest-") as folder:
        # The command is passed in a file, because the Linux kernel's command line cannot contain spaces or more than 2048 bytes.
        path = Path(folder) / "script"
        path.write_text(script(command))
        guest = subprocess.Popen(
            [kernel, "mem=1G", "root=/dev/root", "rootfstype=hostfs", "hostfs=/", "ro", f"init={HERE / 'guest_init.sh'}",
             "con=null", "con0=null,fd:1", "quiet", "time-travel=inf-cpu", f"guest_script={path}", *CARD, *kernel_arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace",
            env=os.environ | {"TMPDIR": _memory_folder()}, start_new_session=True,
        )  # fmt: skip
        try:
            output, _ = guest.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            _end(guest)
            output, _ = guest.communicate()
            output += f"\nthe guest did not end within {timeout_s:g} s"
    output = output.replace("\r\n", "\n")
    ended = END.findall(output)
    status, virtual_s = ended[-1] if ended else (None, "0")
    return Ended(
        None if status is None else int(status), float(virtual_s), time.monotonic() - began_s, END.sub("", output)
    )


def pytest_command(path: Path, python: str = sys.executable) -> list:
    """The command that runs the drills of a file inside a guest."""
    return [python, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--color=no", "-m", "", path]


def script(command: list, folder: Path = ROOT) -> str:
    """A shell script that runs `command` in a folder of the guest."""
    environment = {"BURNISH_GUEST": "1", "PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    exports = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
    words = " ".join(shlex.quote(str(word)) for word in command)
    return f"export {exports}\ncd {shlex.quote(str(folder))}\nexec {words} </dev/null 2>&1\n"


def _memory_folder() -> str:
    """The folder for the guest's memory, a file that is never written to a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


def _end(guest: subprocess.Popen) -> None:
    """End the guest: its Linux kernel consists of several processes in one process group."""
    os.killpg(guest.pid, 9)
