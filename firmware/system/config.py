"""burnish.toml: the configuration of the box. Every option has a default; an unknown key is an error.

The sound is not configured here but by presets. `burnishd --print-config` prints the file with all options, their defaults
and what they mean; `firmware/data/burnish.toml` is that text, kept current by a test.
"""

import dataclasses
import difflib
import json
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from dsp_ext.core import RATES_HZ
from firmware.contract import BurnishError, parse_controls

from . import board
from .options import LEAST_PERIODS, MOST_PERIODS


class ConfigError(BurnishError, ValueError):
    """The configuration is not valid. The message is one sentence with file, key, value and the allowed values."""


def _option(default, help: str, *, low=None, high=None, choices=()):
    return dataclasses.field(
        default=default, metadata={"help": help, "low": low, "high": high, "choices": tuple(choices)}
    )


@dataclass(frozen=True)
class AudioConfig:
    """The sound card and its settings."""

    hat: str = _option(board.DEFAULT_HAT, "audio board (HAT), one of those in hardware/board.toml")
    capture: str = _option("", 'ALSA device for capture, such as "hw:CARD=PCH"; empty: that of the HAT')
    playback: str = _option("", "ALSA device for playback; empty: that of the HAT")
    rate_hz: int = _option(96000, "sampling rate", choices=RATES_HZ)
    period_frames: int = _option(256, "frames per period; more frames mean more latency",
                                 choices=(32, 64, 128, 256, 512, 1024))  # fmt: skip
    periods: int = _option(3, "periods in the playback buffer", low=LEAST_PERIODS, high=MOST_PERIODS)
    output_dbu: float = _option(24.0, "level of 0 dBFS at the outputs in dBu, limited to the full-scale level of the HAT",
                                low=-20.0, high=24.0)  # fmt: skip
    priority: int = _option(70, "SCHED_FIFO priority of the audio process; 0: normal scheduling", low=0, high=90)


@dataclass(frozen=True)
class LinkConfig:
    """The serial link to the laptop."""

    tty: str = _option("/dev/ttyGS0", "serial device; empty: no link")
    kind: str = _option(
        "usb", "usb: fast; uart: slow, so meters are limited to what the baud rate allows", choices=("usb", "uart")
    )
    baud: int = _option(115200, "baud rate of a uart", choices=(9600, 57600, 115200, 230400, 460800, 921600))


@dataclass(frozen=True)
class PanelConfig:
    """Knobs, buttons, display, relay."""

    enabled: bool = _option(True, "use knobs and buttons")
    profile: str = _option(board.DEFAULT_PANEL, "a: six keys (revision A); b: twelve keys", choices=board.PANELS)
    backend: str = _option(
        "gpio",
        "gpio: knobs through gpiozero; evdev: through the kernel's rotary-encoder overlays",
        choices=("gpio", "evdev"),
    )
    acceleration: bool = _option(True, "knobs move further when they are turned fast")
    preferred_frequencies: bool = _option(True, "frequencies stop at preferred numbers, such as 250 Hz or 3.15 kHz")
    display: bool = _option(True, "use the 256 x 64 display")
    screen: str = _option(
        "", 'framebuffer of a colour screen used instead, such as "/dev/fb0"; empty: the 256 x 64 display'
    )
    rotate: bool = _option(False, "turn the picture of the display by 180 degrees")
    brightness_pct: int = _option(80, "brightness of the display in per cent", low=1, high=100)
    relay: bool = _option(True, "generate the heartbeat for the bypass relays")


@dataclass(frozen=True)
class MidiConfig:
    """Remote control by MIDI, see docs/REMOTE.md."""

    enabled: bool = _option(True, "use the MIDI port of the USB connection")
    device: str = _option("", 'raw MIDI device, such as "/dev/snd/midiC1D0"; empty: that of the USB connection')
    channel: int = _option(0, "MIDI channel; 0: receives on all channels and sends on channel 1", low=0, high=16)
    controls: str = _option("", 'control changes for parameters, such as "74=limiter.gain_db 71=eq.b1.freq_hz"')
    pickup: bool = _option(False, "a control acts only after it has met the present value")


@dataclass(frozen=True)
class FilesConfig:
    """Directories of the box."""

    data: str = _option("/var/lib/burnish", "presets and the last settings; must survive a reboot")
    run: str = _option("/run/burnish", "sockets, lock and run log of the current run")


