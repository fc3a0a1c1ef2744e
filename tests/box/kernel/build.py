"""Builds the test bed's Linux kernel from Debian's source package. It is a User-Mode Linux, which runs as an ordinary program.

`python -m tests.box.kernel.build` prints its path. The first build downloads 150 MB and takes about 4 minutes of CPU time. The
result is stored in the user's cache folder, outside the repository. It depends only on the files of this folder and the version
of the package.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

HERE = Path(__file__).parent
PACKAGE = "linux-source-6.1"
TOOLS = {"flex": "flex", "bison": "bison", "bc": "bc", "make": "build-essential", "cc": "build-essential"}
INPUTS = ("build.py", "config", "header_parts.c", "display_bus.c")

#: (file, text, replacement). gpio-sim calls header_parts.c when a program drives a line, and delivers the edges
#: that a test drives at once: User-Mode Linux would deliver them at the next tick, and merge those within one.
EDITS = (
    # ALSA is disabled for ARCH=um only because there is usually no hardware.
    ("sound/Kconfig", "\nif !UML\n", "\nif SOUND\n"),
    ("arch/um/Kconfig", "config HZ\n\tint\n\tdefault 100", "config HZ\n\tint\n\tdefault 1000"),
    (
        "drivers/gpio/gpio-sim.c",
        "#include <linux/irq_sim.h>\n",
        "#include <linux/irq_sim.h>\n#include <linux/irq_work.h>\n"
        "\nvoid header_line_set(unsigned long *values, unsigned long *pulls, int line, bool before);\n",
    ),
    (
        "drivers/gpio/gpio-sim.c",
        "\t__assign_bit(offset, chip->pull_map, value);\n\tmutex_unlock(&chip->lock);\n\treturn 0;\n",
        "\t__assign_bit(offset, chip->pull_map, value);\n\tmutex_unlock(&chip->lock);\n"
        "\tlocal_irq_disable();\n\tirq_work_run();\n\tlocal_irq_enable();\n\treturn 0;\n",
    ),
    (
        "drivers/gpio/gpio-sim.c",
        "\tmutex_lock(&chip->lock);\n\t__assign_bit(offset, chip->value_map, value);\n\tmutex_unlock(&chip->lock);\n",
        "\tbool before;\n\n\tmutex_lock(&chip->lock);\n\tbefore = test_bit(offset, chip->value_map);\n"
        "\t__assign_bit(offset, chip->value_map, value);\n"
        "\theader_line_set(chip->value_map, chip->pull_map, offset, before);\n\tmutex_unlock(&chip->lock);\n",
    ),
    (
        "drivers/gpio/gpio-sim.c",
        "\tmutex_lock(&chip->lock);\n\tbitmap_replace(chip->value_map, chip->value_map, bits, mask, gc->ngpio);\n",
        "\tunsigned int line;\n\n\tmutex_lock(&chip->lock);\n\tfor_each_set_bit(line, mask, gc->ngpio) {\n"
        "\t\tbool before = test_bit(line, chip->value_map);\n\n"
        "\t\t__assign_bit(line, chip->value_map, test_bit(line, bits));\n"
        "\t\theader_line_set(chip->value_map, chip->pull_map, line, before);\n\t}\n",
    ),
)


class CannotBuild(Exception):
    """The kernel cannot be built here. The message is one sentence with the cause and what to do."""


def kernel() -> Path:
    """The path of the kernel, which is built unless it is in the cache. Raises CannotBuild."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        raise CannotBuild(f"the test bed's Linux kernel runs only on Linux on x86-64, and this is {sys.platform}")
    cached = sorted(cache().glob(f"linux-*-{_digest()}"))
    return cached[-1] if cached else _build()


def cache() -> Path:
    """The cache folder of built kernels."""
    return platformdirs.user_cache_path("burnish") / "box-kernel"


def _digest() -> str:
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in INPUTS)).hexdigest()[:12]


def _build() -> Path:
    missing = sorted({package for tool, package in TOOLS.items() if shutil.which(tool) is None})
    if missing:
        raise CannotBuild(f"the test bed's Linux kernel cannot be built: install {' '.join(missing)} with apt-get")
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="burnish-kernel-") as folder:
        tree, version = _unpack(Path(folder))
        _edit(tree)
        make = ["make", "-s", "ARCH=um", f"-j{os.cpu_count()}"]
        _run([*make, "tinyconfig"], tree)
        _run(["scripts/kconfig/merge_config.sh", "-m", "-O", ".", ".config", HERE / "config"], tree)
        _run([*make, "olddefconfig"], tree)
        _check_config(tree)
        _run([*make, "linux"], tree)
        _run(["strip", "linux"], tree)
        built = cache() / f"linux-{version}-{_digest()}"
        partial = built.with_suffix(f".{os.getpid()}")
        shutil.copy(tree / "linux", partial)
        partial.rename(built)  # another build may have finished earlier
    return built


def _unpack(folder: Path) -> tuple[Path, str]:
    """The source tree and its version, from the installed package or from a download."""
    archive = Path(f"/usr/src/{PACKAGE}.tar.xz")
    if not archive.exists():
        try:
            _run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", PACKAGE], folder)
        except (OSError, CannotBuild) as error:
            raise CannotBuild(
                f"the source of the test bed's Linux kernel, {PACKAGE}, is not available ({error})"
            ) from None
        (package,) = folder.glob("*.deb")
        _run(
            ["sh", "-c", f"dpkg-deb --fsys-tarfile {package} | tar -xO ./usr/src/{archive.name} >{archive.name}"],
            folder,
        )
        archive = folder / archive.name
    tree = folder / "tree"
    tree.mkdir()
    _run(["tar", "-xJf", archive, "--strip-components=1", "-C", tree, *_needless()], folder)
    return tree, _run(["make", "-s", "kernelversion"], tree).strip()


def _needless() -> list[str]:
    """Options of tar that leave out a third of the source, which this kernel never needs."""
    folders = ("Documentation/devicetree", "arch/arm*/boot/dts", "drivers/gpu/drm/amd/include", "tools/testing")
    return [f"--exclude=*/{folder}" for folder in folders]


def _edit(tree: Path) -> None:
    for name, old, new in EDITS:
        text = (tree / name).read_text()
        if text.count(old) != 1:
            raise CannotBuild(f"the test bed's patch of {name} does not fit this version of {PACKAGE}")
        (tree / name).write_text(text.replace(old, new))
    for name, folder, switch in (("header_parts", "gpio", "GPIO_SIM"), ("display_bus", "spi", "SPI_GPIO")):
        shutil.copy(HERE / f"{name}.c", tree / "drivers" / folder)
        with open(tree / "drivers" / folder / "Makefile", "a") as makefile:
            makefile.write(f"obj-$(CONFIG_{switch}) += {name}.o\n")


def _check_config(tree: Path) -> None:
    """Raises CannotBuild if an option is missing: the kernel's tools silently drop options whose dependencies are not met."""
    made = set((tree / ".config").read_text().splitlines())
    dropped = [
        line for line in (HERE / "config").read_text().splitlines() if line[:7] == "CONFIG_" and line not in made
    ]
    if dropped:
        raise CannotBuild(f"the kernel's configuration drops {', '.join(dropped)}")


def _run(command: list, folder: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise CannotBuild(f"{command[0]} ended with status {done.returncode}: {reason}")
    return done.stdout


if __name__ == "__main__":
    try:
        print(kernel())
    except CannotBuild as error:
        sys.exit(str(error))
