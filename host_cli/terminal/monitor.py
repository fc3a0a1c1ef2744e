"""Monitor: a screen (Textual) that shows the state in a Feed and turns keys into actions for it."""

import time
from collections import deque
from itertools import groupby
from typing import ClassVar

import numpy as np
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from dsp_ext.eq import design_fir
from firmware.engine import designer
from firmware.presets import startling
from host_cli.box import Feed
from host_cli.presets import library

from .braille import Canvas, log_grid, resampled
from .text import MeterView, one_line

#: Length of the loudness history, and time between two of its points, in seconds.
HISTORY_S, POINT_S = 60.0, 0.5
#: Seconds between two updates of the screen.
FRAME_S = 0.05


class Monitor(App):
    """`feed` must be connected. `target_lufs` is drawn into the loudness history."""

    TITLE = "Burnish"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head { height: 1; background: $panel; padding: 0 1; }
    #message { height: 1; color: $text-muted; padding: 0 1; }
    #curve, #history { height: 1fr; border: round $panel; }
    #meters { height: 15; }
    #left { width: 84; }
    OptionList { height: 1fr; border: round $panel; scrollbar-size-vertical: 1; }
    OptionList:focus { border: round $accent; }
    """
    BINDINGS: ClassVar = [
        Binding("a", "ab('a')", "A"),
        Binding("b", "ab('b')", "B"),
        Binding("space", "switch('bypass')", "bypass", priority=True),
        Binding("m", "switch('mute')", "mute"),
        Binding("r", "restart", "restart meters"),
        Binding("left", "nudge(-1, False)", "less", priority=True),
        Binding("right", "nudge(1, False)", "more", priority=True),
        Binding("shift+left", "nudge(-1, True)", show=False, priority=True),
        Binding("shift+right", "nudge(1, True)", show=False, priority=True),
        Binding("d", "default", "default"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, feed: Feed, target_lufs: float):
        super().__init__()
        self.feed = feed
        self.target_lufs = target_lufs
        self._view = MeterView(target_lufs, colour=True, width=80)
        self._history: deque[tuple[float, float, float]] = deque(maxlen=round(HISTORY_S / POINT_S))
        self._next_point = 0.0
        self._drawn = -1
        self._curve_of: tuple = ()
        self._asked = ""

    def compose(self) -> ComposeResult:
        """Create the widgets: title, meters and parameters on the left, curves and presets on the right."""
        yield Static(id="head")
        with Horizontal():
            with Vertical(id="left"):
                yield Static(id="meters")
                yield OptionList(id="params")
            with Vertical():
                yield Static(id="curve")
                yield Static(id="history")
                yield OptionList(id="presets")
        yield Static(id="message")
        yield Footer()

    def on_mount(self) -> None:
        """Fill titles and lists, and start the timer that updates the screen."""
        self.query_one("#curve").border_title = "EQ ±18 dB, spectrum out −90…0 dB, 20 Hz – 20 kHz"
        self.query_one(
            "#history"
        ).border_title = f"short-term, integrated, target {self.target_lufs:g} LUFS, last minute"
        self.query_one("#presets").border_title = "presets (Enter loads)"
        params = self.query_one("#params", OptionList)
        params.border_title = "parameters (← → change, shift: fine, d: default)"
        params.add_options([Option(self._row(id), id=id) for id in self.feed.values])
        params.highlighted = 0
        params.focus()
        self.set_interval(FRAME_S, self.update_screen)
        self.update_screen()

    # -- drawing -------------------------------------------------------------------------------------------------

    def update_screen(self) -> None:
        """Draw what has changed since the last call."""
        if not self.query("#meters"):  # the timer still runs while the screen is removed
            return
        feed, now = self.feed, time.monotonic()
        lines = self._view.lines(feed.frame, now, feed.stale)
        self.query_one("#meters", Static).update(Text.from_ansi("\n".join(lines)))
        if now >= self._next_point and not feed.stale:
            self._next_point = now + POINT_S
            frame = feed.frame
            self._history.append((frame.get("out_short_lufs", -150.0), frame.get("out_integrated_lufs", -150.0), 0.0))
            self._draw_history()
        seen = (feed.revision, feed.spectrum, self.size)
        if seen != self._curve_of:
            self._curve_of = seen
            self._draw_curve()
        if feed.revision != self._drawn:
            self._drawn = feed.revision
            self._draw_state()

    def _row(self, id: str) -> str:
        return f"{id:<30} {library.shown(self.feed.table[id], self.feed.values[id])}"

    def _draw_state(self) -> None:
        feed, state = self.feed, self.feed.state
        marks = [f"[{state.ab.upper()}]", "BYPASS" if feed.values.get("chain.bypass") else "",
                 "MUTE" if feed.values.get("chain.mute") else ""]  # fmt: skip
        name = f"{one_line(state.preset or '–')}{' *' if state.edited else ''}"
        head = Text(f"{name}   {'  '.join(mark for mark in marks if mark)}   revision {state.rev}", style="bold")
        self.query_one("#head", Static).update(head)
        self.query_one("#message", Static).update(Text(one_line(feed.message)))
        params = self.query_one("#params", OptionList)
        for place, id in enumerate(feed.values):
            row = self._row(id)
            if place < params.option_count and str(params.get_option_at_index(place).prompt) != row:
                params.replace_option_prompt_at_index(place, row)
        presets = self.query_one("#presets", OptionList)
        names = [f"{'*' if row.name == state.preset else ' '} {one_line(row.name)}" for row in feed.presets]
        if [str(presets.get_option_at_index(n).prompt) for n in range(presets.option_count)] != names:
            kept = presets.highlighted
            presets.clear_options()
            presets.add_options([Option(Text(name)) for name in names])
            presets.highlighted = min(kept or 0, len(names) - 1) if names else None

    def _canvas(self, id: str, bottom: float, top: float) -> tuple[Static, Canvas]:
        widget = self.query_one(id, Static)
        return widget, Canvas(widget.content_size.width, widget.content_size.height, bottom, top)

    def _draw_curve(self) -> None:
        widget, levels = self._canvas("#curve", -90.0, 0.0)
        grid = log_grid(levels.columns)
        if self.feed.spectrum is not None:
            levels.curve(resampled(self.feed.spectrum["hz"], self.feed.spectrum["output"], grid), fill=True)
        curve = Canvas(levels.width, levels.height, -18.0, 18.0)
        curve.line(0.0)
        for channel in eq_curves_db(self.feed.table, self.feed.values, self.feed.rate_hz, grid):
            curve.curve(channel)
        widget.update(_over(curve, "bold yellow", levels, "blue"))

    def _draw_history(self) -> None:
        bottom, top = self.target_lufs - 18.0, self.target_lufs + 9.0
        widget, short = self._canvas("#history", bottom, top)
        integrated = Canvas(short.width, short.height, bottom, top)
        integrated.line(self.target_lufs)
        for canvas, column in ((short, 0), (integrated, 1)):
            points = [point[column] for point in self._history]
            per_point = canvas.columns / self._history.maxlen
            canvas.curve([points[int(x / per_point)] for x in range(int(len(points) * per_point))])
        widget.update(_over(integrated, "bold yellow", short, "green"))

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_ab(self, side: str) -> None:
        """Select edit buffer A or B."""
        self.feed.do(lambda box: f"buffer {box.ab_select(side).ab.upper()} is selected")

    def action_switch(self, what: str) -> None:
        """Toggle bypass or mute."""
        self.feed.do(lambda box: f"{what} {'on' if getattr(box, what)('toggle').on else 'off'}")

    def action_restart(self) -> None:
        """Restart integrated loudness, loudness range and maxima."""
        self._view = MeterView(self.target_lufs, colour=True, width=80)
        self.feed.set("meter.epoch", self.feed.values["meter.epoch"] + 1)

    def _chosen(self) -> str | None:
        place = self.query_one("#params", OptionList).highlighted
        return None if place is None else list(self.feed.values)[place]

    def action_nudge(self, detents: int, fine: bool) -> None:
        """Change the selected parameter like a knob does."""
        id = self._chosen()
        if id is not None:
            param = self.feed.table[id]
            value = param.nudge(param.check(self.feed.values[id]), detents, fine)
            self.feed.set(id, param.to_plain(value))

    def action_default(self) -> None:
        """Set the selected parameter to its default."""
        id = self._chosen()
        if id is not None:
            self.feed.set(id, self.feed.table[id].to_plain(self.feed.table[id].default))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Load a preset with Enter; if it could be startling, only after a second Enter."""
        if event.option_list.id == "presets" and event.option_index < len(self.feed.presets):
            name = self.feed.presets[event.option_index].name
            confirmed, self._asked = self._asked == name, ""
            self.feed.do(lambda box: self._load(box, name, confirmed))

    def _load(self, box, name: str, confirmed: bool) -> str:
        """Load a preset, or return a warning. Runs in the thread of the feed."""
        from host_cli.presets import history

        current = box.pull("@current")
        before, after = library.parsed(current, "@current"), library.parsed(box.pull(name), name)
        warning = startling(before.values, after.values)
        if warning and not confirmed:
            self._asked = name
            return f"{name} {warning}: press Enter again to load it"
        history.keep(box.welcome.serial, current, "load")
        return f"loaded {box.load(name).name}"


