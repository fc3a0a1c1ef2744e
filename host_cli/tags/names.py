"""The names that a tag has in Vorbis comments, in ID3 (version 2.4) and in a LIST INFO chunk of a WAV file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """One row of the table; a tag without a place in a format has an empty name there."""

    vorbis: str
    id3: str = ""
    info: str = ""


TABLE = (
    Names("TITLE", "TIT2", "INAM"),
    Names("ARTIST", "TPE1", "IART"),
    Names("ALBUM", "TALB", "IPRD"),
    Names("ALBUMARTIST", "TPE2"),
    Names("TRACKNUMBER", "TRCK", "ITRK"),
    Names("DISCNUMBER", "TPOS"),
    Names("DATE", "TDRC", "ICRD"),
    Names("GENRE", "TCON", "IGNR"),
    Names("ISRC", "TSRC"),  # INFO has a name of these letters too, but there it means the source
    Names("COMPOSER", "TCOM"),
    Names("LYRICIST", "TEXT"),
    Names("CONDUCTOR", "TPE3"),
    Names("REMIXER", "TPE4"),
    Names("SUBTITLE", "TIT3"),
    Names("GROUPING", "TIT1"),
    Names("COPYRIGHT", "TCOP", "ICOP"),
    Names("ORGANIZATION", "TPUB"),
    Names("ENCODED-BY", "TENC"),
    Names("ENGINEER", "", "IENG"),
    Names("LANGUAGE", "TLAN", "ILNG"),
    Names("BPM", "TBPM"),
    Names("MOOD", "TMOO"),
    Names("COMMENT", "", "ICMT"),  # ID3: COMM, a frame with language and description
    Names("LYRICS"),  # ID3: USLT
)
BY_VORBIS = {row.vorbis: row for row in TABLE}
BY_ID3 = {row.id3: row for row in TABLE if row.id3}
BY_INFO = {row.info: row for row in TABLE if row.info}

#: Beginnings of the names of tags that describe the samples of the input, so that they would be wrong in the output.
STALE = ("REPLAYGAIN_", "R128_", "ITUNNORM", "ITUNSMPB", "ENCODER", "ENCODERSETTINGS", "MQA", "ACCURATERIP", "CRC")
#: The same in ID3: lengths, positions, gains, settings of the encoder.
STALE_ID3 = (
    "TLEN",
    "TSSE",
    "TSIZ",
    "MLLT",
    "ETCO",
    "SYTC",
    "SYLT",
    "RVA2",
    "RVAD",
    "RGAD",
    "EQU2",
    "CHAP",
    "CTOC",
    "SEEK",
)


def is_stale(name: str) -> bool:
    """Whether a tag of this name describes the samples of the input."""
    return name.upper().startswith(STALE)
