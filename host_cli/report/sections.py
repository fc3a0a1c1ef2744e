"""A page of several sections, in the style of `page`: for checks of mixes, translation, and proofs of songs and albums."""

import base64
import datetime
import html
from collections.abc import Sequence
from dataclasses import dataclass, field

from .page import SCRIPT, STYLE, figure_rows, minus
from .plots import Figure

_MORE_STYLE = """
section{margin:1.6rem 0}section>h2{font-size:1.15rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
.badge{display:inline-block;border-radius:4px;padding:0 .45rem;margin-left:.6rem;font-size:.84rem;font-weight:700;color:#fff;
background:var(--soft)}.badge.pass{background:var(--good)}.badge.fail{background:var(--bad)}.badge.look{background:#b06a00}
.table{overflow-x:auto}.table table{margin:.5rem 0}audio{width:100%;margin:.4rem 0}.points button{margin:.15rem .3rem .15rem 0;
padding:.2rem .6rem;border:1px solid var(--line);border-radius:4px;background:#f6f7f9;font:inherit;cursor:pointer}
@media print{audio,.points{display:none}h2{break-after:avoid}}
"""
#: Buttons start the player of their section at their time.
_MORE_SCRIPT = """
document.querySelectorAll('.points button').forEach(b=>b.addEventListener('click',()=>{
const a=b.closest('.player').querySelector('audio');a.currentTime=+b.dataset.at;a.play()}));
"""


@dataclass(frozen=True)
class Audio:
    """A copy to listen to: its bytes, MIME type, and points as (time in s, label)."""

    data: bytes
    kind: str
    points: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True)
class Section:
    """`badge`: (class pass, fail, look or none; text). `rows`: a table whose first row is its head. `notes`: sentences."""

    heading: str
    notes: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    figures: Sequence[Figure] = ()
    badge: tuple[str, str] | None = None
    audio: Audio | None = None
    parts: Sequence["Section"] = field(default_factory=tuple)


def sheet(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """The whole page: self-contained HTML that loads nothing."""
    made = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{STYLE}{_MORE_STYLE}</style>"
        f"<header><h1>{html.escape(title)}</h1><p>{html.escape(subtitle)} By Burnish, {made}.</p></header>"
        f"{''.join(_section(section) for section in sections)}"
        f"<footer>Loudness: ITU-R BS.1770-5, EBU Tech 3341 and 3342. True peak: 16 points per sample.</footer>"
        f"<script>{SCRIPT}{_MORE_SCRIPT}</script></html>\n"
    )


def _section(section: Section) -> str:
    badge = f'<span class="badge {section.badge[0]}">{html.escape(section.badge[1])}</span>' if section.badge else ""
    notes = "".join(f"<p>{html.escape(minus(note))}</p>" for note in section.notes)
    return (
        f"<section><h2>{html.escape(section.heading)}{badge}</h2>{notes}{_table(section.rows)}{_player(section.audio)}"
        f"{''.join(figure_rows(list(section.figures)))}{''.join(_section(part) for part in section.parts)}</section>"
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<td>{html.escape(cell)}</td>" for cell in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(minus(cell))}</td>' for cell in row)}</tr>" for row in rows[1:])
    return f'<div class="table"><table><tr class="head">{head}</tr>{body}</table></div>'


def _player(audio: Audio | None) -> str:
    if audio is None:
        return ""
    buttons = "".join(
        f'<button data-at="{at:.3f}">{int(at) // 60}:{int(at) % 60:02d} {html.escape(label)}</button>'
        for at, label in audio.points
    )
    source = f"data:{audio.kind};base64,{base64.b64encode(audio.data).decode()}"
    return f'<div class="player"><audio controls preload="metadata" src="{source}"></audio><div class="points">{buttons}</div></div>'
