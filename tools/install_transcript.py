"""`make try-install` and `make try-service` as texts for the documentation: runs a command, prints its output, and with --write
keeps it in docs/install/NAME.txt, without what differs from machine to machine."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "install"
#: (pattern, replacement): folders and times of this machine, and messages of apt, dpkg and pip about their progress.
NOISE = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"(?:/\S+)?/?build/(?:arm64|native)/(?:bookworm|trixie)(?=/)"), ""),
    (re.compile(r" in \d[\d.]*s(?: \(\S+\))?"), ""),
    (re.compile(r"[ \t]+$", re.M), ""),
    (
        re.compile(
            r"^(?:Selecting previously|Preparing to unpack|Unpacking|Setting up|Processing triggers|\(Reading database|"
            r"debconf: |Extracting templates|update-alternatives: |Creating config file|qemu: |\[notice\]|dpkg-preconfigure|"
            r"invoke-rc.d: |W: |WARNING: Location |Adding |Updating certificates|\d+ added, ).*\n",
            re.M,
        ),
        "",
    ),
)


def cleaned(text: str) -> str:
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="the name of the text")
    parser.add_argument("--write", action="store_true", help="keep the output in docs/install")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    lines = []
    with subprocess.Popen(
        asked.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as run:
        for line in run.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if run.returncode:
        return run.returncode
    if asked.write:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{asked.name}.txt").write_text(cleaned("".join(lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
