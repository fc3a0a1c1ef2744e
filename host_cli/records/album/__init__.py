"""Albums: reads the album file, renders its songs with the engine, and puts them on one timeline.

`document` (with `schema`) turns the file into the data classes of `model`. `source` adds what the engine needs,
`runs` and `levels` render and find the gains, `cache` keeps the results, `timeline` and `programme` lay the songs out in frames.
`mastered` does all of this in one call. `draft` writes a first album file, `tables` prints.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Album": "model",
        "Level": "levels",
        "Mastered": "mastering",
        "Placed": "timeline",
        "Programme": "programme",
        "RenderCache": "cache",
        "Song": "model",
        "Source": "source",
        "Timeline": "timeline",
        "album_lufs": "levels",
        "content_key": "source",
        "dithered": "conversion",
        "joins": "mastering",
        "laid_out": "timeline",
        "mastered": "mastering",
        "measured_programme": "mastering",
        "read_album": "document",
        "resampled": "conversion",
        "sources": "source",
    },
)

__all__ = [
    "Album",
    "Level",
    "Mastered",
    "Placed",
    "Programme",
    "RenderCache",
    "Song",
    "Source",
    "Timeline",
    "album_lufs",
    "content_key",
    "dithered",
    "draft",
    "joins",
    "laid_out",
    "mastered",
    "measured_programme",
    "read_album",
    "resampled",
    "sources",
    "tables",
]
