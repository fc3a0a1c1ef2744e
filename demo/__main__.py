"""`make demo`: plays a mix through a simulated box, operates it, and reports what happened."""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np

from firmware.engine import OfflineRun
from host_cli.box.client import BoxClient
from host_cli.box.serial_port import SerialLink
from host_cli.errors import INTERRUPTED, OTHER, CliFail
from host_cli.render import audiofile

from . import mix, report
from .box import DemoFailed, SimulatedBox

FULL_SCALE = 2.0**31
#: Meter frames per second.
METERS_HZ = 30
#: The virtual sound card waits for a busy computer. The demo ends after this many times its length, however little was played.
PATIENCE = 20
#: Moves the cursor to the start of the line and clears the line.
CLEAR = "\r\033[K"
#: The files that a run writes, in addition to the folder `box/` of the box itself.
RESULTS = ("mix.wav", "box.wav", "report.png", "display.png", "summary.json", "summary.txt")
#: A key is seen when two scans of the switches agree, in seconds.
TAP_S = 0.1


def meter_page(box: SimulatedBox) -> None:
    """Show the section METER on the front panel. Knob 6 is then the input trim."""
    for line in ("press METER", "release METER"):
        box.panel(line)
        time.sleep(TAP_S)


def trim_up(box: SimulatedBox, client: BoxClient) -> None:
    """Operate the front panel."""
    meter_page(box)
    box.panel("turn 6 +6")


#: What happens while the mix plays: time in seconds, text to show, and the action.
SCENE = (
    (2.0, 'burnish preset load "Streaming -14"', lambda box, client: client.load("Streaming -14")),
    (4.0, "burnish set eq.b8.enabled=on eq.b8.gain_db=2.5", lambda box, client: client.set({"eq.b8.enabled": True, "eq.b8.gain_db": 2.5})),
    (6.0, "burnish set limiter.gain_db=8", lambda box, client: client.set({"limiter.gain_db": 8.0})),
    (8.0, "key METER; knob 6 (input trim): six fast clicks clockwise", trim_up),
    (12.0, "burnish bypass on", lambda box, client: client.bypass("on")),
    (14.0, "burnish bypass off", lambda box, client: client.bypass("off")),
    (17.0, "knob 6: two clicks counterclockwise", lambda box, client: box.panel("turn 6 -2")),
)  # fmt: skip


def main() -> int:
    """Run the demo; returns the exit status. A failure prints one sentence on stderr."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--mix", type=Path, help="stereo sound file to play instead of the synthesised mix")
    parser.add_argument("--device", help="ALSA device (hw:...) to use instead of the virtual sound card")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of the run, at least 1")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the results")
    parser.add_argument("--hands-off", action="store_true", help="change no settings while the mix plays")
    arguments = parser.parse_args()
    if arguments.mix and arguments.device:
        parser.error("a real sound card plays its own input: omit MIX or DEVICE")
    if arguments.seconds < 1:
        parser.error("--seconds must be at least 1")
    try:
        return run(arguments)
    except (DemoFailed, CliFail) as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return OTHER
    except OSError as failure:
        print(
            f"demo: {failure.filename or arguments.out}: {failure.strerror}; choose another folder with --out",
            file=sys.stderr,
        )
        return OTHER
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return INTERRUPTED


def run(arguments) -> int:
    """Play, compare with a render, report; returns the exit status."""
    out = arguments.out
    # Read before the results of the last run are removed, because the mix may be one of them.
    words, rate_hz = source(arguments)
    clear(out)
    if words is not None:
        audiofile.write_words(out / "mix.wav", words, rate_hz, "32")
    box = SimulatedBox(out / "box", None if words is None else out / "mix.wav", arguments.device)
    history, events = play(box, SCENE if not arguments.hands_off else (), arguments.seconds)
    if words is None:
        print(f"The box ran on {arguments.device}; its run log is in {out}/box.")
        return 0
    summary, after = compare(words, rate_hz, box.recording(), box.run_log())
    summary["events"] = events
    summary["source"] = arguments.mix.name if arguments.mix else "demo mix"
    audiofile.write_words(out / "box.wav", after, rate_hz, "32")
    shutil.copy(out / "box" / "display.png", out / "display.png")
    report.draw(out / "report.png", words / FULL_SCALE, after / FULL_SCALE, rate_hz, history, summary)
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    (out / "summary.txt").write_text(sentences(summary))
    print("\n" + sentences(summary) + f"The results are in {out}/: box.wav, report.png, display.png, summary.txt.")
    return 0 if summary["render_equals_run"] else 1


def clear(out: Path) -> None:
    """Remove the results of an earlier run from `out`, and nothing else; create the folder if necessary. Raises OSError."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / "box", ignore_errors=True)
    for name in RESULTS:
        (out / name).unlink(missing_ok=True)


