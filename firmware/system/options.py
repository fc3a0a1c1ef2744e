"""What one run of the box was started with; how the supervisor tells its children."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

#: Allowed numbers of periods. At least three: one is being captured, one played, one processed.
LEAST_PERIODS, MOST_PERIODS = 3, 16


@dataclass(frozen=True)
class Options:
    """Paths are absolute. `run_dir` is for what lives as long as the run, `state_dir` for what outlives it."""

    run_dir: Path
    state_dir: Path
    rate_hz: int
    period: int
    periods: int = LEAST_PERIODS
    #: ALSA names.
    capture: str = ""
    playback: str = ""
    #: Controls of the card's mixer to be set: name to "0dB" or to the word of a choice.
    mixer: dict[str, str] = dataclasses.field(default_factory=dict)
    #: Serial device of the link; empty for none. Simulated boxes make a pty.
    tty: str = ""
    #: Path of the configuration of panel, display and link; empty for the defaults.
    config: str = ""
    #: Simulated panel, display and link.
    sim: bool = False
    #: Simulated sound card as well.
    sim_card: bool = False
    #: Simulated input in frames; 0 is silence without end.
    input_frames: int = 0
    #: Whether the simulated card keeps time, or everything runs as fast as it can.
    paced: bool = True
    #: SCHED_FIFO priority of the audio process; 0 leaves scheduling, memory and cores as they are.
    priority: int = 0

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Options":
        plain = json.loads(text)
        return cls(**plain | {name: Path(plain[name]) for name in ("run_dir", "state_dir")})
