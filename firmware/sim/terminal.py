"""`burnishd --sim --panel`: the front panel in a terminal. The picture is drawn with half blocks, keys stand for knobs and buttons.

It is a client of `panel.sock` and `display.raw` in the run directory, so it operates the same pins as the tests.
"""

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty
from pathlib import Path

from .picture_file import read_picture

PICTURE_S = 1 / 20
#: How long a key of the keyboard presses a key of the panel, and how long it holds it with the capital letter, in seconds.
TAP_S, HOLD_S = 0.12, 1.15
START_S = 60.0
#: Keys of the keyboard: keys of the panel.
KEYS = {
    "e": "EQ", "d": "DYN", "s": "STEREO", "c": "COLOUR", "l": "LIMIT", "m": "METER", "a": "AB", "b": "BYPASS", "p": "PRESET",
    "k": "LOCK", "u": "UNDO", "\t": "SHIFT",
}  # fmt: skip
#: Arrows: clicks of the chosen knob.
ARROWS = {"\x1b[C": 1, "\x1b[D": -1, "\x1b[A": 5, "\x1b[B": -5}
HELP = (
    "e EQ  d DYN  s STEREO  c COLOUR  l LIMIT  m METER   a A/B  b BYPASS  p PRESET  k LOCK  u UNDO  Tab SHIFT   capital: hold",
    "1-6 choose a knob   left, right: turn it   up, down: by 5 clicks   Enter: push   h: hold it   f: pushed while turning (fine)",
    "x and a key: with SHIFT held   q: end",
)


class Lines:
    """A connection to `panel.sock`."""

    def __init__(self, path: Path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rw", encoding="utf-8")

    def send(self, line: str) -> str:
        """Send a command; returns the answer."""
        self._file.write(f"{line}\n")
        self._file.flush()
        return self._file.readline().strip()

    def close(self) -> None:
        self._socket.close()


class Keyboard:
    """Turns keys of the keyboard into commands of the panel. `send` takes a command, `wait` seconds."""

    def __init__(self, send, wait=time.sleep):
        self._send = send
        self._wait = wait
        self.knob = 1
        self.fine = False
        self._with_shift = False

    def key(self, key: str) -> bool:
        """Handle a key. Returns False for the end."""
        if key in ("q", "\x03", "\x04"):
            return False
        shifted, self._with_shift = self._with_shift, False
        if key == "x":
            self._with_shift = True
        elif key in "123456" and len(key) == 1:
            self.set_fine(False)
            self.knob = int(key)
        elif key in ARROWS:
            self._send(f"turn {self.knob} {ARROWS[key]:+}")
        elif key in ("\r", "\n"):
            self._press(str(self.knob), TAP_S)
        elif key == "h":
            self._press(str(self.knob), HOLD_S)
        elif key == "f":
            self.set_fine(not self.fine)
        elif key.lower() in KEYS:
            if shifted:
                self._send("press SHIFT")
                self._wait(TAP_S)
            self._press(KEYS[key.lower()], HOLD_S if key.isupper() else TAP_S)
            if shifted:
                self._send("release SHIFT")
        return True

    def set_fine(self, fine: bool) -> None:
        """Push the chosen knob and keep it pushed, or release it."""
        if fine != self.fine:
            self._send(f"{'press' if fine else 'release'} {self.knob}")
            self.fine = fine

    def _press(self, switch: str, seconds: float) -> None:
        self._send(f"press {switch}")
        self._wait(seconds)
        self._send(f"release {switch}")
        self._wait(TAP_S / 2)


def half_blocks(width: int, height: int, greys: bytes, columns: int) -> str:
    """A picture as text: each character shows two pixels, one above the other. With fewer `columns` than pixels, pixels are left
    out."""
    step = max(1, -(-width // max(columns, 1)))
    lines = []
    for y in range(0, height - step, 2 * step):
        parts, last = [], None
        for x in range(0, width, step):
            upper, lower = greys[y * width + x], greys[(y + step) * width + x]
            if (upper, lower) != last:
                parts.append(f"\x1b[38;2;{upper};{upper};{upper};48;2;{lower};{lower};{lower}m")
                last = (upper, lower)
            parts.append("▀")
        lines.append("".join(parts) + "\x1b[0m")
    return "\r\n".join(lines)


def run_terminal(arguments: list[str], run_dir: Path | None) -> int:
    """Start a simulated box with `arguments` (without --panel) and play its panel until `q`. Returns its exit status."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("burnishd: --panel needs a terminal: run it in one, without a pipe", file=sys.stderr)
        return 2
    with contextlib.ExitStack() as stack:
        if run_dir is None:
            run_dir = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="burnish-")))
            arguments = [*arguments, "--run-dir", str(run_dir)]
        run_dir.mkdir(parents=True, exist_ok=True)
        log = stack.enter_context((run_dir / "panel.log").open("w"))
        command = [sys.executable, "-m", "firmware", *arguments]
        box = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent)
        stack.callback(_end, box)
        lines = _connect(run_dir, box)
        if lines is None:
            print((run_dir / "panel.log").read_text(), end="", file=sys.stderr)
            return box.poll() or 1
        stack.callback(lines.close)
        _play(run_dir, Keyboard(lines.send), box)
    return 0


def _die_with_parent() -> None:
    """The box ends when this program does, even if it is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _connect(run_dir: Path, box: subprocess.Popen) -> Lines | None:
    deadline = time.monotonic() + START_S
    while box.poll() is None and time.monotonic() < deadline:
        try:
            return Lines(run_dir / "panel.sock")
        except OSError:
            time.sleep(0.05)
    return None


def _end(box: subprocess.Popen) -> None:
    box.terminate()
    box.wait()


def _play(run_dir: Path, keyboard: Keyboard, box: subprocess.Popen) -> None:
    before = termios.tcgetattr(sys.stdin)
    serial, shown = None, ""
    try:
        tty.setraw(sys.stdin)
        sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[2J")
        while box.poll() is None:
            if select.select([sys.stdin], [], [], PICTURE_S)[0]:
                typed = os.read(sys.stdin.fileno(), 16).decode(errors="replace")
                if not keyboard.key(typed if typed.startswith("\x1b") else typed[:1]):
                    return
            picture = read_picture(run_dir / "display.raw")
            status = f"knob {keyboard.knob}{' pushed' if keyboard.fine else ''}"
            if picture and (picture[0] != serial or status != shown):
                serial, shown = picture[0], status
                columns = os.get_terminal_size().columns or picture[1]  # a terminal may not know its size
                text = half_blocks(*picture[1:], columns)
                sys.stdout.write(f"\x1b[H{text}\r\n\r\n" + "\r\n".join((*HELP, f"\x1b[1m{status}\x1b[0m\x1b[K")))
                sys.stdout.flush()
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()