def source(arguments) -> tuple[np.ndarray | None, int]:
    """(words, sampling rate) of the input of the box; (None, 0) for a real sound card."""
    if arguments.device:
        return None, 0
    if arguments.mix:
        words, rate_hz = audiofile.read_words(arguments.mix)
    else:
        print("synthesising a mix ...", flush=True)
        rate_hz = 48000
        words = audiofile.round_to_bits(audiofile.words_from_float(mix.synthesise(rate_hz).T), 24)
    if len(words) < rate_hz:
        raise DemoFailed(
            f"{arguments.mix} has a length of {len(words) / rate_hz:.2g} s: give at least 1 s, so that its loudness can be measured"
        )
    return words[: int(arguments.seconds * rate_hz)], rate_hz


def play(box: SimulatedBox, scene, seconds: float) -> tuple[dict[str, list[float]], list[tuple[float, str]]]:
    """Play the mix through the box, perform the actions of `scene`, show the meters; returns the columns of the meters, and
    the time in seconds and the text of each action."""
    todo, done = list(scene), []
    history: dict[str, list[float]] = {}
    clock = FrameClock()
    with box:
        try:
            with BoxClient(SerialLink(str(box.tty))) as client:
                rate_hz = client.info().info["rate_hz"]
                print(f"the box runs: {rate_hz} Hz, its serial port is {box.tty}", flush=True)
                for frame in client.meters(METERS_HZ, PATIENCE * seconds + 5):
                    if frame is None or "frame" not in frame:
                        continue
                    now = time.monotonic()
                    t_s = clock.seconds(now, frame["frame"] / rate_hz)
                    for name, value in {"wall_s": now, **frame}.items():
                        history.setdefault(name, []).append(value)
                    show(t_s, frame)
                    while todo and todo[0][0] <= t_s:
                        _, text, action = todo.pop(0)
                        print(f"{CLEAR if sys.stdout.isatty() else ''}{t_s:5.1f} s  {text}", flush=True)
                        done.append((round(t_s, 2), text))
                        action(box, client)
                    if t_s > seconds:
                        break
        except KeyboardInterrupt:
            print("\nstopped", flush=True)
        except CliFail:
            if not box.ends(within_s=3):
                raise  # the connection was lost although the box is still running
        box.ends(within_s=3)
        if box.failed:
            raise DemoFailed(f"the box stopped: {box.reason}")
    history["t_s"] = clock.axis(history.get("wall_s", []))
    return history, done


class FrameClock:
    """Estimates the position in the mix. The column "frame" arrives only at 2 Hz, and the simulated sound card may pause; between
    two values this computer's clock is used."""

    def __init__(self):
        self._known: list[tuple[float, float]] = []

    def seconds(self, wall_s: float, box_s: float) -> float:
        """The current position in seconds. `box_s` is the last known position."""
        if not self._known or box_s != self._known[-1][1]:
            self._known.append((wall_s, box_s))
        return box_s + wall_s - self._known[-1][0]

    def axis(self, wall_s) -> np.ndarray:
        """The positions at the times `wall_s`, computed after the run from all known positions."""
        if not self._known:
            return np.zeros(0)
        wall, box = np.array(self._known).T
        wall_s = np.asarray(wall_s)
        after = np.maximum(wall_s - wall[-1], 0)
        return np.interp(wall_s, wall, box) + after


