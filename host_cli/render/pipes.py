"""Standard input and output (`-` in place of a file name) and pipes as audio files. Their data passes through a temporary file."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from host_cli.errors import USAGE, CliFail

PIPE = Path("-")


@dataclass(frozen=True)
class Input:
    """A file to read, and the name that the user knows it by."""

    path: Path
    name: str


@contextlib.contextmanager
def inputs_of(paths: tuple[Path, ...]) -> Iterator[list[Input]]:
    """The inputs, with temporary files in place of `-` and of pipes such as `<(ffmpeg ...)`.

    A pipe is first copied completely, because readers of most formats need to seek. Raises CliFail.
    """
    if paths.count(PIPE) > 1:
        raise CliFail("- can stand for only one input: give it once", USAGE)
    if not any(path == PIPE or path.is_fifo() for path in paths):
        yield [Input(path, str(path)) for path in paths]
        return
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        found = []
        for number, path in enumerate(paths):
            if path != PIPE and not path.is_fifo():
                found.append(Input(path, str(path)))
                continue
            copy = Path(folder, f"{number}", "stdin.wav" if path == PIPE else f"pipe{number}.wav")
            copy.parent.mkdir()
            with copy.open("wb") as file:
                if path == PIPE:
                    shutil.copyfileobj(sys.stdin.buffer, file)
                else:
                    with path.open("rb") as pipe:
                        shutil.copyfileobj(pipe, file)
            found.append(Input(copy, "stdin" if path == PIPE else str(path)))
        yield found


@contextlib.contextmanager
def piped(paths: tuple[Path, ...], output: Path) -> Iterator[tuple[list[Input], Path]]:
    """The inputs (see `inputs_of`) and the output. If `output` is `-`, it is replaced by a temporary WAV file, which is copied to stdout
    at the end. Raises CliFail."""
    if output == PIPE and len(paths) > 1:
        raise CliFail("- as the output stands for one file: give only one input", USAGE)
    if output == PIPE and sys.stdout.isatty():
        raise CliFail("stdout is a terminal, but the output is audio: redirect stdout to a file or a program", USAGE)
    with contextlib.ExitStack() as stack:
        inputs = stack.enter_context(inputs_of(paths))
        if output != PIPE:
            yield inputs, output
            return
        stdout = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="burnish-")), "stdout.wav")
        yield inputs, stdout
        with stdout.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