def eq_curves_db(table: dict, values: dict, rate_hz: int, grid_hz: list[float]) -> list[list[float]]:
    """Magnitude of the EQ in dB at `grid_hz` for a signal that is equal in both channels, computed by the functions that design
    its kernels. One curve, or one each for left and right if a band acts on one of them; flat if the EQ is off."""
    if not values["eq.enabled"]:
        return [[0.0] * len(grid_hz)]
    bands = designer.eq_bands({id: table[id].check(value) for id, value in values.items()}, rate_hz)
    common, matrix = design_fir.responses(bands, np.array(grid_hz))
    channels = [common] if matrix is None else [common * np.abs(row.sum(axis=0)) for row in matrix]
    return [(20 * np.log10(np.maximum(channel, 1e-9))).tolist() for channel in channels]


def _over(front: Canvas, front_style: str, back: Canvas, back_style: str) -> Text:
    """Combine two canvases of equal size. Where both have dots, a cell shows all of them in the colour of the front."""
    text = Text()
    for above, below in zip(front.lines(), back.lines(), strict=True):
        cells = [chr(ord(a) | ord(b)) for a, b in zip(above, below, strict=True)]  # 0x2800 and dots are separate bits
        for in_front, run in groupby(zip(above, cells, strict=True), lambda pair: pair[0] != "\u2800"):
            text.append("".join(cell for _, cell in run), front_style if in_front else back_style)
        text.append("\n")
    return text
