"""The tables and keys of a session file."""

from host_cli.documents import Field, number, settings, switch, text, whole

#: Fewer stems need no sum; more than 16 are a mix.
LEAST, MOST = 2, 16

SESSION: dict[str, Field] = {
    "title": text(),
    "mix": text(),
    "preset": text(),
    "set": settings(),
}

STEM: dict[str, Field] = {
    "file": text(required=True),
    "name": text(40),
    "preset": text(),
    "set": settings(),
    "gain_db": number(-24, 24, "dB"),
    "later": whole(-1_000_000, 1_000_000),
    "mute": switch(),
}

TABLES = {"session": SESSION, "stem": STEM}
