"""docs/PANEL.md: what the knobs and buttons do, and the pages of the display."""

from firmware.panel import controller
from firmware.panel.pages import PAGES
from firmware.system import board

_TEXT = """# The front panel

Made from `firmware/panel/controller.py` and the parameter table (`make docs`). Do not edit.

![the display](plots/display.png)

Above: preset (`*`: changed since), page, A or B. In the middle: what the six knobs turn. Below: input and output peaks
(60 dB wide; the white mark holds the highest for 1.5 s), gain reduction of the limiter and, under it, of the
bands, and at the bottom dynamic bands of the EQ while they are moved, a pixel per dB, up to the right; loudness
momentary, short-term, integrated; highest true peak, gain reduction, loudness range. Grey meters have stopped. `XRUN`
counts what the sound card lost, `LOAD` comes up when a block takes more than 85 % of its time.

| do | and |
|---|---|
| turn a knob | its value moves by fixed clicks: it never jumps, since an encoder has no position |
| push and turn | fine: the smallest step |
| hold for {hold:g} s without turning | its default |
| PAGE | next page; hold: the first; hold and turn any knob: leaf |
| A/B | the other side; hold: copy this side to the other |
| RECALL | choose with a knob, load with RECALL or a push; knob 2 changes the order; any other button gives up |
| STORE | choose "{new}" or one of your presets, keep with STORE or a push |
| BYPASS, foot switch | the input, delayed as much as the box delays; works while locked |
| LOCK, held for {hold:g} s | nothing but BYPASS works until it is held again |

RECALL asks back (`LOUDER! PRESS AGAIN`) before a preset that can raise the level by more than 6 dB, raises the ceiling or
takes the limiter out. Choosing ends by itself after {choice:g} s. Untouched for {rest:g} minutes, the display dims.

Buttons: {buttons}.

## Pages

| page | 1 | 2 | 3 | 4 | 5 | 6 |
|---|---|---|---|---|---|---|
"""


def panel_markdown() -> str:
    """The document."""
    loaded = board.load()
    buttons = [
        name for name in loaded.scan.switch if name not in board.NOT_ON_THE_FRONT and not name.startswith("PUSH")
    ]
    labels = {control.name: control.label for control in loaded.panel.control}
    text = _TEXT.format(
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
