"""The files that the Pi's firmware and the Linux kernel read at start-up: config.txt, cmdline.txt, and the overlay of the
panel."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from .change import Change
from .settings import DATA, SOURCE, Settings, words_of
from .target import InstallError, Target

BOOT = "/boot/firmware"
BEGIN, END = "# burnish: begin (`python3 -m firmware.install` overwrites this part)", "# burnish: end"
READ_ONLY = "overlayroot=tmpfs:recurse=0"


def changes(target: Target, settings: Settings) -> Iterator[Change]:
    """The part of config.txt between BEGIN and END, parameters in cmdline.txt, and burnish.dtbo. Raises InstallError."""
    config, cmdline = (target.read(f"{BOOT}/{name}.txt") for name in ("config", "cmdline"))
    if config is None or cmdline is None:
        raise InstallError(
            f"there is no {BOOT}/config.txt or cmdline.txt: is this Raspberry Pi OS, bookworm or trixie?"
        )
    lines = [*settings.hat_lines(), *(DATA / "boot/config.txt").read_text().splitlines()]
    wanted = with_part(config, lines)
    if wanted != config:
        yield Change(
            f"write the part for Burnish of {BOOT}/config.txt", lambda: target.write(f"{BOOT}/config.txt", wanted)
        )
    read_only = READ_ONLY if settings.data_partition else "-overlayroot="
    words = [*words_of((DATA / "boot/cmdline.txt").read_text()), read_only]
    line = with_parameters(cmdline, words)
    if line != cmdline:
        yield Change(f"write {BOOT}/cmdline.txt: {line.strip()}", lambda: target.write(f"{BOOT}/cmdline.txt", line))
    yield from _overlay(target)


def with_part(text: str, lines: list[str]) -> str:
    """`text` of config.txt with `lines` as its part for Burnish, at the end and for every model of Pi."""
    before, begin, rest = text.partition(BEGIN)
    after = rest.partition(END)[2].lstrip("\n") if begin else ""
    kept = before.rstrip("\n") + "\n" if before.strip() else ""
    return "\n".join([kept + BEGIN, "[all]", *lines, END]) + "\n" + after


def with_parameters(text: str, words: list[str]) -> str:
    """`text` of cmdline.txt, one line, with `words` in it.

    A word replaces the parameter with the same name; `-text` removes all parameters that begin with `text`.
    """
    kept = text.split()
    for word in words:
        begin = word[1:] if word.startswith("-") else word.partition("=")[0] + "="
        kept = [old for old in kept if not old.startswith(begin) or old == word]
        if not word.startswith("-") and word not in kept:
            kept.append(word)
    return " ".join(kept) + "\n"


def _overlay(target: Target) -> Iterator[Change]:
    source = (SOURCE / "hardware" / "burnish.dts").read_text()
    name, stamp = f"{BOOT}/overlays/burnish.dtbo", "/usr/local/lib/burnish/burnish.dts"
    if target.read(stamp) == source and target.path(name).exists():
        return

    def compile_overlay() -> None:
        target.path(name).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.path("/tmp")) as folder:
            copy = Path(folder) / "burnish.dts"
            copy.write_text(source)
            inside = f"/tmp/{Path(folder).name}/burnish"
            target.run("dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", f"{inside}.dtbo", f"{inside}.dts")
            target.path(name).write_bytes((Path(folder) / "burnish.dtbo").read_bytes())
        target.write(stamp, source)

    yield Change(f"compile hardware/burnish.dts into {name}", compile_overlay)
