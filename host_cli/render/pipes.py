"""Standard input and output as audio files: `-` in place of a file name. Both pass through a temporary file."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from host_cli.errors import USAGE, CliFail

PIPE = Path("-")


@contextlib.contextmanager
def piped(inputs: tuple[Path, ...], output: Path) -> Iterator[tuple[list[Path], Path]]:
    """`inputs` and `output` with temporary files in place of `-`; at the end the output is copied to stdout, as WAV.

    Audio is read from stdin completely first, because most formats need to be read out of order. Raises CliFail.
    """
    if inputs.count(PIPE) > 1 or (output == PIPE and len(inputs) > 1):
        raise CliFail(
            "- can replace one file: give it at most once as an input, and as the output only if there is one input",
            USAGE,
        )
    if PIPE not in inputs and output != PIPE:
        yield list(inputs), output
        return
    if output == PIPE and sys.stdout.isatty():
        raise CliFail("the output is audio: redirect stdout to a file or a program", USAGE)
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        stdin, stdout = Path(folder, "stdin.wav"), Path(folder, "stdout.wav")
        if PIPE in inputs:
            with stdin.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        yield [stdin if path == PIPE else path for path in inputs], stdout if output == PIPE else output
        if output == PIPE:
            with stdout.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
