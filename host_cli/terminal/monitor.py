"""Monitor: a screen (Textual) that shows the state in a Feed and turns keys and mouse clicks into actions for it."""

import time
from collections import deque
from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from firmware.contract import ParamError
from firmware.presets import startling
from host_cli.assistant import Reference
from host_cli.box import Feed
from host_cli.presets import library

from . import panels
from .braille import log_grid
from .sections import is_on, row, search, sections, title
from .text import MeterView, one_line
from .widgets import KeysPage, ParameterList, Prompt, SectionList

#: Length of the loudness history, and time between two of its points, in seconds.
HISTORY_S, POINT_S = 60.0, 0.5
#: The target without --target and without one in the preset: that of most streaming services.
TARGET_LUFS = -14.0
#: Seconds between two updates of the screen.
FRAME_S = 0.05
#: Points of the curve of the EQ.
CURVE_POINTS = 400
#: Smaller terminals show no scales below the bars, whose ends the title names.
SCALES_ROWS = 30
#: Smaller terminals show the presets in place of the loudness.
ROOMY = (120, 36)
SEARCH = "search"


class Monitor(App):
    """`feed` must be connected. `target_lufs` is drawn into the loudness history; None means that of `reference`, which is drawn behind
    the spectra, then the target of the loaded preset, or TARGET_LUFS if it has none. `clock` returns seconds."""

    TITLE = "Burnish"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head { height: 1; background: $panel; padding: 0 1; text-style: bold; }
    .bypass #head { background: #ff8c00; color: black; }
    .mute #head { background: #d00000; color: white; }
    .stale #head { background: #d000d0; color: white; }
    .stale #levels, .stale #spectrum, .stale #loudness { opacity: 40%; }
    #message { height: 1; color: $text-muted; padding: 0 1; }
    #levels, #spectrum, #loudness, OptionList { border: round $panel-lighten-2; border-title-color: $text;
        border-subtitle-color: $text-muted; }
    #left { width: 46; }
    #levels { height: auto; }
    #controls { height: 1fr; }
    #sections { width: 15; }
    #params { width: 1fr; }
    #spectrum { height: 12; }
    #loudness { height: 1fr; }
    #presets { display: none; }
    OptionList { height: 1fr; scrollbar-size-vertical: 1; padding: 0; background: $background; }
    OptionList:focus { border: round $accent; border-title-color: $accent; }
    .choosing #loudness { display: none; }
    .choosing #presets { display: block; }
    .roomy #left { width: 56%; max-width: 76; }
    .roomy #spectrum { height: 1fr; }
    .roomy #sections { width: 18; }
    .roomy #loudness { display: block; }
    .roomy #presets { display: block; height: 9; }
    #prompt { display: none; height: 1; }
    .asking #prompt { display: block; }
    .asking Footer { display: none; }
    .searching #sections { display: none; }
    """
    BINDINGS: ClassVar = [
        Binding("question_mark", "keys", "keys", key_display="?"),
        Binding("slash", "search", "search", key_display="/"),
        Binding("p", "presets", "presets"),
        Binding("space", "switch('bypass')", "bypass", key_display="space"),
        Binding("m", "switch('mute')", "mute"),
        Binding("a", "ab('a')", "A"),
        Binding("b", "ab('b')", "B"),
        Binding("r", "restart", "restart"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(
        self,
        feed: Feed,
        target_lufs: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        reference: Reference | None = None,
    ):
        super().__init__()
        self.feed = feed
        self._reference = reference
        self._given_lufs = target_lufs
        self._clock = clock
        self._view = MeterView(None, colour=False)
        self._history: deque[tuple[float, float]] = deque(maxlen=round(HISTORY_S / POINT_S))
        self._next_point = 0.0
        self._drawn: dict[str, tuple] = {}  # the present content of each panel
        self._asked = ""  # a preset that waits for a second Enter
        self._section = ""
        self._shown_ids: list[str] = []
        self._found: list[str] = []  # ids that the search has found
        self._editing = ""  # SEARCH, or the id of the parameter whose value the user types

    def compose(self) -> ComposeResult:
        """Create the widgets: levels and parameters on the left, spectrum, loudness and presets on the right."""
        yield Static(id="head")
        with Horizontal():
            with Vertical(id="left"):
                yield Static(id="levels")
                with Horizontal(id="controls"):
                    yield SectionList(id="sections")
                    yield ParameterList(id="params")
            with Vertical():
                yield Static(id="spectrum")
                yield Static(id="loudness")
                yield OptionList(id="presets")
        yield Static(id="message")
        yield Prompt(id="prompt")
        yield Footer()

    def on_mount(self) -> None:
        """Fill titles and lists, and start the timer that updates the screen."""
        self._title("#levels", "Level −60…0 dBFS, reduction 0…−20 dB")
        self._title("#presets", "Presets: Enter loads")
        if self._reference is not None:
            name = one_line(self._reference.name).replace("[", "\\[")  # text, not markup
            self.query_one("#spectrum").border_subtitle = f"[{panels.REFERENCE}]reference {name}[/]"
        names = self.query_one("#sections", SectionList)
        self._title("#sections", "Sections")
        names.add_options([Option(self._section_row(name), id=name) for name in sections(self.feed.values)])
        names.highlighted = 0
        names.focus()
        self.set_interval(FRAME_S, self.update_screen)
        self.update_screen()

    def on_resize(self) -> None:
        """Draw everything again, because all widths change."""
        self._drawn.clear()
        roomy = self.size.width >= ROOMY[0] and self.size.height >= ROOMY[1]
        self.screen_stack[0].set_class(roomy, "roomy")

    # -- drawing -------------------------------------------------------------------------------------------------

    def _title(self, id: str, text: str) -> None:
        self.query_one(id).border_title = text

    def update_screen(self) -> None:
        """Draw the panels whose content has changed since the last call."""
        # The page of keys covers this screen, or the screen is being removed.
        if len(self.screen_stack) > 1 or not self.query("#levels"):
            return
        feed, now = self.feed, self._clock()
        self._view.take(feed.frame, now)
        if now >= self._next_point and not feed.stale:
            self._next_point = now + POINT_S
            frame = feed.frame
            self._history.append((frame.get("out_short_lufs", -150.0), frame.get("out_integrated_lufs", -150.0)))
        self._draw_if_new("levels", (id(feed.frame), feed.revision), self._draw_levels)
        self._draw_if_new("loudness", (self._next_point, id(self._view.shown), self._target()), self._draw_loudness)
        self._draw_if_new("spectrum", (feed.revision, id(feed.spectrum)), self._draw_spectrum)
        self._draw_if_new("state", (feed.revision, feed.stale), self._draw_state)

    def _draw_if_new(self, panel: str, shows: tuple, draw: Callable[[], None]) -> None:
        if self._drawn.get(panel) != shows:
            self._drawn[panel] = shows
            draw()

    def _draw_levels(self) -> None:
        widget, frame = self.query_one("#levels", Static), self.feed.frame
        scales = self.size.height >= SCALES_ROWS
        widget.update(panels.levels(self._view, frame, self.feed.values, widget.content_size.width, scales))
        widget.border_subtitle = panels.health(self._view.held_tp, frame, self.feed.values)

    def _draw_loudness(self) -> None:
        widget = self.query_one("#loudness", Static)
        target_lufs, source = self._target()
        words = "Loudness in LUFS" if widget.content_size.width >= 40 else "LUFS"
        self._title("#loudness", f"{words}, [{panels.TARGET}]target {panels.number(target_lufs, 'g')}[/] ({source})")
        widget.update(
            panels.loudness(
                self._history, self._history.maxlen, HISTORY_S, target_lufs, self._view.shown, *widget.content_size
            )
        )

    def _target(self) -> tuple[float, str]:
        """The loudness target, and where it comes from."""
        if self._given_lufs is not None:
            return self._given_lufs, "--target"
        if self._reference is not None:
            return self._reference.lufs, "reference"
        return (TARGET_LUFS, "default") if self.feed.target_lufs is None else (self.feed.target_lufs, "preset")

    def _draw_spectrum(self) -> None:
        feed, widget = self.feed, self.query_one("#spectrum", Static)
        curves = panels.eq_curves_db(feed.table, feed.values, feed.rate_hz, log_grid(CURVE_POINTS))
        wide = widget.content_size.width >= 58
        self._title(
            "#spectrum",
            f"Spectrum [{panels.INPUT}]in[/] [{panels.OUTPUT}]out[/] dB, [{panels.EQ}]EQ dB[/]" if not wide else
            f"Spectrum of [{panels.INPUT}]input[/] and [{panels.OUTPUT}]output[/] in dB, [{panels.EQ}]EQ in dB (right)[/]",
        )  # fmt: skip
        widget.update(panels.spectrum(feed.spectrum, curves, *widget.content_size, self._reference))

    def _draw_state(self) -> None:
        feed, state = self.feed, self.feed.state
        bypass, mute = bool(feed.values.get("chain.bypass")), bool(feed.values.get("chain.mute"))
        for name, on in (("bypass", bypass), ("mute", mute), ("stale", feed.stale)):
            self.screen.set_class(on, name)
        words = [
            "NO METERS: the box does not answer" if feed.stale else "",
            "MUTE: the output is silent" if mute else "",
            "BYPASS: this is the input" if bypass else "",
        ]
        name = f"{one_line(state.preset or 'no preset')}{' (edited)' if state.edited else ''}"
        head = "   ".join([f"[{state.ab.upper()}] {name}", *filter(None, words)])
        self.query_one("#head", Static).update(Text(head, no_wrap=True))
        if not self._editing:
            self.query_one("#message", Static).update(Text(one_line(feed.message), no_wrap=True))
        names = self.query_one("#sections", SectionList)
        for place, section in enumerate(sections(feed.values)):
            self._replace(names, place, self._section_row(section))
        self._draw_parameters()
        self._draw_presets()

    def _section_row(self, section: str) -> str:
        on = is_on(section, self.feed.values)
        return f"{' ' if on is None else '●' if on else '○'} {title(section)}"

    def _draw_parameters(self) -> None:
        params = self.query_one("#params", ParameterList)
        if self._editing != SEARCH and not self._section:
            self._section = next(iter(sections(self.feed.values)))
        found = self._section == SEARCH
        self.screen_stack[0].set_class(found, "searching")
        ids = self._found if found else sections(self.feed.values).get(self._section, [])
        width = max(params.content_size.width - 1, 20)
        rows = [row(id, self.feed.table[id], self.feed.values[id], width, found) for id in ids]
        if ids != self._shown_ids:
            self._shown_ids = list(ids)
            params.clear_options()
            params.add_options([Option(Text(line), id=id) for id, line in zip(ids, rows, strict=True)])
            params.highlighted = 0 if ids else None
            what = f"{len(ids)} found" if found else title(self._section)
            self._title("#params", what)
        for place, line in enumerate(rows):
            self._replace(params, place, line)

    @staticmethod
    def _replace(options: OptionList, place: int, line: str) -> None:
        if str(options.get_option_at_index(place).prompt) != line:
            options.replace_option_prompt_at_index(place, Text(line))

    def _draw_presets(self) -> None:
        presets, feed = self.query_one("#presets", OptionList), self.feed
        names = [f"{'●' if row.name == feed.state.preset else ' '} {one_line(row.name)}" for row in feed.presets]
        if [str(presets.get_option_at_index(n).prompt) for n in range(presets.option_count)] != names:
            kept = presets.highlighted
            presets.clear_options()
            presets.add_options([Option(Text(name)) for name in names])
            presets.highlighted = min(kept or 0, len(names) - 1) if names else None

    # -- keys that act everywhere --------------------------------------------------------------------------------

    def action_ab(self, side: str) -> None:
        """Select edit buffer A or B."""
        self.feed.do(lambda box: f"buffer {box.ab_select(side).ab.upper()} is selected")

    def action_switch(self, what: str) -> None:
        """Toggle bypass or mute."""
        self.feed.do(lambda box: f"{what} {'on' if getattr(box, what)('toggle').on else 'off'}")

    def action_restart(self) -> None:
        """Restart integrated loudness, loudness range and maxima."""
        self._view = MeterView(None, colour=False)
        self._history.clear()
        self.feed.set("meter.epoch", self.feed.values["meter.epoch"] + 1)

    def action_keys(self) -> None:
        """Show the page of keys."""
        self.push_screen(KeysPage())

    def action_presets(self) -> None:
        """Go to the presets, or back to the parameters. A small terminal shows them in place of the loudness."""
        choosing = not self.query_one("#presets").has_focus
        self.screen.set_class(choosing, "choosing")
        self.query_one("#presets" if choosing else "#sections").focus()

    # -- search and typed values ---------------------------------------------------------------------------------

    def action_search(self) -> None:
        """Ask for words, and list the parameters that match while the user types."""
        self.screen.remove_class("choosing")
        self._ask(SEARCH, "Type words of the name or the help. Enter: go to the list. Esc: end the search.")

    def _ask(self, what: str, question: str) -> None:
        self._editing = what
        self.query_one("#message", Static).update(Text(question, no_wrap=True))
        prompt = self.query_one("#prompt", Prompt)
        prompt.value = ""
        self.screen.add_class("asking")
        prompt.focus()

    def _asked_enough(self) -> None:
        self._editing = ""
        self.screen.remove_class("asking")
        self.query_one("#params").focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """While the user types a search, list its results."""
        if self._editing == SEARCH:
            self._section, self._found = SEARCH, search(self.feed.table, event.value)
            self._draw_parameters()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Set the typed value, or end the search and go to the parameters that it found."""
        id = self._editing
        self._asked_enough()
        if id != SEARCH and event.value.strip():
            param = self.feed.table[id]
            try:
                self.feed.set(id, param.to_plain(param.parse(event.value)))
            except ParamError as why:
                self.feed.do(lambda box, why=str(why): why)

    def on_prompt_cancelled(self) -> None:
        """End a search or the typing of a value without a change."""
        searching = self._editing == SEARCH
        self._asked_enough()
        if searching:
            self._leave_search()

    def _leave_search(self) -> None:
        names = self.query_one("#sections", SectionList)
        self._section = list(sections(self.feed.values))[names.highlighted or 0]
        self._draw_parameters()
        names.focus()

    # -- lists ---------------------------------------------------------------------------------------------------

    def _chosen(self) -> str | None:
        place = self.query_one("#params", OptionList).highlighted
        return None if place is None or place >= len(self._shown_ids) else self._shown_ids[place]

    def on_parameter_list_nudge(self, event: ParameterList.Nudge) -> None:
        """Change the selected parameter like a knob does."""
        id = self._chosen()
        if id is not None:
            param = self.feed.table[id]
            value = param.nudge(param.check(self.feed.values[id]), event.detents, event.fine)
            self.feed.set(id, param.to_plain(value))

    def on_parameter_list_default(self) -> None:
        """Set the selected parameter to its default."""
        id = self._chosen()
        if id is not None:
            self.feed.set(id, self.feed.table[id].to_plain(self.feed.table[id].default))

    def on_parameter_list_leave(self) -> None:
        """Go back to the sections."""
        self._leave_search()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the parameters of the section, and the help of the parameter."""
        if event.option_list.id == "sections" and self._section != SEARCH:
            self._section = event.option.id
            self._draw_parameters()
        elif event.option_list.id == "params" and event.option_list.has_focus:
            param = self.feed.table[event.option.id]
            words = f"{param.id}: {param.help} ({param.allowed})"
            self.query_one("#message", Static).update(Text(one_line(words), no_wrap=True))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Act on the chosen line. A section: go to its parameters. A parameter: toggle it, or let the user type a value. A
        preset: load it; if it may be much louder, ask for a second Enter first."""
        if event.option_list.id == "sections":
            self._section = event.option.id
            self._draw_parameters()
            self.query_one("#params").focus()
        elif event.option_list.id == "params":
            self._edit(event.option.id)
        elif event.option_index < len(self.feed.presets):
            name = self.feed.presets[event.option_index].name
            confirmed, self._asked = self._asked == name, ""
            self.feed.do(lambda box: self._load(box, name, confirmed))

    def _edit(self, id: str) -> None:
        param = self.feed.table[id]
        if param.kind == "number":
            self._ask(
                id,
                f"Type {id}: {param.allowed}; Enter sets it, Esc keeps {param.format(param.check(self.feed.values[id]))}.",
            )
            return
        value = param.check(self.feed.values[id])
        self.feed.set(id, param.to_plain(param.low if value >= param.high else value + 1))

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
