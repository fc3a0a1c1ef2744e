"""`burnishd`, the program of the box. See `burnishd --help`."""

import argparse
import contextlib
import ctypes
import dataclasses
import faulthandler
import logging
import os
import signal
import sys
import time
from pathlib import Path

from dsp_ext.core import RATES_HZ, rate_factor
from firmware import presets
from firmware.sim import sound_card
from firmware.system import (
    BUSY,
    FAILED,
    LEAST_PERIODS,
    MOST_PERIODS,
    OK,
    USAGE,
    LogOutput,
    Options,
    Refusal,
    SharedMemory,
    board,
    config,
)

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

log = logging.getLogger(__name__)

#: How often a box tries to lock its directory, because the laptop tool holds the lock for a moment to see whether a box runs.
_CLAIMS = 4
#: The configuration without --config, if this file exists.
CONFIG = Path("/etc/burnish/burnish.toml")


def _arguments(arguments) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="burnishd",
        description="The mastering box. It processes the sound from the capture side of a sound card to its playback side.",
        epilog="Exit status: 0 ended normally, 1 other error, 2 usage, 3 no such device, 4 no permission, 5 in use.",
    )
    parser.add_argument("--config", metavar="FILE", help=f"configuration file (default: {CONFIG}, if it exists)")
    parser.add_argument(
        "--print-config", action="store_true", help="print a configuration file with all options and exit"
    )
    parser.add_argument(
        "--device", metavar="PCM", help="ALSA device for capture and playback; overrides the configuration file"
    )
    parser.add_argument("--rate", type=int, metavar="HZ", help="sampling rate; overrides the configuration file")
    parser.add_argument(
        "--period", type=int, metavar="FRAMES", help="frames per period; overrides the configuration file"
    )
    parser.add_argument("--periods", type=int, metavar="N", help="periods per buffer; overrides the configuration file")
    parser.add_argument(
        "--tty",
        metavar="TTY",
        help="serial device of the link; overrides the configuration file. With --sim, socket://127.0.0.1:PORT simulates the box in "
        "one process without ALSA, as on macOS and Windows",
    )
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="directory for sockets and the run log of this run")
    parser.add_argument(
        "--state-dir",
        type=Path,
        metavar="DIR",
        help="directory for presets and settings; with --sim by default the run directory",
    )
    parser.add_argument(
        "--sim", action="store_true", help="simulate pins, sound card (unless --device is given) and serial link"
    )
    parser.add_argument(
        "--mix",
        nargs="+",
        default=[],
        metavar="FILE",
        help=f"with --sim: sound files to process; they are repeated after {sound_card.PAUSE_S} s of silence",
    )
    parser.add_argument("--once", action="store_true", help="with --mix: play the files once, then end")
    parser.add_argument(
        "--record", action="store_true", help="with --sim: keep the output in out.raw, 23 MB a minute at 48 kHz"
    )
    parser.add_argument(
        "--unpaced",
        action="store_true",
        help="with --sim: run as fast as possible instead of in real time; files are played once",
    )
    parser.add_argument(
        "--loop-test",
        action="store_true",
        help="measure the converters through cables from the outputs to the inputs, while no box runs: delay, gain, null, noise",
    )
    parser.add_argument(
        "--calibrate",
        type=float,
        metavar="DBU",
        help="with --loop-test: the level of the tone that you measured at an output, in dBu; also prints the levels of 0 dBFS",
    )
    parser.add_argument(
        "--tone",
        action="store_true",
        help="play the tone of --loop-test until Ctrl-C, so that you can measure its level",
    )
    parser.add_argument(
        "--panel",
        action="store_true",
        help="with --sim: play the front panel in this terminal; its keys are listed below the picture",
    )
    # How the supervisor starts its children.
    parser.add_argument("--role", choices=("audio", "control"), help=argparse.SUPPRESS)
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--shared", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--options", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _options(asked: argparse.Namespace) -> Options:
    """The options of the run: arguments override the configuration. Makes the directories and the simulated input.

    Raises Refusal, ConfigError and BoardError.
    """
    path = asked.config or (str(CONFIG) if CONFIG.exists() and not asked.sim else "")
    configured = config.load(path) if path else config.Config()
    audio = configured.audio
    if asked.sim and asked.run_dir is None:
        raise Refusal(
            "--sim needs --run-dir, the directory for tty, panel.sock, in.raw and run.json: burnishd --sim --run-dir /tmp/box"
        )
    sim_card = asked.sim and not asked.device
    if not sim_card and (asked.mix or asked.unpaced or asked.once or asked.record):
        raise Refusal(
            "--mix, --once, --record and --unpaced need --sim without --device: a real card has its own input, output and clock"
        )
    if asked.once and not asked.mix:
        raise Refusal("--once needs --mix: without files the input is silence, which has no end")
    looped = bool(asked.mix) and not asked.once and not asked.unpaced
    mix_rate_hz = sound_card.mix_rate_hz(asked.mix)
    rate_hz = asked.rate or mix_rate_hz or audio.rate_hz
    if rate_hz not in RATES_HZ:
        raise Refusal(f"the rate cannot be {rate_hz} Hz: allowed are {', '.join(map(str, RATES_HZ))} Hz")
    if mix_rate_hz not in (None, rate_hz):
        raise Refusal(f"{asked.mix[0]} is at {mix_rate_hz} Hz but --rate is {rate_hz} Hz: leave --rate out")
    period = asked.period or (128 * rate_factor(rate_hz) if sim_card else audio.period_frames)
    if not 16 <= period <= 4096:
        raise Refusal(f"a period cannot have {period} frames: allowed are 16 to 4096")
    periods = asked.periods or audio.periods
    if not LEAST_PERIODS <= periods <= MOST_PERIODS:
        raise Refusal(f"a buffer cannot have {periods} periods: allowed are {LEAST_PERIODS} to {MOST_PERIODS}")
    # The device and mixer of the HAT, unless another card is given.
    hat = None if asked.sim or asked.device else configured.board().hat[audio.hat]
    pcm = hat.pcm if hat else ""
    run_dir = (asked.run_dir or Path(configured.files.run)).absolute()
    state_dir = (asked.state_dir or (run_dir if asked.sim else Path(configured.files.data))).absolute()
    for directory in (run_dir, state_dir):
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal(
                f"the directory {directory} cannot be made ({error.strerror}): give another with --run-dir or --state-dir"
            ) from None
    _claim(run_dir)
    if asked.sim and (run_dir / "tty").is_symlink():
        log.warning("replacing %s, which a simulated box that was killed has left behind", run_dir / "tty")
        (run_dir / "tty").unlink()
    return Options(
        run_dir=run_dir,
        state_dir=state_dir,
        rate_hz=rate_hz,
        period=period,
        periods=periods,
        capture=asked.device or audio.capture or pcm,
        playback=asked.device or audio.playback or pcm,
        mixer=hat.mixer_at(audio.output_dbu) if hat and pcm == (audio.playback or pcm) else {},
        tty=asked.tty or ("" if asked.sim else configured.link.tty),
        config=path,
        sim=asked.sim,
        sim_card=sim_card,
        input_frames=sound_card.prepare(run_dir, asked.mix, looped=looped, recorded=asked.record) if sim_card else 0,
        looped=looped,
        paced=not asked.unpaced,
        analog=hat is not None and not audio.capture,
        # A simulated box shares its machine with other programs, and its clock waits for it.
        priority=0 if sim_card else audio.priority,
    )


