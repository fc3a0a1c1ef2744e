"""Pictures of the monitor in every state, compared with the committed ones in screens/.

`make docs` (--write-docs) draws them again. The test compares all characters with their positions and colours. It does not
compare the frame that Textual draws around the terminal, because this frame differs between versions. The files can be viewed
in a browser.
"""

import asyncio
import html
import math
import re
from pathlib import Path

import pytest

from host_cli.assistant import Reference
from host_cli.terminal.monitor import POINT_S, Monitor
from tests.support.still_feed import StillFeed

SCREENS = Path(__file__).parent / "screens"


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def shoot(size, feed, *keys, act=None, reference=None) -> str:
    """The SVG of a terminal of `size` after half a minute of music and `keys`."""

    async def run():
        clock = Clock()
        feed.frame = {**feed.frame, "out_short_lufs": -150.0, "out_integrated_lufs": -150.0}
        app = Monitor(feed, clock=clock, reference=reference)
        async with app.run_test(size=size) as pilot:
            for n in range(60):
                clock.now += POINT_S
                feed.frame = {**feed.frame, "out_short_lufs": -15 + 2 * math.sin(n / 4),
                              "out_integrated_lufs": -20 + 5.7 * min(1, n / 30)}  # fmt: skip
                app.update_screen()
            await pilot.pause()
            if keys:
                await pilot.press(*keys)
            if act:
                await act(pilot, app)
            await pilot.pause(0.15)
            # Without the fonts, which a browser would load from the network.
            return re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(), flags=re.S)

    return asyncio.run(run())


def cells(svg: str) -> list[tuple]:
    """(line, text, colour) of all text, in the order of the file."""
    colours = dict(re.findall(r"\.terminal-[\w-]+-(r\d+) \{ fill: (#\w+)", svg))
    found = []
    for kind, line, text in re.findall(
        r'<text class="terminal-[\w-]+-(r\d+)"[^>]*clip-path="url\(#[\w-]+-line-(\d+)\)">(.*?)</text>', svg
    ):
        found.append((int(line), html.unescape(text).replace("\xa0", " "), colours.get(kind, "")))
    return found


def backgrounds(svg: str) -> set[str]:
    return set(re.findall(r'<rect fill="(#\w+)"', svg))


STATES = {
    "80x24": ((80, 24), {}, ()),
    "100x30": ((100, 30), {}, ()),
    "160x50": ((160, 50), {}, ()),
    "bypass": ((80, 24), {"chain.bypass": True}, ()),
    "mute": ((80, 24), {"chain.mute": True}, ()),
    "stale": ((80, 24), {}, ()),
    "alarms": ((80, 24), {}, ()),
    "search": ((80, 24), {}, ("slash", *"release")),
    "keys": ((80, 24), {}, ("question_mark",)),
    "presets": ((80, 24), {}, ("p", "down")),
    "parameters": ((80, 24), {}, ("down", "down", "down", "enter", "down", "down")),
    "reference": ((100, 30), {}, ()),
    "value": ((80, 24), {}, ("enter", "enter", *"-2.5")),
}
#: A reference that falls by 4.5 dB per octave, and ends where a file with 32 kHz ends.
REFERENCE = Reference(
    "Night [Drive].flac",
    tuple(25.0 * 2 ** (n / 3) for n in range(28)),
    tuple(-28.0 - 1.5 * abs(n - 4) for n in range(28)),
    -11.3,
)


def picture(name: str) -> str:
    size, settings, keys = STATES[name]
    feed = StillFeed(**settings)

    async def act(pilot, app):
        if name == "alarms":  # a true peak above the ceiling, xruns, and a preset without a target
            feed.frame = {**feed.frame, "out_tp_l_dbtp": 0.4, "xruns": 3, "load_pct": 91.0}
            feed.target_lufs = None
            await pilot.pause(0.2)
        if name == "stale":
            feed.stale = True
            await pilot.pause(0.1)

    return shoot(size, feed, *keys, act=act, reference=REFERENCE if name == "reference" else None)


@pytest.mark.parametrize("name", STATES)
def test_the_screen_is_the_committed_one(name, request):
    path = SCREENS / f"{name}.svg"
    svg = picture(name)
    if request.config.getoption("--write-docs") and (not path.exists() or cells(path.read_text()) != cells(svg)):
        path.write_text(svg)
    assert cells(svg) == cells(path.read_text()), f"{path.name} is not current: run `make docs`, look at it, commit it"
    assert backgrounds(svg) == backgrounds(path.read_text())
