"""MIDI: the numbers of the parameters, the parser, and the conversion between messages and values."""

import hashlib

import pytest

from firmware.contract import MidiControl, MidiParser, ParamError, nrpn, params, parse_controls
from firmware.contract.midi_parser import ControlChange, ProgramChange

#: The numbers of the first version. A digest instead of the list, because docs/REMOTE.md contains the list.
FIRST_NUMBERS, FIRST_DIGEST = 273, "1bd3a1fa6c15de58"


def test_every_parameter_has_a_number_of_its_own():
    assert set(params.BY_ID) <= set(nrpn.NUMBERS)
    assert len(set(nrpn.NUMBERS.values())) == len(nrpn.NUMBERS)
    assert all(0 <= group < 127 and 0 <= place < 127 for group, place in nrpn.NUMBERS.values())


def test_the_numbers_of_the_first_version_have_not_moved():
    """New parameters are added at the end of their group, so the first ones keep their numbers for ever."""
    first = sorted(f"{group} {place} {id}" for id, (group, place) in nrpn.NUMBERS.items())
    kept = [line for line in first if int(line.split()[1]) < FIRST_PLACES[int(line.split()[0])]]
    assert len(kept) == FIRST_NUMBERS
    assert hashlib.sha256("\n".join(kept).encode()).hexdigest()[:16] == FIRST_DIGEST


#: Places in each group in the first version.
FIRST_PLACES = (
    {0: 11, 1: 11, 2: 4, 3: 13, 4: 9, 5: 6} | {16 + n: 13 for n in range(1, 9)} | {32 + n: 23 for n in range(1, 6)}
)


@pytest.mark.parametrize("param", params.TABLE, ids=lambda param: param.id)
def test_words_cover_the_range_and_come_back(param):
    assert nrpn.value_of(param, 0) == param.low and nrpn.value_of(param, nrpn.MOST) == param.high
    assert nrpn.word_of(param, param.low) == 0 and nrpn.word_of(param, param.high) == nrpn.MOST
    before = param.low
    for word in range(0, nrpn.MOST + 1, 13):
        value = nrpn.value_of(param, word)
        assert before <= value == param.check(value)
        back = nrpn.value_of(param, nrpn.word_of(param, value))
        assert abs(back - value) <= (param.step if param.kind == "number" else 0) * 1.001
        before = value


def test_the_default_of_every_parameter_is_reached_within_its_step_or_a_word():
    for param in params.TABLE:
        if param.id != "meter.epoch":
            word = nrpn.word_of(param, param.default)
            near = abs(nrpn.value_of(param, min(word + 1, nrpn.MOST)) - nrpn.value_of(param, max(word - 1, 0)))
            assert abs(nrpn.value_of(param, word) - param.default) <= max(param.step, near), param.id


# -- parser ------------------------------------------------------------------------------------------------------

VOLUME = ControlChange(2, 7, 100)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xb2\x07\x64", [VOLUME]),
        (b"\xb2\x07\x64\x07\x65\x0a\x01", [VOLUME, ControlChange(2, 7, 101), ControlChange(2, 10, 1)]),
        (b"\xb2\xf8\x07\xfe\x64\xff", [VOLUME]),
        (b"\xb2\x07\xf0\x01\x02\xf7\x64", []),
        (b"\xf0\x7e\x00\xf8\x06\x01\xf7\xb2\x07\x64", [VOLUME]),
        (b"\xf0\x01\x02\xb2\x07\x64", [VOLUME]),
        (b"\xf0\xb2\x07\x64\xf7\x07\x64", [VOLUME]),
        (b"\x07\x64\xb2\x07", []),
        (b"\x90\x40\x7f\x41\x7f\xb2\x07\x64\x80\x40\x00", [VOLUME]),
        (b"\xc5\x03\x04", [ProgramChange(5, 3), ProgramChange(5, 4)]),
        (b"\xd0\x11\x12\xe0\x01\x02\xa0\x01\x02\xb2\x07\x64", [VOLUME]),
        (b"\xf2\x01\x02\x07\x64\xf1\x01\x07\x64\xf3\x05\xf6\x07\x64", []),
        (b"\xf4\x01\xf5\x02\xb2\x07\x64", [VOLUME]),
        (b"\xb2\x07\xb2\x07\x64", [VOLUME]),
    ],
)
def test_the_parser_finds_the_messages_in_any_pieces(data, expected):
    assert MidiParser().feed(data) == expected
    parser = MidiParser()
    assert [message for byte in data for message in parser.feed(bytes([byte]))] == expected


# -- values ------------------------------------------------------------------------------------------------------


class Values(dict):
    """The present values of a box that takes everything."""

    def __init__(self):
        super().__init__(params.DEFAULTS)

    def take(self, actions):
        for action in actions:
            if isinstance(action, dict):
                self.update(action)
        return actions


def nrpn_messages(id, word, channel=0):
    group, place = nrpn.NUMBERS[id]
    return [ControlChange(channel, *pair) for pair in ((99, group), (98, place), (6, word >> 7), (38, word & 127))]


def test_an_nrpn_sets_a_parameter_with_14_bits():
    control = MidiControl(Values().__getitem__)
    word = nrpn.word_of(params.find("limiter.gain_db"), 7.3)
    assert control.receive(nrpn_messages("limiter.gain_db", word)) == [{"limiter.gain_db": 7.3}]


def test_the_coarse_value_alone_reaches_both_ends():
    values = Values()
    control = MidiControl(values.__getitem__)
    for coarse, gain_db in ((127, 24.0), (0, -12.0)):
        values.take(control.receive(nrpn_messages("limiter.gain_db", coarse << 7)[:3]))
        assert values["limiter.gain_db"] == gain_db