def _claim(run_dir: Path) -> None:
    """Lock `run_dir` until this process ends. Raises Refusal if another box uses it."""
    if fcntl is None:
        return
    descriptor = os.open(run_dir / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    for _ in range(_CLAIMS):
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.05)
    raise Refusal(f"a box is already running in {run_dir}: end it, or give another --run-dir", BUSY)


def _die_with_parent(parent: int) -> None:
    """Arrange that this process gets SIGTERM when its supervisor dies."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # the supervisor died before this call
        sys.exit(FAILED)


def _run_child(asked: argparse.Namespace) -> int:
    _die_with_parent(asked.parent)
    options, shared = Options.from_json(asked.options), SharedMemory(asked.shared)
    if asked.role == "audio":
        from . import audio as role
    else:
        from . import control as role
    role.main(options, shared)
    return OK


def _run_supervisor(options: Options) -> int:
    from .supervisor import Supervisor, relay_of

    with relay_of(options) as relay:
        supervisor = Supervisor(options, relay)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, supervisor.stop)
        return supervisor.run()


def _is_portable_needed() -> bool:
    from . import portable

    return portable.is_needed()


def _run_loop_test(options: Options, reading_dbu: float | None, tone: bool) -> int:
    if options.sim_card:
        raise Refusal("--loop-test and --tone need a sound card: leave out --sim, or give --device")
    from . import audio, loop_test
    from .supervisor import relay_of

    def open_streams():
        audio.set_mixer(options.playback, options.mixer)
        return audio.open_duplex(options)

    with relay_of(options) as relay:
        return loop_test.main(options, relay, open_streams, reading_dbu, tone)


def _play_panel(asked: argparse.Namespace, arguments: list[str]) -> int:
    if not asked.sim:
        print("burnishd: --panel needs --sim: it plays a simulated panel", file=sys.stderr)
        return USAGE
    from firmware.sim import run_terminal

    return run_terminal([argument for argument in arguments if argument != "--panel"], asked.run_dir)


def main(arguments=None) -> int:
    """The whole program; returns the exit status."""
    asked = _arguments(arguments)
    if asked.print_config:
        print(config.default_text(), end="")
        return OK
    if asked.panel:
        return _play_panel(asked, list(sys.argv[1:] if arguments is None else arguments))
    logging.basicConfig(
        level=logging.INFO, format=f"burnishd {asked.role or 'supervisor'}: %(message)s", handlers=[LogOutput()]
    )
    if hasattr(faulthandler, "register"):
        faulthandler.register(
            signal.SIGUSR1, all_threads=True
        )  # `kill -USR1` prints the stacks without ending the process
    try:
        if asked.role:
            return _run_child(asked)
        if asked.calibrate is not None and not asked.loop_test:
            raise Refusal("--calibrate needs --loop-test")
        if asked.loop_test or asked.tone:
            return _run_loop_test(_options(asked), asked.calibrate, asked.tone)
        options = _options(asked)
        if options.sim_card and (options.tty.startswith("socket://") or _is_portable_needed()):
            from . import portable

            tty = options.tty or "socket://127.0.0.1:0"
            portable.check_address(tty)
            return portable.main(dataclasses.replace(options, tty=tty), asked.record)
        return _run_supervisor(options)
    except Refusal as refusal:
        print(f"burnishd: {refusal}", file=sys.stderr)
        return refusal.status
    except (config.ConfigError, board.BoardError) as error:
        print(f"burnishd: {error}", file=sys.stderr)
        return USAGE
    except ModuleNotFoundError as error:
        if error.name not in ("alsaaudio", "gpiozero", "luma"):
            raise
        print(f'burnishd: the box needs {error.name}: pip install "burnish[box]"', file=sys.stderr)
        return USAGE
    except presets.PresetError as error:  # for example because the disk is full
        print(f"burnishd: {error}", file=sys.stderr)
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
