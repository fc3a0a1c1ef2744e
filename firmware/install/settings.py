"""The settings of an installation."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .target import InstallError

#: The repository, or the folder that contains the installed packages.
SOURCE = Path(__file__).parents[2]
DATA = SOURCE / "firmware" / "data"


@dataclass(frozen=True)
class Settings:
    """`wheel`: install this wheel of Burnish instead of compiling the source here. `data_partition`: the block device of the
    partition for settings and presets, with which the root file system is made read-only."""

    hat: str
    wheel: Path | None = None
    data_partition: str = ""

    def hat_lines(self) -> list[str]:
        """The lines of config.txt for the audio HAT, from hardware/board.toml. Raises InstallError."""
        with open(SOURCE / "hardware" / "board.toml", "rb") as file:
            hats = tomllib.load(file)["hat"]
        if self.hat not in hats:
            raise InstallError(f"no HAT is called {self.hat!r}; --hat can be {', '.join(hats)}")
        hat = hats[self.hat]
        return [*hat["config"], *([f"dtoverlay={hat['overlay']}"] if hat["overlay"] else [])]


def words_of(text: str) -> list[str]:
    """The lines of a data file without comments and blank lines."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]
