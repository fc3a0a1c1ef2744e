"""`burnish midi` with a stand-in for the MIDI ports of the computer."""

import json
import threading

import mido
import pytest

from firmware.contract import nrpn, params
from host_cli.errors import CliFail
from host_cli.remote import Assignments, MidiBridge, MidiPorts, learn
from tests.support import midi_backend
from tests.support.patience import wait_until

CONTROLLER = "Knobs 16:0"


@pytest.fixture(autouse=True)
def backend(monkeypatch):
    midi_backend.INPUTS[:], midi_backend.OUTPUTS[:] = ["Midi Through:0", CONTROLLER], ["Knobs 16:1"]
    made = mido.Backend("tests.support.midi_backend")
    for name in ("open_input", "open_output", "get_input_names", "get_output_names"):
        monkeypatch.setattr(mido, name, getattr(made, name))


def control(number, value):
    return mido.Message("control_change", control=number, value=value)


def nrpn_messages(id, word):
    group, place = nrpn.NUMBERS[id]
    return [control(99, group), control(98, place), control(6, word >> 7), control(38, word & 127)]


def shown(output) -> dict[str, int]:
    """The last word that has been sent for each parameter."""
    found, numbers = {}, {}
    for message in list(output.sent):
        numbers[message.control] = message.value
        if message.control == 38:
            found[nrpn.IDS[numbers[99], numbers[98]]] = numbers[6] << 7 | message.value
    return found


@pytest.fixture
def bridge(following):
    with MidiPorts() as ports, following(MidiBridge(ports, {74: "limiter.gain_db"})):
        output = midi_backend.OPEN_OUTPUTS["Knobs 16:1"]
        wait_until(lambda: len(shown(output)) == len(params.TABLE))
        yield midi_backend.OPEN_INPUTS[CONTROLLER], output


def test_the_controller_is_told_all_values_at_the_start(bridge):
    for id, word in shown(bridge[1]).items():
        assert word == nrpn.word_of(params.find(id), params.find(id).default), id


def test_nrpn_and_assigned_controls_set_parameters(bridge, fake):
    knobs, output = bridge
    knobs.arrive(*nrpn_messages("eq.b2.gain_db", nrpn.MOST), control(74, 0))
    wait_until(lambda: fake.store.get("limiter.gain_db") == -12)
    assert fake.store.get("eq.b2.gain_db") == 18
    assert shown(output)["eq.b2.gain_db"] == 8192  # what the controller has set is not sent back to it


def test_changes_of_others_reach_the_controller_without_a_loop(bridge, fake):
    knobs, output = bridge
    fake.store.set_many({"eq.b2.freq_hz": 1234.5}, "panel")
    word = nrpn.word_of(params.find("eq.b2.freq_hz"), 1234.5)
    wait_until(lambda: shown(output)["eq.b2.freq_hz"] == word)
    rev, sent = fake.store.rev, len(output.sent)
    knobs.arrive(*output.sent[-4:])  # a controller that sends back what it is told
    knobs.arrive(*nrpn_messages("chain.mute", nrpn.MOST))
    wait_until(lambda: fake.store.get("chain.mute") == 1)
    assert fake.store.get("eq.b2.freq_hz") == 1234.5 and fake.store.rev == rev + 1 and len(output.sent) == sent


def test_a_program_change_loads_a_slot(bridge, fake):
    knobs, output = bridge
    fake.presets.slots.write(["loud", "warm"])
    knobs.arrive(mido.Message("program_change", program=1))
    wait_until(lambda: fake.store.preset_name == "Warm")
    wait_until(lambda: shown(output)["limiter.gain_db"] == nrpn.word_of(params.find("limiter.gain_db"), 2.0))
    knobs.arrive(mido.Message("program_change", program=99), *nrpn_messages("chain.mute", nrpn.MOST))
    wait_until(lambda: fake.store.get("chain.mute") == 1)
    assert fake.store.preset_name == "Warm"


