"""Messages of a simulated box to the person who started it."""

import os
import shlex
from pathlib import Path

from firmware.system import Options


def port(options: Options) -> Path | None:
    """The port of the box for the laptop tool; None if a serial device was given."""
    return None if options.tty else options.run_dir / "tty"


def ready(options: Options) -> str:
    """The message that is printed when the audio runs and the port is open."""
    at = port(options)
    command = f"burnish --device {shlex.quote(_short(at))} info" if at else f"the link is {options.tty}"
    if not options.sim_card:
        playing = "the input is that of the card"
    elif options.looped:
        playing = "the mix is repeated"
    else:
        playing = "the mix is played once" if options.input_frames else "the input is silence, --mix FILE plays music"
    return f"ready: {command}  ({playing}; Ctrl-C ends the box)"


def ended(options: Options) -> str:
    """The message that is printed when the mix has ended."""
    recording = options.run_dir / "out.raw"
    return "the mix has ended" + (f"; the output is in {_short(recording)}" if recording.exists() else "")


def _short(path: Path) -> str:
    """The path relative to the current directory if it is below that directory, otherwise the whole path."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
