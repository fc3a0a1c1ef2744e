"""MidiControl: parameters by MIDI messages, and messages for changes of parameters. Without ports, clocks and threads.

Box and laptop share it. NRPN address every parameter with 14 bits (see `nrpn.py`); other control changes address the parameters
that they have been assigned to.
"""

from collections.abc import Callable, Iterable, Mapping

from . import nrpn
from .midi_parser import ControlChange, ProgramChange, control_bytes
from .params import BY_ID, find

#: Control changes of NRPN: value (coarse and fine), step up and down, number (place and group); and of RPN numbers.
VALUE, VALUE_FINE, UP, DOWN, PLACE, GROUP, RPN_PLACE, RPN_GROUP = 6, 38, 96, 97, 98, 99, 100, 101
_NRPN = frozenset((VALUE, VALUE_FINE, UP, DOWN, PLACE, GROUP, RPN_PLACE, RPN_GROUP))
#: Controls from this one on are mode messages, such as "all notes off".
_MODES = 120
#: A control picks a value up when it is this near: a 64th of its range.
NEAR = (nrpn.MOST + 1) // 64
#: The place or group that means "none".
_NONE = 127


def assignable(control: int) -> bool:
    """Whether a control change can be assigned to a parameter."""
    return 0 <= control < _MODES and control not in _NRPN


def parse_controls(text: str) -> dict[int, str]:
    """Assignments from text such as "74=limiter.gain_db 71=eq.b1.freq_hz". Raises ParamError or ValueError, with a sentence."""
    found = {}
    for part in text.replace(",", " ").split():
        control, _, id = part.partition("=")
        if not control.isdecimal() or not assignable(int(control)):
            raise ValueError(f"{part!r} is not an assignment: write CONTROL=PARAMETER with a control from 0 to 119 other than "
                             f"{', '.join(map(str, sorted(_NRPN)))}, for example 74=limiter.gain_db")  # fmt: skip
        found[int(control)] = find(id).id
    return found


class _Number:
    """The NRPN that is selected on a channel, and its value."""

    def __init__(self):
        self.group = self.place = _NONE
        self.coarse = 0


class MidiControl:
    """Turns messages into values, and changes into messages.

    `get(id)` returns the present value of a parameter. `controls`: ids by the number of the control change. `channel`: 0 to 15, or None
    for all. With `pickup`, a control acts only after it has met or passed the present value, so that the first movement of a knob
    or fader makes no jump.
    """

    def __init__(self, get: Callable[[str], float], *, controls: Mapping[int, str] | None = None, channel: int | None = None,
                 pickup: bool = False):  # fmt: skip
        self._get = get
        self.controls = dict(controls or {})
        self._channel = channel
        self._pickup = pickup
        self._numbers: dict[int, _Number] = {}
        #: The last word that was received for each parameter, as long as the parameter has its value.
        self._received: dict[str, int] = {}
        self._passed: dict[str, int] = {}
        self._picked: set[str] = set()

    # -- messages to values -------------------------------------------------------------------------------------------

    def receive(self, messages: Iterable[ControlChange | ProgramChange]) -> list[dict[str, float] | int]:
        """What to do, in order: values to set together, by id, or the number of a program to load (from 0). Of several values for a
        parameter before the next program, only the last is returned."""
        actions: list[dict[str, float] | int] = []
        for message in messages:
            if self._channel is not None and message.channel != self._channel:
                continue
            if isinstance(message, ProgramChange):
                actions.append(message.program)
                continue
            if not actions or not isinstance(actions[-1], dict):
                actions.append({})
            values = actions[-1]
            for id, word, coarse in self._addressed(message, values):
                value = self._taken(id, word, coarse, values)
                if value is not None:
                    values[id] = value
        return [action for action in actions if action != {}]

    def _addressed(self, message: ControlChange, pending: Mapping[str, float]) -> Iterable[tuple[str, int, bool]]:
        """(id, word, whether the word has only 7 bits) of the parameter that a message addresses."""
        number = self._numbers.setdefault(message.channel, _Number())
        control, value = message.control, message.value
        if control == GROUP:
            number.group = value
        elif control == PLACE:
            number.place = value
        elif control in (RPN_PLACE, RPN_GROUP):
            number.group = number.place = _NONE
        elif control in _NRPN:
            id = nrpn.IDS.get((number.group, number.place))
            if id is None:
                return
            if control == VALUE:
                number.coarse = value
                yield id, value << 7 | value, True  # 127 is the highest word, also without the fine part
            elif control == VALUE_FINE:
                yield id, number.coarse << 7 | value, False
            else:
                param = BY_ID[id]
                moved = param.nudge(pending.get(id, self._get(id)), 1 if control == UP else -1)
                yield id, nrpn.word_of(param, moved), False
        elif control in self.controls:
            yield self.controls[control], value << 7 | value, True

    def _taken(self, id: str, word: int, coarse: bool, pending: Mapping[str, float]) -> float | None:
        """The value for `word`; None if it changes nothing or is not picked up."""
        param = BY_ID[id]
        present = nrpn.word_of(param, pending.get(id, self._get(id)))
        if self._pickup and id not in self._picked:
            before, self._passed[id] = self._passed.get(id), word
            met = abs(word - present) <= NEAR or (before is not None and (before - present) * (word - present) <= 0)
            if not met:
                return None
            self._picked.add(id)
        if param.kind != "number":
            same = nrpn.value_of(param, word) == nrpn.value_of(param, present)
        else:
            same = word >> 7 == present >> 7 if coarse else word == present
        if same and id not in pending:  # for example the echo of our own message, which must not round the value
            return None
        self._received[id] = word
        return nrpn.value_of(param, word)

    # -- changes to messages ------------------------------------------------------------------------------------------

    def feedback(self, changed: Mapping[str, float]) -> bytes:
        """Messages that tell a controller the values of parameters that have changed, without those that it has just sent itself."""
        out = []
        channel = self._channel or 0
        by_id: dict[str, list[int]] = {}
        for control, id in self.controls.items():
            by_id.setdefault(id, []).append(control)
        for id, value in changed.items():
            if id not in nrpn.NUMBERS or id not in BY_ID:
                continue
            param = BY_ID[id]
            word, received = nrpn.word_of(param, value), self._received.get(id)
            if received is not None and nrpn.value_of(param, received) == param.check(param.to_plain(value)):
                continue
            self._received.pop(id, None)
            self._picked.discard(id)
            self._passed.pop(id, None)
            group, place = nrpn.NUMBERS[id]
            out.append((GROUP, group))
            out.append((PLACE, place))
            out.append((VALUE, word >> 7))
            out.append((VALUE_FINE, word & 0x7F))
            out += [(control, word >> 7) for control in by_id.get(id, ())]
        return control_bytes(channel, out)
