"""The PQ sheet: every time, code and flag of a CD as a page for people, as text and as PDF (through fpdf2)."""

from . import msf
from .ddp import index_points
from .disc import Disc, Track

_HEAD = f"{'track':>5}  {'index':>5}  {'start':>8}  {'length':>8}  {'flags':<8}  {'ISRC':<12}  title"


def pq_sheet(disc: Disc, facts: dict[str, str]) -> str:
    """The sheet as text. Times count from the start of the silence of 2 s before the programme, as on the disc. `facts`: further
    lines for its head, by name."""
    end = disc.sectors + msf.LEAD
    head = {
        "title": disc.texts.get("title", ""),
        "performer": disc.texts.get("performer", ""),
        "EAN / UPC": disc.ean or "none",
        "tracks": str(len(disc.tracks)),
        "total time": f"{msf.text(end)} (MM:SS:FF, 75 frames in a second)",
    } | facts
    lines = ["PQ SHEET", ""] + [f"{name:<12}  {value}" for name, value in head.items() if value]
    lines += ["", _HEAD, "-" * (len(_HEAD) + 20)]
    for number, track, until in disc.ends():
        points = list(index_points(number, track))
        ends = [sector for _, sector in points[1:]] + [_stop(disc, number, until) + msf.LEAD]
        for (index, sector), stop in zip(points, ends, strict=True):
            main = index == 1
            lines.append(
                f"{number:>5}  {index:>5}  {msf.text(sector)}  {msf.text(stop - sector)}  "
                f"{flags(track) if main else '':<8}  {track.isrc if main else '':<12}  "
                f"{track.texts.get('title', '') if main else 'pause' if not index else ''}".rstrip()
            )
    lines.append(f"{'AA':>5}  {1:>5}  {msf.text(end)}  {'':8}  {'':8}  {'':12}  lead-out")
    return "\n".join(lines) + "\n"


def _stop(disc: Disc, number: int, until: int) -> int:
    """Where the last index of a track ends: at the pause of the next one, if it has one."""
    pause = disc.tracks[number].pause if number < len(disc.tracks) else None
    return until if pause is None else pause


def flags(track: Track) -> str:
    """The flags as words; a dash if there are none."""
    pairs = (
        ("PRE", track.pre_emphasis),
        ("DCP", track.copy_permitted),
        ("4CH", track.four_channel),
        ("SCMS", track.scms),
    )
    return " ".join(word for word, on in pairs if on) or "-"


def pdf(text: str, title: str) -> bytes:
    """Any sheet of text with Latin-1 characters as PDF on A4 in landscape format. Needs fpdf2 (the extra `records`)."""
    from fpdf import FPDF  # slow, and only here

    page = FPDF(orientation="landscape", unit="mm", format="A4")
    page.set_title(title)
    page.set_auto_page_break(True, 12)
    page.add_page()
    for line in text.encode("latin-1", "replace").decode("latin-1").splitlines():
        bold = line.isupper() and len(line) < 40
        page.set_font("Courier", "B" if bold else "", 14 if bold else 9.5)
        page.cell(0, 6 if bold else 4.6, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())
