"""Boots Debian's real-time kernel in QEMU and runs one command in it. Each instruction takes a nanosecond of virtual time.
Computing therefore takes as long as on a processor of 1 GHz with one instruction per cycle, and a run gives the same result
however busy the host is."""

import subprocess
import tempfile
import time
from pathlib import Path

from tests.box.guest import END, Ended

MEMORY = "1536M"
#: The words of the command that depend on the machine, and the console of the kernel.
MACHINES = {
    "amd64": (("qemu-system-x86_64", "-machine", "q35", "-cpu", "max"), "ttyS0"),
    "arm64": (("qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72"), "ttyAMA0"),
}


def run(machine: str, kernel: Path, initial: Path, root: Path, text: str, *, timeout_s: float) -> Ended:
    """Run the shell script `text` as root in the emulator. Its file system is the folder `root` of the host, read-only, with a file
    system in memory on top. `timeout_s` is measured by the host's clock."""
    began_s = time.monotonic()
    emulator, console = MACHINES[machine]
    with tempfile.TemporaryDirectory(prefix="burnish-emulator-", dir=root / "tmp") as folder:
        path = Path(folder) / "script"
        path.write_text(text)
        words = [
            *emulator, "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off", "-smp", "1", "-m", MEMORY,
            "-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio",
            "-kernel", str(kernel), "-initrd", str(initial),
            "-fsdev", f"local,id=host,path={root},security_model=none,readonly=on,multidevs=remap",
            "-device", "virtio-9p-pci,fsdev=host,mount_tag=host", "-append",
            f"console={console} quiet panic=-1 tsc=reliable mitigations=off random.trust_cpu=on "
            f"guest_script=/{path.relative_to(root)}",
        ]  # fmt: skip
        try:
            done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                                  timeout=timeout_s)  # fmt: skip
            output = done.stdout + done.stderr
        except subprocess.TimeoutExpired as error:
            output = (error.stdout or b"").decode(
                errors="replace"
            ) + f"\nthe emulator did not end within {timeout_s:g} s"
    output = output.replace("\r\n", "\n")
    ended = END.findall(output)
    status, virtual_s = ended[-1] if ended else (None, "0")
    host_s = time.monotonic() - began_s
    return Ended(None if status is None else int(status), float(virtual_s), host_s, END.sub("", output))
