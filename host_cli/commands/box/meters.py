"""`burnish meters`: the meters of the box, live in a terminal, or as lines of JSON or CSV."""

import json
import re
import shutil
import sys
import time

import click

from host_cli.cli import JSON_SCHEMA, Context, cli, pass_context
from host_cli.terminal import MeterView

#: Terminal sequences: enter the alternate screen and hide the cursor; leave it; home; erase to the end of the line; of the screen.
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _END_OF_LINE, _END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"

#: Peaks below this level for this time count as silence.
SILENCE_DBFS, SILENCE_S = -70.0, 2.0


class Seconds(click.ParamType):
    """A duration: `30`, `30s`, `2m`, `1h`."""

    name = "duration"

    def convert(self, value, param, ctx):
        """Seconds as float."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", str(value).strip())
        if not match or not float(match[1]):
            self.fail(f"{value!r} is not a duration; write 30s, 2m or 1h", param, ctx)
        return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "": 1}[match[2]]


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="print each frame as a JSON object")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="print a line of column names, then each frame as a line of comma-separated values",
)
@click.option("--hz", type=click.FloatRange(0.5, 60), default=30.0, show_default=True, help="frames per second")
@click.option("--for", "seconds", type=Seconds(), help="stop after this time: 30s, 2m, 1h")
@click.option(
    "--until-silence",
    is_flag=True,
    help="wait for a signal at the input, then stop when it has been silent for two seconds",
)
@click.option(
    "--target",
    "target_lufs",
    type=float,
    metavar="LUFS",
    help="show the difference to this loudness; the default is the target of the loaded preset",
)
@pass_context
def meters(context: Context, as_json, as_csv, hz, seconds, until_silence, target_lufs):
    """Show peaks, loudness, gain reduction and load until Ctrl-C."""
    from host_cli.box import lasting_meters

    if as_csv and (as_json or context.json):
        raise click.UsageError("--json and --csv exclude each other")
    frames = lasting_meters(context.device, context.timeout_s, hz, seconds)
    if until_silence:
        frames = _until_silence(frames, hz)
    if as_json or context.json:
        for frame in frames:
            if frame is not None:
                print(json.dumps({"schema": f"burnish.meters/{JSON_SCHEMA}", **frame}), flush=True)
    elif as_csv:
        _csv(frames)
    elif sys.stdout.isatty():
        target_lufs = _preset_target(context) if target_lufs is None else target_lufs
        _screen(frames, MeterView(target_lufs, context.colour, shutil.get_terminal_size().columns))
    else:
        _log(frames, MeterView(target_lufs, False))


def _preset_target(context: Context) -> float | None:
    """The loudness target of the loaded preset, if it has one."""
    from host_cli.box import preset_target

    try:
        return preset_target(context.box, context.box.state().preset)
    finally:
        context.close()


def _until_silence(frames, hz: float):
    """`frames` until the input, after a signal, has been below SILENCE_DBFS for SILENCE_S."""
    signal_seen, silent_frames = False, 0
    for frame in frames:
        yield frame
        if frame is None:
            continue
        silent = max(frame["in_peak_l_dbfs"], frame["in_peak_r_dbfs"]) < SILENCE_DBFS
        signal_seen = signal_seen or not silent
        silent_frames = silent_frames + 1 if silent else 0
        if signal_seen and silent_frames >= SILENCE_S * hz:
            return


def _csv(frames) -> None:
    """Print CSV. The columns are those of the first complete frame; the slow columns arrive a little later than the others."""
    names: list[str] = []
    for frame in frames:
        if frame is not None and "xruns" in frame:
            if not names:
                names = list(frame)
                print(",".join(names), flush=True)
            print(",".join(f"{frame.get(name, '')}" for name in names), flush=True)


def _screen(frames, view: MeterView) -> None:
    """Draw the meters on the whole screen. Afterwards the terminal is restored, also after an error."""
    write = sys.stdout.write
    write(_ENTER)
    last = {}
    try:
        for frame in frames:
            last = frame or last
            view.width = max(40, shutil.get_terminal_size().columns)
            lines = view.lines(last, time.monotonic(), stale=frame is None)
            write(_HOME + "".join(f"{line}{_END_OF_LINE}\r\n" for line in lines) + _END_OF_SCREEN)
            sys.stdout.flush()
    finally:
        write(_LEAVE)
        sys.stdout.flush()


def _log(frames, view: MeterView) -> None:
    """Print one line per second, for an output that is not a terminal."""
    due = 0.0
    for frame in frames:
        now = time.monotonic()
        if frame is not None and now >= due:
            due = now + 1.0
            print(view.one_line(frame), flush=True)
