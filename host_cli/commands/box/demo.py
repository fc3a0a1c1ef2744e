"""`burnish demo`: a simulated box with music, and its page in the browser."""

import contextlib
import importlib.util
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OTHER, CliFail

from .web import web

#: The beginning of the line in which the simulated box tells its address.
_AT = "the simulated box is at "
_RATE_HZ = 48000


@cli.command()
@click.option("--mix", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="a stereo sound file to play; the default is a mix that is synthesised")  # fmt: skip
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="TCP port of the simulated box; the default is any free port",
)
@click.option("--no-open", is_flag=True, help="print the address of the page without opening a browser")
@pass_context
def demo(context: Context, mix, port, no_open):
    """Simulate a box that plays music, and show its page in a browser, until Ctrl-C. No hardware is needed.

    The page needs an extra package: pip install 'burnish[web]'. Without it, the command prints how to connect other programs.
    The processed sound is not audible: it is measured and shown.
    """
    for name in ("SIGTERM", "SIGHUP"):  # a terminal that is closed must not leave the simulated box behind
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="burnish-demo-", ignore_cleanup_errors=True))
        )
        box = stack.enter_context(SimulatedBox(folder, mix or _synthesised(folder), port))
        context.device = box.address
        context.out("demo", {"device": box.address}, f"a simulated box plays at {box.address}")
        context.note(f"in another terminal: burnish --device {box.address} monitor")
        _show(context, box, no_open)


def _synthesised(folder: Path) -> Path:
    """The file of the mix of this project."""
    from host_cli.render import audiofile, synthesise

    path = folder / "mix.wav"
    audiofile.write_words(str(path), audiofile.words_from_float(synthesise(_RATE_HZ).T), _RATE_HZ)
    return path


def _show(context: Context, box: "SimulatedBox", no_open: bool) -> None:
    """Serve the page until Ctrl-C, if its package is installed; otherwise wait."""
    if importlib.util.find_spec("websockets") is None:
        context.note("the page in the browser needs: pip install 'burnish[web]'; press Ctrl-C to stop")
        box.wait()
        return
    click.get_current_context().invoke(web, no_open=no_open)


class SimulatedBox:
    """`burnishd --sim` in one process, which plays `mix` again and again. A context manager. Raises CliFail if it does not start."""

    def __init__(self, folder: Path, mix: Path, port: int = 0):
        command = [sys.executable, "-m", "firmware", "--sim", "--tty", f"socket://127.0.0.1:{port}", "--run-dir", str(folder),
                   "--mix", str(mix)]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._errors: list[str] = []
        threading.Thread(target=lambda: self._errors.extend(self._process.stderr), daemon=True).start()
        self.address = ""

    def __enter__(self):
        for line in self._process.stdout:
            if _AT in line:
                self.address = line.partition(_AT)[2].split()[0].rstrip(":")
                threading.Thread(target=self._process.stdout.read, daemon=True).start()
                return self
        self.__exit__()
        reason = (self._errors or ["it printed nothing"])[-1].strip()
        raise CliFail(f"the simulated box did not start: {reason}", OTHER)

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait(self) -> None:
        """Wait until the box ends."""
        self._process.wait()
