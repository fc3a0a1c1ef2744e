"""docs/PANEL.md: what a guest needs to know. docs/PANEL-ROWS.md: what every knob does in every view, and what tasks cost."""

import tomllib

from firmware.panel.layout import BY_KEY, MASTER, PRESET, SECTIONS, Knob
from firmware.panel.operation import AFTER_S, CHOICE_S, HOLD_S, LOCK_S, REST_S
from firmware.settings import DEFAULT_MACROS, MACROS, MOST_CHANGES
from firmware.system import board
from tests.support.paths import DOCS, ROOT

PLOTS = DOCS / "plots" / "panel"
TASKS = ROOT / "tests" / "firmware" / "panel" / "operation" / "tasks.toml"
#: The scenes that the documents show, and their captions.
VIEWS = {
    "eq": "EQ: the sum of all bands, band 3 chosen with its own curve, over the live spectrum of the output.",
    "eq_turned": "A knob is turned: its value, unit, default (the tall mark) and range, for 1.5 s.",
    "eq_second_row": "EQ with SHIFT: placement, and the dynamic band.",
    "eq_setup": "EQ, second view: phase, taps, automatic gain.",
    "dyn": "DYN: the level that each detector hears, threshold and gain reduction; the static curve of band 2, with its level.",
    "dyn_split": "DYN, second view: the crossovers.",
    "dyn_up": "DYN, third view: upward compression and expansion.",
    "stereo": "STEREO: vectorscope of the samples, correlation of the whole and of each band, width of each band, mono-maker.",
    "colour": "COLOUR: the curve of the saturator with the present peak, and the harmonics that it adds.",
    "limit": "LIMIT: 5 s of gain reduction below the ceiling, over the envelope of the output.",
    "meter": "METER: integrated loudness, and its history against the target of the preset.",
    "meter_numbers": "METER, second view: to be read from two metres.",
    "master": "MASTER: six macros. A dial shows the position, and inside it the first parameter that the macro moves.",
    "preset": "PRESET: the list, with the notes of the chosen preset.",
    "preset_question": "A question names the knob that answers it.",
    "preset_name": "PRESET: a name is edited.",
    "compared": "BYPASS is held: the unprocessed input at equal loudness.",
}

_PAGE = """# The front panel

`make docs` generates this page and [its tables](PANEL-ROWS.md). Do not edit it. To try the panel without hardware:
`burnishd --sim --panel --mix SONG.wav`.

![The whole front](plots/panel/front.png)

**A key for each section, six knobs below one picture.** EQ, DYN, STEREO, COLOUR, LIMIT and METER show their section. The same key
again shows its next view. The six cells below the picture say what each knob does now.

**Bands are chosen, not paged.** On EQ and DYN, knob 1 chooses the band and its push switches it on or off. The other knobs act on that
band. A band that you turn is on.

| gesture | effect |
|---|---|
| turn a knob | changes the value; it stops at numbers that can be written down, and moves further when turned fast |
| push and turn | the smallest steps |
| push | switches what the knob belongs to (band, mono-maker, auto make-up) |
| push twice | the value before the last turn; again: back |
| hold {hold:g} s | the default; on BAND: plays that band alone until you let go |
| SHIFT, held or tapped | the second row of knobs |
| SHIFT and a section key | switches the section on or off; with METER: restarts the measurement |
| hold any section key | MASTER: six macros, such as GLUE and LOUD; SHIFT and a knob puts another macro there |
| A/B | the other edit buffer; held: at equal loudness; SHIFT and A/B: copies |
| BYPASS, foot switch | the unprocessed input, sample-aligned; held: at equal loudness |
| PRESET | the list: knob 1 chooses, its push loads; NEW stores; held: hear the stored preset against your edits |
| UNDO, SHIFT and UNDO | takes back or repeats one of the last {changes} changes, also those of the laptop |
| hold LOCK {lock:g} s | locks everything but BYPASS, or unlocks it |

**The box can learn the level.** In METER, knob 2 is the loudness target, which comes from the preset. Push it while the song plays: the
box listens for half a minute, sets the limiter's gain, listens again, corrects it, and says what it did. UNDO takes it back.

The line at the top shows the section and what is chosen, the preset (EDITED if it differs from what is stored) and buffer A or B.
`XRUN` counts interruptions of the audio, `LOAD` appears above 85 % of the available time, `FAULT` if the box cannot carry out a
regular task (`burnish info` names it), `RELAY` if the bypass relays are not where they should be. Pictures turn grey if no new
meters arrive.

Equal loudness turns the louder one of the two down. The lower level lasts for {after:g} s after you let go, so that you hear the chain
as loud as you heard the input. Equal loudness needs 4 s of music since the last change.

PRESET asks before it loads what can raise the level by more than 6 dB, raises the ceiling or switches the limiter off. The list
closes after {choice:g} s without input. The display dims after {rest:g} minutes.

## Every view

{views}
"""

