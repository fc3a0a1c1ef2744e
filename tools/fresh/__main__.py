"""`make fresh`: runs `make demo` and `make test` in bare roots of Debian 12 and 13, and prints a table of times at the end."""

import argparse
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .root import Root, RootImpossible

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "build" / "fresh"
SUITES = ("bookworm", "trixie")
CLONE = "git clone -q burnish.bundle burnish"
WHOLE = ("make demo", "make box", "make test")
#: Tests whose results can differ between versions of Python, libraries and machines: bits, generated documents, screens,
#: pseudo-terminals.
TELLING = (
    "tests/test_layers.py",
    "tests/test_docs.py",
    "tests/test_system.py",
    "tests/dsp_ext/test_same_bits.py",
    "tests/dsp_ext/test_settings.py",
    "tests/firmware/contract",
    "tests/firmware/link",
    "tests/firmware/install/test_install.py",
    "tests/firmware/panel/test_display.py",
    "tests/host_cli/test_cli_document.py",
    "tests/host_cli/test_transcripts.py",
    "tests/host_cli/terminal/test_screens.py",
)
QUICK = ("make demo", "make box", f"make test TESTS='-n auto --dist loadfile {' '.join(TELLING)}'")


def missing() -> str | None:
    """The reason why bare roots cannot be made on this machine, or None."""
    if os.geteuid() != 0:
        return "bare roots need root: run `sudo make fresh`"
    for program in ("mmdebstrap", "unshare", "chroot"):
        if shutil.which(program) is None:
            return f"bare roots need {program}, which is not installed: apt-get install {program}"
    return None


def try_root(root: Root, commands: list[str]) -> list[tuple[str, str, float, bool]]:
    """Run `commands` in `root`. Returns root, command, seconds and whether it passed, for each. Stops at the first failure."""
    log = FOLDER / f"{root.suite}.log"
    rows = []
    with log.open("w") as output:
        for command in [CLONE, *(f"cd burnish && {command}" for command in commands)]:
            print(f"{root.suite}: {command}", flush=True)
            start = time.monotonic()
            status = root.run(command, output)
            rows.append((root.describe(), command, time.monotonic() - start, status == 0))
            if status:
                output.flush()
                print("".join(log.read_text(errors="replace").splitlines(keepends=True)[-40:]))
                print(f"{root.suite}: `{command}` failed with status {status}; the whole output is in {log}")
                break
    return rows


def try_suite(suite: str, commands: list[str]) -> list[tuple[str, str, float, bool]]:
    """The rows of `try_root` in a root that is made for it and removed afterwards. Raises RootImpossible."""
    root = Root(suite, FOLDER)
    try:
        root.make()
        root.give(REPOSITORY)
        root.check()
        return try_root(root, commands)
    finally:
        root.remove()


def main(arguments: list[str] | None = None) -> int:
    """The exit status is 0 if every command passed in every root. With --if-possible, it is also 0 if no root can be made."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.fresh", description=__doc__)
    parser.add_argument("--suite", action="append", choices=SUITES, help="only this release (may be repeated)")
    parser.add_argument(
        "--quick", action="store_true", help="run only the tests whose results can depend on the machine"
    )
    parser.add_argument(
        "--if-possible", action="store_true", help="if no root can be made, print the reason and end with exit status 0"
    )
    asked = parser.parse_args(arguments)
    if reason := missing():
        print(f"fresh: not run: {reason}")
        return 0 if asked.if_possible else 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows, impossible = [], False
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(try_suite, suite, QUICK if asked.quick else WHOLE) for suite in asked.suite or SUITES]
    for run in runs:
        try:
            rows += run.result()
        except RootImpossible as error:
            print(f"fresh: not run: {error}")
            impossible = True
    if rows:
        print("\n| machine | command | time | result |\n|---|---|---|---|")
    for machine, command, seconds, passed in rows:
        print(f"| {machine} | {command} | {seconds:.0f} s | {'passed' if passed else 'FAILED'} |")
    return 0 if all(row[3] for row in rows) and (asked.if_possible or not impossible) else 1


if __name__ == "__main__":
    sys.exit(main())
