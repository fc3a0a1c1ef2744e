"""The tables and keys of an album file."""

from host_cli.documents import Field, choice, code, number, points, settings, switch, text, texts, whole
from host_cli.records.formats import identifiers

from .fades import SHAPES

ISRC = code(identifiers.isrc, identifiers.ISRC_FORM)
EAN = code(identifiers.ean, identifiers.EAN_FORM)

#: Texts that a song and the album can have; CD-Text and tags take them.
_TEXTS = {name: text() for name in ("artist", "songwriter", "composer", "arranger", "message")}

ALBUM: dict[str, Field] = {
    "title": text(required=True),
    **_TEXTS,
    "upc": EAN,
    "label": text(),
    "catalog_number": text(),
    "genre": text(),
    "year": whole(1900, 2100),
    "copyright": text(),
    "artwork": text(),
    "credits": texts(),
    "comment": text(),
}

LOUDNESS: dict[str, Field] = {
    "mode": choice("manual", "preset", "song", "album", default="manual"),
    "target_lufs": number(-50, 0, "LUFS", -14.0),
    "reference": choice("loudest", "integrated", default="loudest"),
    "ceiling_dbtp": number(-12, 0, "dBTP", None),
}

DEFAULTS: dict[str, Field] = {
    "preset": text(),
    "set": settings(),
    "gap_s": number(-30, 60, "s", 2.0),
    "crossfade": choice(*SHAPES, default="equal-power"),
}

SONG: dict[str, Field] = {
    "file": text(required=True),
    "title": text(),
    **_TEXTS,
    "isrc": ISRC,
    "credits": texts(),
    "comment": text(),
    "preset": text(),
    "run_log": text(),
    "set": settings(),
    "trim_db": number(-24, 24, "dB"),
    "start_s": number(0, 36000, "s"),
    "end_s": number(0, 36000, "s", None),
    "gap_s": number(-30, 60, "s", None),
    "pause_s": number(0, 60, "s", None),
    "crossfade": choice(*SHAPES, default=None),
    "fade_in_s": number(0, 120, "s"),
    "fade_in": choice(*SHAPES, default="linear"),
    "fade_out_s": number(0, 120, "s"),
    "fade_out": choice(*SHAPES, default="s"),
    "index_s": points(),
    "pre_emphasis": switch(),
    "copy_permitted": switch(),
    "side": choice(*"ABCDEFGH", default=""),
}

#: Tables of the file; "song" is an array of tables.
TABLES = {"album": ALBUM, "loudness": LOUDNESS, "defaults": DEFAULTS, "song": SONG}
