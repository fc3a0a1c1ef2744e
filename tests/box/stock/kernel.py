"""Fetches Debian's PREEMPT_RT kernel, and packs the file system from which it starts: busybox and a few modules."""

import gzip
import lzma
import re
import shutil
import subprocess
from pathlib import Path

import platformdirs

META = "linux-image-rt-amd64"
#: The modules for the host's files and for the sound card. The modules on which they depend are added.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "snd-hrtimer", "snd-dummy", "snd-aloop")
OPTIONS = {"snd-dummy": "hrtimer=1", "snd-aloop": "timer_source=Dummy pcm_substreams=4"}
TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "busybox": "busybox-static", "apt-get": "apt", "depmod": "kmod"}
HERE = Path(__file__).parent


class CannotRun(Exception):
    """The kernel cannot be fetched or run here. The message is one sentence with the cause."""


def fetched() -> tuple[Path, Path]:
    """(kernel, initial file system). The kernel's package is downloaded once and kept in the cache. Raises CannotRun."""
    if missing := sorted(package for tool, package in TOOLS.items() if shutil.which(tool) is None):
        raise CannotRun(f"Debian's real-time kernel cannot be run: install {' '.join(missing)} with apt-get")
    package = _package()
    folder = platformdirs.user_cache_path("burnish") / "stock-kernel" / package
    if not (folder / "boot").exists():
        _unpack(package, folder)
    (kernel,) = (folder / "boot").glob("vmlinuz-*")
    initial = folder / "initial.gz"
    initial.write_bytes(gzip.compress(_initial(folder), 1))
    return kernel, initial


def _package() -> str:
    """The newest image on which the meta package depends."""
    shown = _run(["apt-cache", "depends", META])
    found = re.search(r"Depends: (linux-image-\S+-rt-amd64)", shown)
    if not found:
        raise CannotRun(f"the package {META} is not available here")
    return found[1]


def _unpack(package: str, folder: Path) -> None:
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], partial)
    (archive,) = partial.glob("*.deb")
    _run(["dpkg-deb", "-x", archive, partial])
    archive.unlink()
    (version,) = (partial / "lib/modules").iterdir()
    _run(["depmod", "-b", partial, version.name])
    partial.rename(folder)


def _initial(folder: Path) -> bytes:
    """A cpio archive (format "newc") for the kernel to start from."""
    (modules,) = (folder / "lib/modules").iterdir()
    files = [("bin", None, 0o40755), ("m", None, 0o40755), ("init", (HERE / "init.sh").read_bytes(), 0o100755)]
    files.append(("bin/busybox", Path(shutil.which("busybox")).read_bytes(), 0o100755))
    loads = []
    for number, path in enumerate(_ordered(modules)):
        name = path.name.removesuffix(".xz").removesuffix(".ko")
        data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        files.append((f"m/{number:03}.ko", data, 0o100644))
        loads.append(f"insmod /m/{number:03}.ko {OPTIONS.get(name, '')}".rstrip())
    files.append(("m/load", "\n".join([*loads, ""]).encode(), 0o100644))
    return b"".join(_entry(*file) for file in files) + _entry("TRAILER!!!", b"", 0)


def _ordered(modules: Path) -> list[Path]:
    """The files of MODULES and of the modules that they need, in the order in which they can be loaded. Modules that are built into
    the kernel have no file."""
    needs = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        needs[_name(path)] = (path, rest.split())
    ordered: list[str] = []
    for wanted in MODULES:
        path, rest = needs.get(_name(wanted), (None, []))
        for each in [*reversed(rest), path]:
            if each is not None and each not in ordered:
                ordered.append(each)
    return [modules / path for path in ordered]


def _name(path: str) -> str:
    return Path(path).name.removesuffix(".xz").removesuffix(".ko").replace("-", "_")


def _entry(name: str, data: bytes | None, mode: int) -> bytes:
    content = data or b""
    fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + "".join(f"{field:08x}" for field in fields).encode() + name.encode() + b"\0"
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


def _run(command: list, folder: Path | None = None) -> str:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise CannotRun(f"{command[0]} ended with status {done.returncode}: {reason}")
    return done.stdout