_ROWS = """# The knobs of every view

`make docs` generates this page from `firmware/panel/layout/sections.py`, `firmware/settings/macros.py` and
`tests/firmware/panel/operation/tasks.toml`. Do not edit it. [The front panel](PANEL.md) explains the gestures.

A name in brackets is what a push of the knob switches or does. `{{band}}` is the chosen band.

| view | row | 1 | 2 | 3 | 4 | 5 | 6 |
|---|---|---|---|---|---|---|---|
{rows}

Hold a key for at least 40 ms, as a finger always does. The switches are read 60 times a second and a change counts when two readings
agree, because contacts bounce. A contact that closes for less than 17 ms is therefore never taken for a press.

The panel of revision A has six keys (`panel.profile = "a"`). PAGE shows the next view, PAGE held and a knob turned is the second
row, PAGE held alone shows MASTER. RECALL and STORE show the list of presets. UNDO and the section keys are on the laptop there.

## Knobs through the kernel

With `panel.backend = "evdev"` the knobs are read through the kernel's `rotary-encoder` driver, which decodes them in its interrupt
handlers. Each encoder has an axis of its own. config.txt then needs these lines; exchange `pin_a` and `pin_b` if a knob turns the
wrong way:

```
{overlays}
```

## Macros

A macro reads its position from its first parameter. The other parameters move by the difference of their curves, so what was set
by hand stays an offset. The first six are on the MASTER page unless a preset names others (`[x_macros]`, `knobs`).

| macro | range | what it does | curves (per cent: value) |
|---|---|---|---|
{macros}

## Actions for everyday tasks

A test replays these tasks on the simulated panel and checks their results. An action is one press of a key (also while another is
held), one push of a knob, or one turn of a knob to its value. "Six keys" is the same task on the pages of the first panel, where
that was possible.

{peers}

| task | actions | six keys | DS1-MK3 | Finalizer | how |
|---|---|---|---|---|---|
{tasks}

## What was criticised, and what was done

The pictures were looked at four times enlarged, as someone would who works with a Weiss DS1-MK3, a Bettermaker, a TC Finalizer or an
Elektron.

| criticism | what was done |
|---|---|
| the spectrum is a flat grey area, and hides whether there is sound | a line on its upper edge, a range of 42 dB, tilted by 3 dB per octave |
| a narrow bell loses its tip between two pixels | four points in each column; the curve covers all of them |
| dots of the letter i are cut off, and a 5 looks like a 6 | a row of pixels above the capitals; figures in the next larger size |
| the second row looks like the first | a bright line above it, a grey ground, brighter labels |
| the figure of a band disappears under a large gain reduction | it is drawn dark where the bar covers it |
| crossover frequencies are not on the axis | at the right end of each band in the view that sets them |
| dBTP runs into the next cell | small cells say dB, the enlarged one dBTP |
| "EDITED" is cut to "EDI…" behind a long name | a star where the word does not fit |
| an enlarged CHOOSE covers the list that it chooses from | cells of the list are not enlarged |
| two hands turn, and only one value is large | both are, unless one was turned much earlier |
| gain reduction has another scale on a taller screen | it is a share of the height |
| the vectorscope shows an ellipse instead of samples | 3200 samples a second come from the audio process through shared memory; the last 0.2 s are drawn, denser is brighter |
| one correlation for everything hides mono bass under wide treble | the correlation of each band above its width; negative figures are dark on light |
| the level of a band is estimated from the spectrum, and disagrees with the threshold beside it | the level that the detector of the band hears |
| a band that compresses shows its reduction, but not its number any more | number at the left, reduction beside it; levels are brighter |
| the scale of the limiter's history is written over the envelope | it stands beside the picture |
| a true peak above the ceiling looks like every other figure on a display of greys | dark on light, as all warnings |
| "I", "LUFS" and the distance from the target are three small lines that touch | one label, and the distance in larger figures |
| three sizes of large figures do not stand on one line | they do |
| before anything is measured, range and PLR read 0.0 | two dashes |
| the harmonics have no scale | lines at -20 and -60 dB |
| a bell shows a slope, a low cut a gain, though neither does anything | "unused" |
| AUTOGAIN is cut off; OVER and "1 load" are riddles | AUTO GN, REPLACE; the cells say push or turn |
| the dials of MASTER repeat the figure of the cell below | they show what the first parameter is set to, in its unit |
| where a dynamic band has moved its gain cannot be seen below its node | a line at the gain of this moment |
| 10k touches the scale in dB | it is at the left of its line |
| notes of a preset end in the middle of a sentence | they end with dots |
"""
_PEERS = """The last two columns are lower bounds from the descriptions in the manuals, for the tasks that these devices have: the Weiss DS1-MK3
is a compressor of one band with twelve knobs, almost one for each parameter; on a TC Finalizer a key selects the block, and each
parameter needs at least one press to select it and one turn of the one wheel.

¹ The device has no such function, by its manual. ² The pages of the manual that would say how many presses it takes could not be
read."""


