"""Proofs: the quality-control report of a song or an album, as a page for people and as data for machines."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Proof": "findings",
        "album_section": "pages",
        "copy": "pages",
        "points": "pages",
        "proof": "findings",
        "section": "pages",
    },
)

__all__ = ["Proof", "album_section", "copy", "points", "proof", "section"]
