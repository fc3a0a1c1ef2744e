"""An album as its file describes it: texts, songs and what is done to them. Times are in seconds; `timeline.py` turns them into frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from host_cli.documents import NOWHERE, Place


@dataclass(frozen=True)
class Texts:
    """What is written about a song or an album."""

    title: str = ""
    artist: str = ""
    songwriter: str = ""
    composer: str = ""
    arranger: str = ""
    message: str = ""
    credits: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True)
class Fade:
    """`seconds` long, with one of the shapes of `fades.SHAPES`."""

    seconds: float = 0.0
    shape: str = "linear"


@dataclass(frozen=True)
class Song:
    """`gap_s`: pause before the song; a negative one is a crossfade of that length. `pause_s`: how long before the song the CD
    shows its pause (index 00), None for the gap. `index_s`: further index points, from the start of the song. `changes`:
    values of parameters on top of the preset, as written. `place`: its table in the album file."""

    path: Path
    texts: Texts
    isrc: str = ""
    preset: str = ""
    run_log: Path | None = None
    changes: Mapping = field(default_factory=dict)
    trim_db: float = 0.0
    start_s: float = 0.0
    end_s: float | None = None
    gap_s: float = 0.0
    pause_s: float | None = None
    crossfade: str = "equal-power"
    fade_in: Fade = Fade()
    fade_out: Fade = Fade()
    index_s: tuple[float, ...] = ()
    pre_emphasis: bool = False
    copy_permitted: bool = False
    side: str = ""
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class LoudnessPlan:
    """`mode`: manual (gains of presets and trims), preset (each song to the target of its preset plus its trim), song (each song to
    `target_lufs` plus its trim), album (one gain for all, so that the `reference`, the loudest song or the whole album, reaches it)."""

    mode: str = "manual"
    target_lufs: float = -14.0
    reference: str = "loudest"
    ceiling_dbtp: float | None = None


@dataclass(frozen=True)
class Album:
    """`path`: the album file; other paths are absolute."""

    path: Path
    texts: Texts
    songs: tuple[Song, ...]
    loudness: LoudnessPlan = LoudnessPlan()
    upc: str = ""
    label: str = ""
    catalog_number: str = ""
    genre: str = ""
    year: int | None = None
    copyright: str = ""
    artwork: Path | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    def artist(self, song: Song) -> str:
        """The artist of a song, or of the album."""
        return song.texts.artist or self.texts.artist
