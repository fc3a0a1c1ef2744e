"""A session as its file describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from host_cli.documents import NOWHERE, Place


@dataclass(frozen=True)
class Stem:
    """`changes`: parameters on top of the preset, as written. `gain_db`: before its chain. `later`: frames by which it begins later than the
    others; a negative number cuts its beginning. `place`: its table in the file."""

    path: Path
    name: str
    preset: str = ""
    changes: Mapping = field(default_factory=dict)
    gain_db: float = 0.0
    later: int = 0
    mute: bool = False
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def neutral(self) -> bool:
        """Whether no chain is asked for: the stem then is not processed at all."""
        return not self.preset and not self.changes


@dataclass(frozen=True)
class Session:
    """`mix`: the mix that the stems were made from, to compare with. `preset`, `changes`: of the master."""

    path: Path
    title: str
    stems: tuple[Stem, ...]
    mix: Path | None = None
    preset: str = ""
    changes: Mapping = field(default_factory=dict)
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @property
    def neutral(self) -> bool:
        """Whether the master is not processed."""
        return not self.preset and not self.changes
