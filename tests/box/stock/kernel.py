"""Fetches Debian's PREEMPT_RT kernel, and packs the file system from which it starts: busybox and a few modules."""

import gzip
import lzma
import re
import shutil
import subprocess
from pathlib import Path

import platformdirs

#: The modules for the host's files and for the sound card. The modules on which they depend are added.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "snd-hrtimer", "snd-dummy", "snd-aloop")
OPTIONS = {"snd-dummy": "hrtimer=1", "snd-aloop": "pcm_substreams=4"}
#: The clock of the loopback card is the timer of the dummy card. Debian's kernel for arm64 has no dummy card; there, the clock is the
#: timer tick of the kernel, every 4 ms.
CLOCK = "timer_source=Dummy"
TOOLS = {"apt-get": "apt", "dpkg-deb": "dpkg", "depmod": "kmod"}
EMULATORS = {"amd64": ("qemu-system-x86_64", "qemu-system-x86"), "arm64": ("qemu-system-aarch64", "qemu-system-arm")}
SOURCE = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main\n"
HERE = Path(__file__).parent


class CannotRun(Exception):
    """The kernel cannot be fetched or run here. The message is one sentence with the cause."""


def fetched(machine: str) -> tuple[Path, Path]:
    """(kernel, initial file system) for a machine of EMULATORS. The packages are downloaded once and kept in the cache. Raises
    CannotRun."""
    tools = TOOLS | dict([EMULATORS[machine]])
    if missing := sorted(package for tool, package in tools.items() if shutil.which(tool) is None):
        raise CannotRun(f"Debian's real-time kernel cannot be run: install {' '.join(missing)} with apt-get")
    cache = platformdirs.user_cache_path("burnish") / "stock-kernel" / machine
    apt = _apt(machine, cache)
    package = _package(machine, apt)
    folder = cache / package
    if not (folder / "boot").exists():
        _unpack([package, "busybox-static"], folder, apt)
    (kernel,) = (folder / "boot").glob("vmlinuz-*")
    initial = folder / "initial.gz"
    initial.write_bytes(gzip.compress(_initial(folder), 1))
    return kernel, initial


def _apt(machine: str, cache: Path) -> list[str]:
    """Options by which apt uses Debian's list of packages for `machine`, whatever system this is, and changes nothing here."""
    lists, sources = cache / "lists", cache / "sources.list"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    sources.write_text(SOURCE)
    settings = {"APT::Architecture": machine, "APT::Architectures::": machine, "Dir::State::Lists": lists,
                "Dir::State::status": "/dev/null", "Dir::Etc::sourcelist": sources, "Dir::Etc::sourceparts": "/dev/null",
                "Dir::Cache::pkgcache": "", "Dir::Cache::srcpkgcache": "", "APT::Sandbox::User": "root"}  # fmt: skip
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    if not list(lists.glob("*Packages*")):
        _run(["apt-get", *options, "-qq", "update"])
    return options


def _package(machine: str, apt: list[str]) -> str:
    """The newest image on which the meta package depends."""
    meta = f"linux-image-rt-{machine}"
    found = re.search(r"Depends: (linux-image-\S+)", _run(["apt-cache", *apt, "depends", meta]))
    if not found:
        raise CannotRun(f"the package {meta} is not available here")
    return found[1]


def _unpack(packages: list[str], folder: Path, apt: list[str]) -> None:
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _run(["apt-get", *apt, "-q", "download", *packages], partial)
    for archive in list(partial.glob("*.deb")):
        _run(["dpkg-deb", "-x", archive, partial])
        archive.unlink()
    (version,) = (partial / "lib/modules").iterdir()
    _run(["depmod", "-b", partial, version.name])
    partial.rename(folder)


def _initial(folder: Path) -> bytes:
    """A cpio archive (format "newc") for the kernel to start from."""
    (modules,) = (folder / "lib/modules").iterdir()
    files = [("bin", None, 0o40755), ("m", None, 0o40755), ("init", (HERE / "init.sh").read_bytes(), 0o100755)]
    files.append(("bin/busybox", (folder / "bin/busybox").read_bytes(), 0o100755))
    loads, ordered = [], _ordered(modules)
    options = dict(OPTIONS)
    if any(_name(path.name) == "snd_dummy" for path in ordered):
        options["snd-aloop"] += f" {CLOCK}"
    for number, path in enumerate(ordered):
        name = path.name.removesuffix(".xz").removesuffix(".ko")
        data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        files.append((f"m/{number:03}.ko", data, 0o100644))
        loads.append(f"insmod /m/{number:03}.ko {options.get(name, '')}".rstrip())
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
