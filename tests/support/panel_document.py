"""docs/PANEL.md: the functions of the knobs and buttons, and the pages of the display."""

from firmware.contract import protocol
from firmware.panel import controller
from firmware.panel.pages import PAGES
from firmware.system import board

_TEXT = """# The front panel

This page is generated from `firmware/panel/controller.py` and the parameter table (`make docs`). Do not edit it.

![The display](plots/display.png)

The display has three parts:

- The top line shows the preset (with `*` if it has been changed since it was loaded), the page, and buffer A or B.
- The middle shows the six parameters that the knobs change.
- The bottom shows meters: input and output peaks over a range of 60 dB, gain reduction of the limiter and of the bands, and the
  present gain of dynamic EQ bands (one pixel per dB, to the right for a boost). A white mark holds the highest peak for 1.5 s.
  The numbers are momentary, short-term and integrated loudness, highest true peak, gain reduction and loudness range.

Meters turn grey if no new values arrive. `XRUN` counts interruptions of the audio. `LOAD` appears if the DSP needs more than
{overload:g} % of the available time. `FAULT` appears if the box cannot carry out a regular task, for example because its storage is
full; `burnish info` names the task and the reason. `RELAY` appears if the bypass relays are not in the position that the box requests.

| action | effect |
|---|---|
| turn a knob | changes the value in fixed steps; the value never jumps, because the knobs are encoders without end stops |
| push and turn a knob | changes the value in the smallest steps |
| hold a knob for {hold:g} s without turning it | sets the default |
| PAGE | shows the next page |
| hold PAGE | shows the first page |
| hold PAGE and turn any knob | changes pages |
| A/B | switches to the other edit buffer |
| hold A/B | copies the present buffer to the other one |
| RECALL | opens the list of presets: choose with a knob, load with RECALL or a push on the knob; knob 2 changes the order; any other button cancels |
| STORE | opens the list for saving: choose "{new}" or one of your presets, save with STORE or a push on the knob |
| BYPASS or foot switch | plays the unprocessed input, sample-aligned; works while the panel is locked |
| hold LOCK for {hold:g} s | locks all controls except BYPASS, or unlocks them |

RECALL asks for confirmation (`LOUDER! PRESS AGAIN`) if a preset can raise the level by more than 6 dB, raises the ceiling or
switches the limiter off. A list closes after {choice:g} s without input. The display dims after {rest:g} minutes without input.

Hold a button for at least 40 ms, as a finger always does. The switches are read 60 times a second and a change counts when two readings
agree, because contacts bounce. A contact that closes for less than 17 ms is therefore never taken for a press.

Buttons: {buttons}.

## Pages

| page | 1 | 2 | 3 | 4 | 5 | 6 |
|---|---|---|---|---|---|---|
"""


def panel_markdown() -> str:
    """The text of the document."""
    loaded = board.load()
    buttons = [
        name for name in loaded.scan.switch if name not in board.NOT_ON_THE_FRONT and not name.startswith("PUSH")
    ]
    labels = {control.name: control.label for control in loaded.panel.control}
    text = _TEXT.format(
        overload=protocol.OVERLOAD_PCT,
        hold=controller.HOLD_S,
        choice=controller.CHOICE_S,
        rest=controller.REST_S / 60,
        new=controller.NEW,
        buttons=", ".join(labels[name] for name in buttons),
    )
    for page in PAGES:
        ids = [f"`{param.id}`" for param in page.params]
        text += f"| {page.title} | {' | '.join(ids + [''] * (6 - len(ids)))} |\n"
    return text
