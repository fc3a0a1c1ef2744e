"""Reads the commands and examples of a document, so that tests can run what a reader would type."""

import re
from pathlib import Path


def blocks(path: Path, language: str) -> list[str]:
    """The contents of all fenced blocks of `language`, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.M | re.S)


def commands(block: str) -> list[str]:
    """The lines of a shell block without comments and without empty lines."""
    lines = (re.sub(r"\s+#.*$", "", line) for line in block.splitlines())
    return [line for line in lines if line.strip() and not line.startswith("#")]


def inline(path: Path, first_word: str) -> list[str]:
    """Commands in the running text: code spans that start with `first_word`, without duplicates."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
    return list(dict.fromkeys(re.findall(rf"`({first_word} [^`]+)`", text)))


def anchor(heading: str) -> str:
    """The anchor that a code host assigns to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """The anchors of all headings of a document."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.M | re.S)
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.M)}
