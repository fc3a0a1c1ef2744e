"""Widgets of the monitor: lists whose keys act only while they have the focus, and the page of keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

#: (keys, what they do, where they act) for the page of keys.
KEYS = (
    ("Tab, Shift+Tab", "go to the next or previous panel", ""),
    ("↑ ↓ Page Home End", "select a line", "lists"),
    ("→ or Enter", "go to the parameters of the section", "sections"),
    ("← →", "change the value like a click of a knob", "parameters"),
    ("Shift+← →", "change the value in fine steps", "parameters"),
    ("Enter", "type a value, or toggle a switch", "parameters"),
    ("d", "set the default", "parameters"),
    ("Esc", "go back to the sections", "parameters"),
    ("Enter", "load the preset", "presets"),
    ("/", "search all parameters", ""),
    ("p", "go to the presets and back", ""),
    ("Space", "bypass on or off", ""),
    ("m", "mute on or off", ""),
    ("a, b", "select edit buffer A or B", ""),
    ("r", "restart integrated loudness, range and maxima", ""),
    ("?", "show or close this page", ""),
    ("q", "quit", ""),
    ("mouse", "click a line, click again for Enter; click a key below", ""),
)


class SectionList(OptionList):
    """The sections of parameters."""

    BINDINGS: ClassVar = [Binding("right", "select", show=False)]


class ParameterList(OptionList):
    """Parameters; the arrow keys change the selected one."""

    BINDINGS: ClassVar = [
        Binding("left", "nudge(-1, False)", "change", key_display="← →"),
        Binding("right", "nudge(1, False)", show=False),
        Binding("shift+left", "nudge(-1, True)", show=False),
        Binding("shift+right", "nudge(1, True)", show=False),
        Binding("d", "default", "default"),
        Binding("escape", "leave", show=False),
    ]

    class Nudge(Message):
        """Change the selected parameter by `detents` clicks of a knob."""

        def __init__(self, detents: int, fine: bool):
            super().__init__()
            self.detents, self.fine = detents, fine

    class Default(Message):
        """Set the selected parameter to its default."""

    class Leave(Message):
        """Go back to the sections."""

    def action_nudge(self, detents: int, fine: bool) -> None:
        """Post `Nudge`."""
        self.post_message(self.Nudge(detents, fine))

    def action_default(self) -> None:
        """Post `Default`."""
        self.post_message(self.Default())

    def action_leave(self) -> None:
        """Post `Leave`."""
        self.post_message(self.Leave())


class Prompt(Input):
    """The line for a search or for a value. It is visible only while it is used; Esc closes it."""

    BINDINGS: ClassVar = [Binding("escape", "cancel", show=False)]

    class Cancelled(Message):
        """The user pressed Esc."""

    def __init__(self, **options):
        super().__init__(compact=True, **options)
        self.cursor_blink = False

    def action_cancel(self) -> None:
        """Post `Cancelled`."""
        self.post_message(self.Cancelled())


class KeysPage(ModalScreen):
    """The page of keys."""

    CSS = """
    KeysPage { align: center middle; }
    KeysPage VerticalScroll { width: 78; max-width: 100%; height: auto; max-height: 100%; border: round $accent;
        background: $surface; padding: 0 1; }
    """
    BINDINGS: ClassVar = [Binding("escape,question_mark,q,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        """Create the table of keys."""
        with VerticalScroll() as scroll:
            scroll.border_title = "Keys (Esc closes)"
            yield Static("\n".join(f"[b]{keys:<20}[/b]{text}" for keys, text in _lines()))

    def on_click(self) -> None:
        """Close the page."""
        self.dismiss()


def _lines() -> list[tuple[str, str]]:
    """`KEYS` with the place where each key acts in front of its text."""
    return [(keys, f"{where}: {text}" if where else text) for keys, text, where in KEYS]