@dataclass(frozen=True)
class Config:
    """The whole configuration, with all values checked."""

    audio: AudioConfig = dataclasses.field(default_factory=AudioConfig)
    link: LinkConfig = dataclasses.field(default_factory=LinkConfig)
    panel: PanelConfig = dataclasses.field(default_factory=PanelConfig)
    midi: MidiConfig = dataclasses.field(default_factory=MidiConfig)
    files: FilesConfig = dataclasses.field(default_factory=FilesConfig)

    def board(self) -> board.Board:
        """The board with the parts that are in use. Raises BoardError if the HAT uses their pins."""
        panel = self.panel
        return board.load(self.audio.hat, knobs=panel.enabled, display=panel.display and not panel.screen,
                          relay=panel.relay, panel=panel.profile)  # fmt: skip


def load(path: Path | str) -> Config:
    """The configuration in the file at `path`. Raises ConfigError, also if the file cannot be read."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    try:
        return parse(data.decode(), Path(path).name)
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text") from None


def parse(text: str, where: str = "burnish.toml") -> Config:
    """The configuration in the TOML text `text`. Raises ConfigError, which names all faults at once."""
    try:
        tree = tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{where} is nested too deeply") from None
    except ValueError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}") from None
    faults: list[str] = []
    sections = {}
    kinds = {field.name: field.default_factory for field in dataclasses.fields(Config)}
    for name, table in tree.items():
        if name not in kinds:
            faults.append(f"no section [{name}]{_hint(name, kinds)}")
        elif not isinstance(table, dict):
            faults.append(f"{name} must be a section, not {table!r}")
        else:
            sections[name] = kinds[name](**_checked(kinds[name], name, table, faults))
    config = Config(**sections)
    if not faults:
        faults += _conflicts(config)
    if faults:
        raise ConfigError(f"{where}: {'; '.join(faults)}")
    return config


def _checked(kind: type, section: str, table: dict, faults: list[str]) -> dict:
    options = {field.name: field for field in dataclasses.fields(kind)}
    good = {}
    for key, value in table.items():
        if key not in options:
            faults.append(f"no option {section}.{key}{_hint(key, options)}")
        elif not _fits(options[key], value):
            faults.append(f"{section}.{key} cannot be {value!r}: allowed is {_allowed(options[key])}")
        else:
            good[key] = options[key].type(value)
    return good


def _fits(option: dataclasses.Field, value) -> bool:
    if option.type is float and type(value) is int:
        value = float(value)
    if type(value) is not option.type or (isinstance(value, float) and not math.isfinite(value)):
        return False
    if isinstance(value, str) and any(ord(char) < 32 for char in value):
        return False
    low, high, choices = (option.metadata[key] for key in ("low", "high", "choices"))
    return (not choices or value in choices) and (low is None or low <= value <= high)


def _allowed(option: dataclasses.Field) -> str:
    if choices := option.metadata["choices"]:
        return ", ".join(map(str, choices))
    if option.metadata["low"] is not None:
        return f"{option.metadata['low']} to {option.metadata['high']}"
    return {bool: "true or false", str: "text in quotes", int: "a whole number"}[option.type]


def _conflicts(config: Config):
    """Conflicts between options whose single values are allowed."""
    try:
        parse_controls(config.midi.controls)
    except ValueError as error:
        yield f"midi.controls: {error}"
    try:
        hat = config.board().hat
    except board.BoardError as error:
        yield f"audio.hat: {error}"
        return
    trimmed = config.audio.output_dbu != AudioConfig.output_dbu
    if trimmed and (hat[config.audio.hat].full_scale_dbu is None or not hat[config.audio.hat].output_control):
        yield (f"audio.output_dbu cannot be set with the HAT {config.audio.hat}: board.toml does not know its "
               "full_scale_dbu and output_control")  # fmt: skip
    rates = hat[config.audio.hat].rates_hz
    own = config.audio.capture and config.audio.playback
    if not own and config.audio.rate_hz not in rates:
        yield (f"audio.rate_hz cannot be {config.audio.rate_hz} with the HAT {config.audio.hat}: "
               f"allowed is {', '.join(map(str, rates))}")  # fmt: skip


def _hint(word: str, known) -> str:
    near = difflib.get_close_matches(word, known, 1, 0.5)
    return f", did you mean {near[0]}?" if near else f" (known: {', '.join(known)})"


def default_text() -> str:
    """burnish.toml with every option commented out at its default, so that a later default also applies to old boxes."""
    parts = ["# Configuration of a Burnish box. Remove the # of a line to change it.\n"]
    for section in dataclasses.fields(Config):
        parts.append(f"\n# {section.default_factory.__doc__}\n[{section.name}]\n")
        for option in dataclasses.fields(section.default_factory):
            allowed = "" if option.type in (bool, str) and not option.metadata["choices"] else f" ({_allowed(option)})"
            parts.append(f"# {option.metadata['help']}{allowed}\n#{option.name} = {json.dumps(option.default)}\n")
    return "".join(parts)