def show(t_s: float, frame: dict) -> None:
    """Print a line of meters: in a terminal it replaces the last one, otherwise one is printed per second."""
    limiter = frame["gr_limiter_db"]
    bar = "#" * min(12, round(-limiter * 2))
    line = (
        f"{t_s:5.1f} s  in {frame['in_short_lufs']:6.1f}  out {frame['out_short_lufs']:6.1f} LUFS"
        f"  peak {max(frame['out_tp_l_dbtp'], frame['out_tp_r_dbtp']):6.1f} dBTP  limiter {limiter:5.1f} dB {bar}"
    )
    if sys.stdout.isatty():
        print(f"{CLEAR}{line}", end="", flush=True)
    elif t_s % 1 < 1 / METERS_HZ:
        print(line, flush=True)


def compare(words: np.ndarray, rate_hz: int, recording: np.ndarray, run_log: dict) -> tuple[dict, np.ndarray]:
    """Compare the recording with a render of the same run log; returns (figures, output aligned with the input)."""
    recorded = recording[run_log["prefill_frames"] :]
    frames = min(len(recorded), run_log["frames"])
    fed = np.zeros((frames, 2), np.int32)  # the virtual sound card delivers silence after the last frame of the mix
    fed[: min(frames, len(words))] = words[:frames]
    again = OfflineRun(rate_hz)
    again.begin(run_log["start"], run_log["events"])
    latency = again.engine.latency
    rendered = fed.copy()
    again.process_words(rendered)
    after = recorded[latency : latency + len(words)]
    before = words[: len(after)]
    changed = [event for event in run_log["events"] if event["kind"] == "settings"]
    ceiling = run_log["start"]["limiter.ceiling_dbtp"]
    for event in changed:
        ceiling = max(ceiling, event["values"].get("limiter.ceiling_dbtp", ceiling))
    summary = {
        "rate_hz": rate_hz,
        "seconds": round(len(after) / rate_hz, 2),
        "latency_frames": latency,
        "lufs_before": report.loudness_lufs(before / FULL_SCALE, rate_hz),
        "lufs_after": report.loudness_lufs(after / FULL_SCALE, rate_hz),
        "dbtp_before": report.true_peak_dbtp(before / FULL_SCALE, rate_hz),
        "dbtp_after": report.true_peak_dbtp(after / FULL_SCALE, rate_hz),
        "ceiling_dbtp": ceiling,
        "changes": len(run_log["events"]),
        "xruns": run_log["xruns"],
        "host_stalls": run_log["host_stalls"],
        "overloads": run_log["overloads"],
        "worst_load_percent": run_log["load_max_ppm"] / 1e4,
        "clamps": run_log["clamps"],
        "render_equals_run": bool(run_log["complete"] and np.array_equal(rendered, recorded[:frames])),
    }
    return summary, after


def sentences(summary: dict) -> str:
    """The text of summary.txt."""
    same = "the same bits" if summary["render_equals_run"] else "DIFFERENT BITS"
    return (
        f"{summary['source']}, {summary['seconds']:.1f} s at {summary['rate_hz']} Hz, {summary['changes']} changes during the run\n"
        f"loudness   {summary['lufs_before']:7.2f} -> {summary['lufs_after']:7.2f} LUFS   (pyloudnorm)\n"
        f"true peak  {summary['dbtp_before']:7.2f} -> {summary['dbtp_after']:7.2f} dBTP   (16 x 128 taps, scipy; ceiling {summary['ceiling_dbtp']:g})\n"
        f"xruns {summary['xruns']}, pauses of a busy computer {summary['host_stalls']}, blocks over 85 % of the period {summary['overloads']},"
        f" worst load {summary['worst_load_percent']:.0f} %, limiter clamps {summary['clamps']}\n"
        f"a file render of the same run gives {same}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