def test_a_refused_value_is_corrected(bridge, fake):
    knobs, output = bridge
    fake.store.set_many({"eq.b1.freq_hz": 20_000.0}, "panel")
    word = nrpn.word_of(params.find("eq.b1.freq_hz"), 20_000)
    wait_until(lambda: shown(output)["eq.b1.freq_hz"] == word)
    sent = len(output.sent)
    knobs.arrive(*nrpn_messages("eq.b1.freq_hz", nrpn.MOST))
    wait_until(lambda: len(output.sent) > sent)
    assert shown(output)["eq.b1.freq_hz"] == word and fake.store.get("eq.b1.freq_hz") == 20_000


def test_learning_takes_the_next_control_that_can_be_assigned():
    with MidiPorts("knobs") as ports:
        knobs = midi_backend.OPEN_INPUTS[CONTROLLER]
        knobs.arrive(mido.Message("note_on", note=60), control(98, 3), control(123, 0), control(71, 64))
        assert learn(ports) == 71
        assert learn(ports, lambda: True) is None


def test_assignments_are_kept_in_a_file(tmp_path):
    assignments = Assignments(tmp_path / "new" / "midi.toml")
    assert assignments.read() == {}
    assignments.add(71, "limiter.gain_db")
    assignments.add(72, "limiter.gain_db")
    assignments.add(73, "eq.b1.q")
    assert assignments.read() == {72: "limiter.gain_db", 73: "eq.b1.q"}
    assignments.add(73, "eq.b2.q")
    assignments.remove("limiter.gain_db")
    assert assignments.read() == {73: "eq.b2.q"}
    for text in ("controls = 3", "nope", 'controls = "6=eq.b1.q"', 'controls = "74=eq.b9.q"'):
        assignments.path.write_text(text)
        with pytest.raises(CliFail, match=r"midi\.toml"):
            assignments.read()


@pytest.mark.parametrize(
    ("inputs", "name", "message"),
    [
        ([], None, "no MIDI controller is connected"),
        (["Midi Through:0", "Burnish MIDI 1"], None, "no MIDI controller is connected"),
        (["A", "B"], None, "several"),
        (["A", "B"], "C", "'C'"),
        (["Pad 1", "Pad 2"], "pad", "several"),
    ],
)
def test_a_port_that_is_not_clear_is_refused_with_the_names(inputs, name, message):
    midi_backend.INPUTS[:] = inputs
    with pytest.raises(CliFail, match=message) as caught:
        MidiPorts(name)
    assert "--port NAME" in str(caught.value)


def test_the_command_learns_lists_and_forgets(burnish):
    def move():
        wait_until(lambda: CONTROLLER in midi_backend.OPEN_INPUTS)
        midi_backend.OPEN_INPUTS[CONTROLLER].arrive(control(20, 5))

    thread = threading.Thread(target=move)
    thread.start()
    status, out, err = burnish("midi", "--learn", "limiter.gain_db")
    thread.join()
    assert status == 0 and "control 20 controls limiter.gain_db" in out and "move the control" in err
    status, out, _ = burnish("--json", "midi", "--list")
    found = json.loads(out)
    assert found["inputs"] == ["Midi Through:0", CONTROLLER] and found["controls"] == {"20": "limiter.gain_db"}
    assert burnish("midi", "--list")[1].count("\n") == 4
    assert burnish("midi", "--forget", "limiter.gain_db")[0] == 0
    assert json.loads(burnish("--json", "midi", "--list")[1])["controls"] == {}
    status, _, err = burnish("midi", "--learn", "limiter.gian_db")
    assert status == 2 and "did you mean limiter.gain_db" in err


def test_random_messages_never_end_the_bridge_nor_set_a_wrong_value(bridge, fake, rng):
    """10 000 random control and program changes."""
    knobs, _ = bridge
    for _ in range(10_000):
        kind = rng.integers(20)
        if kind == 0:
            knobs.arrive(mido.Message("program_change", program=int(rng.integers(128))))
        elif kind < 8:
            id = list(nrpn.NUMBERS)[int(rng.integers(len(nrpn.NUMBERS)))]
            knobs.arrive(*nrpn_messages(id, int(rng.integers(1 << 14))))
        else:
            knobs.arrive(control(int(rng.integers(128)), int(rng.integers(128))))
    knobs.arrive(*nrpn_messages("input.trim_db", 0), *nrpn_messages("input.trim_db", nrpn.MOST))
    wait_until(lambda: fake.store.get("input.trim_db") == 24)
    for id, value in fake.store.snapshot().items():
        assert params.find(id).check(value) == value
