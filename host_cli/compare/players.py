"""Plays files through a program that is installed, or not at all. Programs are used instead of a library of the sound card, because they
exist on every system, use its chosen output, and can be stopped at once."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

#: Programs that play a WAV file, with their arguments, in the order in which they are tried.
PROGRAMS = (("pw-play",), ("aplay", "-q"), ("afplay",))
#: A program that takes longer for a tenth of a second of silence is taken to work, in s.
_PATIENCE_S = 5.0


class Player:
    """Plays one file at a time."""

    def __init__(self, command: tuple[str, ...]):
        self.command = command
        self._process: subprocess.Popen | None = None

    def play(self, path: Path) -> None:
        """Stop what plays, and play a file."""
        self.stop()
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([*self.command, str(path)], **quiet)

    def stop(self) -> None:
        """Stop what plays."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            self._process.wait()
            self._process = None


def find_player() -> Player | None:
    """The first program that plays a tenth of a second of silence; None if there is none, or no sound card."""
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        path = Path(folder) / "silence.wav"
        soundfile.write(path, np.zeros((4800, 2)), 48_000, "FLOAT")  # as what is played later
        for command in PROGRAMS:
            if shutil.which(command[0]) and _plays(command, path):
                return Player(command)
    return None


def _plays(command: tuple[str, ...], path: Path) -> bool:
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.run([*command, str(path)], timeout=_PATIENCE_S, **quiet).returncode == 0
    except subprocess.TimeoutExpired:
        return True
    except OSError:
        return False