def panel_markdown() -> str:
    """The text of docs/PANEL.md."""
    views = "\n\n".join(f"{caption}\n\n![{caption}](plots/panel/{name}.png)" for name, caption in VIEWS.items())
    return _PAGE.format(
        hold=HOLD_S, lock=LOCK_S, choice=CHOICE_S, rest=REST_S / 60, after=AFTER_S, changes=MOST_CHANGES, views=views
    )


def _named(knob: Knob | None) -> str:
    if knob is None:
        return ""
    what = f"`{knob.id}`" if knob.id else knob.own or knob.push
    tap = (
        f" [`{knob.tap}`]" if knob.tap and knob.tap != knob.id else f" [{knob.push}]" if knob.push and knob.own else ""
    )
    return f"{knob.label or 'macro'}: {what}{tap}"


def _other(found: int | str) -> str:
    """The actions on another panel, or the note that says why there is no number."""
    return {"none": "– ¹", "unread": "– ²"}.get(found, str(found))


def count(actions: list[str]) -> int:
    """The number of actions; a release belongs to its press, and push and turn are two."""
    return sum(0 if action.startswith("release") else 2 if " and turn " in action else 1 for action in actions)


def panel_rows_markdown() -> str:
    """The text of docs/PANEL-ROWS.md."""
    rows = [
        f"| {section.title} {view.name} | {'SHIFT' if number else ''} | {' | '.join(_named(knob) for knob in row)} |"
        for section in (*SECTIONS, MASTER, PRESET)
        for view in BY_KEY[section.key].views
        for number, row in enumerate(view.rows)
    ]
    macros = []
    for macro in MACROS.values():
        curves = "; ".join(
            f"`{move.id}` {', '.join(f'{at:g}: {value:g}' for at, value in zip(move.positions, move.values, strict=True))}"
            for move in macro.moves
        )
        first = "**" if macro.name in DEFAULT_MACROS else ""
        macros.append(f"| {first}{macro.name}{first} | {macro.low:g} to {macro.high:g} % | {macro.help} | {curves} |")
    tasks, counted, before = [], [], []
    data = tomllib.loads(TASKS.read_text())
    for task in data["task"]:
        counted.append(count(task["actions"]))
        before += [(counted[-1], task["six_keys"])] if "six_keys" in task else []
        others = [_other(task.get(name, "")) for name in ("six_keys", "weiss", "finalizer")]
        tasks.append(f"| {task['do']} | {counted[-1]} | {' | '.join(others)} | {', '.join(task['actions'])} |")
    old = sum(six for _, six in before) / len(before)
    same = sum(now for now, _ in before) / len(before)
    tasks.append(f"| **average** of {len(counted)} (and of the {len(before)} that six keys can do) | "
                 f"**{sum(counted) / len(counted):.2f}** ({same:.2f}) | {old:.2f} | | | |")  # fmt: skip
    tasks.append(f"| **most** | **{max(counted)}** | {max(six for _, six in before)} | | | |")
    tasks += [
        f"| {task['do']} | {count(task['actions'])} | | | | {', '.join(task['actions'])} |" for task in data["more"]
    ]
    described = board.load()
    overlays = "\n".join(
        f"dtoverlay=rotary-encoder,pin_a={described[row.a].bcm},pin_b={described[row.b].bcm},relative_axis=1,"
        f"linux_axis={row.number - 1},steps-per-period={row.detents_per_cycle}"
        for row in described.encoder
    )
    return _ROWS.format(
        overlays=overlays, rows="\n".join(rows), macros="\n".join(macros), tasks="\n".join(tasks), peers=_PEERS
    )
