"""The options of one run of the box, which the supervisor passes to its children as JSON."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

#: Allowed numbers of periods. At least three: one is being captured, one played, one processed.
LEAST_PERIODS, MOST_PERIODS = 3, 16


@dataclass(frozen=True)
class Options:
    """Paths are absolute. `run_dir` is for files of this run, `state_dir` for files that are kept after it."""

    run_dir: Path
    state_dir: Path
    rate_hz: int
    period: int
    periods: int = LEAST_PERIODS
    #: ALSA devices.
    capture: str = ""
    playback: str = ""
    #: Mixer controls of the card to set: a level such as "0dB", or a word, by name.
    mixer: dict[str, str] = dataclasses.field(default_factory=dict)
    #: Serial device of the link; empty for none. A simulated box makes a pty.
    tty: str = ""
    #: Path of the configuration file; empty for the defaults.
    config: str = ""
    #: Whether panel, display and link are simulated.
    sim: bool = False
    #: Whether the sound card is simulated as well.
    sim_card: bool = False
    #: Length of the simulated input in frames; 0 means endless silence.
    input_frames: int = 0
    #: Whether the simulated input is repeated until the box is ended.
    looped: bool = False
    #: Whether the simulated card runs in real time; otherwise everything runs as fast as possible.
    paced: bool = True
    #: Whether the input is analogue: its noise is never digital silence.
    analog: bool = False
    #: SCHED_FIFO priority of the audio process; 0 leaves scheduling, memory locking and CPU affinity unchanged.
    priority: int = 0

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Options":
        plain = json.loads(text)
        return cls(**plain | {name: Path(plain[name]) for name in ("run_dir", "state_dir")})