def test_steps_move_by_clicks_of_a_knob_and_numbers_can_be_deselected():
    values = Values()
    control = MidiControl(values.__getitem__)
    head = nrpn_messages("eq.b1.gain_db", 0)[:2]
    values.take(control.receive([*head, ControlChange(0, 96, 0), ControlChange(0, 96, 0), ControlChange(0, 97, 0)]))
    assert values["eq.b1.gain_db"] == params.find("eq.b1.gain_db").nudge(0, 1)
    assert control.receive([ControlChange(0, 101, 127), ControlChange(0, 6, 5)]) == []
    assert control.receive([ControlChange(0, 99, 9), ControlChange(0, 98, 9), ControlChange(0, 6, 5)]) == []


def test_programs_keep_their_place_among_values():
    control = MidiControl(Values().__getitem__)
    messages = [*nrpn_messages("input.trim_db", 0), ProgramChange(0, 3), *nrpn_messages("chain.mute", nrpn.MOST)]
    assert control.receive(messages) == [{"input.trim_db": -24.0}, 3, {"chain.mute": 1.0}]


def test_only_the_chosen_channel_is_heard():
    control = MidiControl(Values().__getitem__, channel=2)
    assert control.receive(nrpn_messages("input.trim_db", 0, channel=1)) == []
    assert control.receive(nrpn_messages("input.trim_db", 0, channel=2)) == [{"input.trim_db": -24.0}]
    assert control.feedback({"input.trim_db": 0.0})[0] == 0xB2


def test_an_assigned_control_sets_its_parameter():
    control = MidiControl(Values().__getitem__, controls=parse_controls("74=limiter.gain_db, 20=eq.b1.type"))
    assert control.receive([ControlChange(0, 74, 127)]) == [{"limiter.gain_db": 24.0}]
    assert control.receive([ControlChange(0, 20, 127)]) == [{"eq.b1.type": 6.0}]
    assert control.feedback({"eq.b1.type": 0.0})[-3:] == bytes((0xB0, 20, 0))


@pytest.mark.parametrize("text", ["6=limiter.gain_db", "120=eq.b1.q", "x=eq.b1.q", "74", "74=eq.b9.q", "200=eq.b1.q"])
def test_wrong_assignments_are_refused_with_a_sentence(text):
    with pytest.raises((ValueError, ParamError), match=r"parameter|assignment"):
        parse_controls(text)


def test_pickup_waits_until_the_control_meets_or_passes_the_value():
    values = Values()
    control = MidiControl(values.__getitem__, controls={74: "limiter.gain_db"}, pickup=True)
    values["limiter.gain_db"] = 6.0  # word 8192: half of the range

    def turn(value):
        values.take(control.receive([ControlChange(0, 74, value)]))
        return values["limiter.gain_db"]

    assert turn(10) == turn(20) == turn(40) == 6.0
    assert turn(70) == pytest.approx(7.8, abs=0.2)  # it has passed
    assert turn(71) > 7.8
    values["limiter.gain_db"] = -6.0  # somebody else
    control.feedback({"limiter.gain_db": -6.0})
    assert turn(72) == -6.0
    assert turn(21) == pytest.approx(-6.0, abs=0.3)


def test_feedback_is_read_back_as_the_same_value_and_changes_nothing():
    """What we send, sent back to us, must not round a value: otherwise two programs would never stop."""
    values = Values()
    control = MidiControl(values.__getitem__)
    for param in params.TABLE:
        for part in (0.0, 0.137, 0.5, 0.81, 1.0):
            value = param.low + part * (param.high - param.low)
            values[param.id] = float(round(value)) if param.kind != "number" else param.to_plain(value)
            messages = MidiParser().feed(control.feedback({param.id: values[param.id]}))
            assert len(messages) == 4
            for message in messages:
                assert control.receive([message]) == [], param.id


def test_what_a_controller_has_set_is_not_sent_back_but_a_preset_and_a_correction_are():
    values = Values()
    control = MidiControl(values.__getitem__)
    values.take(control.receive(nrpn_messages("limiter.gain_db", 9000)))
    assert control.feedback({"limiter.gain_db": values["limiter.gain_db"]}) == b""
    values["limiter.gain_db"] = 0.0
    assert len(control.feedback({"limiter.gain_db": 0.0})) == 12
    control.receive(nrpn_messages("limiter.gain_db", 9000))  # refused by the box: the value stays
    assert len(control.feedback({"limiter.gain_db": 0.0})) == 12


def test_random_bytes_give_only_allowed_values(rng):
    """10 000 messages, half of them NRPN: no exception, and every value is one that the table allows."""
    values = Values()
    parser, control = MidiParser(), MidiControl(values.__getitem__, controls={74: "eq.b1.freq_hz"})
    sets = 0
    for n in range(10_000):
        data = rng.bytes(int(rng.integers(1, 12)))
        if n % 2:
            id = list(nrpn.NUMBERS)[int(rng.integers(len(nrpn.NUMBERS)))]
            word = int(rng.integers(1 << 14))
            data += b"".join(bytes((0xB0, m.control, m.value)) for m in nrpn_messages(id, word))
        for action in control.receive(parser.feed(data)):
            if isinstance(action, int):
                assert 0 <= action <= 127
                continue
            for id, value in action.items():
                assert params.BY_ID[id].check(value) == value
                sets += 1
            values.update(action)
        if n % 2:
            param = params.BY_ID[id]
            near = abs(nrpn.word_of(param, values[id]) - word) <= 1 or values[id] == nrpn.value_of(param, word)
            assert near or abs(values[id] - nrpn.value_of(param, word)) <= param.step, id
        control.feedback({id: values[id]} if n % 2 else {})
    assert sets > 4000
