"""Learning on the panel: a push of the TARGET knob lets the box set the gain into the limiter for the loudness target."""

from firmware.contract import BoxError
from firmware.settings import Learn

from .own_values import OwnValues

#: How long the box listens, twice, in seconds.
SECONDS = 30.0
#: What the display says when the box has stopped, by the reason.
_STOPPED = {
    "silence": "NO SOUND HEARD: PLAY THE SONG, PUSH 2",
    "too far": "TOO FAR FROM THE TARGET: NOT CHANGED",
    "disturbed": "STOPPED: ANOTHER SETTING CHANGED",
    "asked": "LEARNING STOPPED",
}


class PanelLearning:
    """`learn` is that of the box; None where there is none. `own` has the target."""

    def __init__(self, learn: Learn | None, own: OwnValues):
        self._learn = learn
        self._own = own
        self._was_under_way = False

    def push(self) -> str:
        """Start learning, or stop it. Returns the message to show."""
        if self._learn is None:
            return "NOT AVAILABLE HERE"
        if self._learn.state.under_way:
            self._learn.stop()
            return ""
        try:
            self._learn.start(self._own.target_lufs, SECONDS)
        except BoxError:
            return "SWITCH OFF BYPASS, MUTE, SOLO, MATCH"
        self._was_under_way = True
        return "PLAY THE SONG: THE BOX LISTENS"

    @property
    def what(self) -> str:
        """What the display shows while the box listens."""
        if self._learn is None or not self._learn.state.under_way:
            return ""
        return f"LEARNING {self._learn.state.target_lufs:g} LUFS: {self._learn.state.left_s:.0f} S"

    def ended(self) -> str:
        """The result, once, when the box has stopped listening."""
        if self._learn is None:
            return ""
        state, before = self._learn.state, self._was_under_way
        self._was_under_way = state.under_way
        if state.under_way or not before:
            return ""
        if state.phase != "done":
            return _STOPPED.get(state.reason, "STOPPED")
        return f"GAIN {state.gain_db:+.1f} dB: {state.expected_lufs:.1f} LUFS, +-{state.within_lu:.1f}"
