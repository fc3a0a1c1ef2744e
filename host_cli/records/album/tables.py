"""The album as rows of text: songs on the timeline, what each one gets and why, and a drawing of the timeline."""

from .levels import Level
from .model import Album
from .source import Source
from .timeline import Timeline

#: Characters in which the timeline is drawn.
WIDTH = 72


def clock(frame: int, rate_hz: int) -> str:
    """A time as minutes, seconds and milliseconds."""
    ms = round(1000 * frame / rate_hz)
    return f"{ms // 60000}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def song_rows(album: Album, found: list[Source], timeline: Timeline) -> list[tuple[str, ...]]:
    """Number, start, length, gap, preset, ISRC, title of each song, below a row of headings."""
    rows = [("", "start", "length", "before", "preset", "ISRC", "title")]
    for placed, source in zip(timeline.placed, found, strict=True):
        song = placed.song
        rows.append((str(placed.number), clock(placed.start, timeline.rate_hz), clock(placed.frames, timeline.rate_hz),
                     _gap(placed.number, song.gap_s), source.preset, song.isrc or "–", _title(album, song)))  # fmt: skip
    rows.append(("", clock(timeline.frames, timeline.rate_hz), "", "", "", "", "end"))
    return rows


def _gap(number: int, gap_s: float) -> str:
    if number == 1:
        return ""
    if gap_s == 0:
        return "gapless"
    return f"gap {gap_s:g} s" if gap_s > 0 else f"crossfade {-gap_s:g} s"


def _title(album: Album, song) -> str:
    return (
        f"{song.texts.artist}: {song.texts.title}"
        if song.texts.artist not in ("", album.texts.artist)
        else song.texts.title
    )


def level_rows(found: list[Source], levels: list[Level]) -> list[tuple[str, ...]]:
    """Loudness and true peak before and after, gain and reason of each song, below a row of headings."""
    rows = [("", "LUFS before", "after", "dBTP after", "LU range", "limiter gain", "why", "title")]
    for source, level in zip(found, levels, strict=True):
        rows.append((
            str(source.number), figure(level.before["integrated_lufs"]), figure(level.after["integrated_lufs"]),
            figure(level.after["max_tp_dbtp"]), figure(level.after["lra_lu"], 1),
            f"{source.values['limiter.gain_db'] + level.gain_db:+.2f} dB", level.why, source.song.texts.title,
        ))  # fmt: skip
    return rows


def figure(value: float | None, digits: int = 2) -> str:
    """A number with a sign where it is negative, or a dash."""
    return "–" if value is None else f"{value:.{digits}f}"


def drawing(timeline: Timeline, width: int = WIDTH) -> str:
    """One line per song: a bar from its start to its end, slashes where it crossfades, and its index points as digits."""
    lines = []
    for placed in timeline.placed:
        start, end = (round(frame * width / timeline.frames) for frame in (placed.start, placed.end))
        bar = [" "] * start + ["="] * max(1, end - start) + [" "] * (width - end)
        for column in range(start, round((placed.start + placed.overlap) * width / timeline.frames)):
            bar[column] = "/"
        for number, frame in enumerate(placed.indexes[1:], 2):
            bar[min(width - 1, round(frame * width / timeline.frames))] = str(number % 10)
        lines.append(f"{placed.number:>3} |{''.join(bar)[:width]}| {placed.song.texts.title}")
    lines.append(f"    0:00{' ' * (width - 12)}{clock(timeline.frames, timeline.rate_hz):>10}")
    return "\n".join(lines)
