"""The MIDI port of the box on a pseudo terminal in place of the raw MIDI device."""

import os
import select
import time
import tty

import pytest

from firmware.contract import MidiParser, nrpn, params, protocol
from firmware.midi import MidiPort, usb_device
from tests.support.fake_box import FakeBox, served
from tests.support.patience import PATIENCE_S, wait_until


class Controller:
    """The other end of the device."""

    def __init__(self):
        self.fd, self._far = os.openpty()
        tty.setraw(self._far)
        self.path = os.ttyname(self._far)
        self.parser = MidiParser()
        self.numbers: dict[int, int] = {}
        self.shown: dict[str, int] = {}

    def send(self, data: bytes) -> None:
        os.write(self.fd, data)

    def nrpn(self, id: str, word: int) -> None:
        group, place = nrpn.NUMBERS[id]
        self.send(bytes((0xB0, 99, group, 98, place, 6, word >> 7, 38, word & 127)))

    def read(self, within_s: float = 0.2) -> int:
        """Note the values that the box has sent; returns the number of messages."""
        if not select.select([self.fd], [], [], within_s)[0]:
            return 0
        messages = self.parser.feed(os.read(self.fd, 65536))
        for message in messages:
            self.numbers[message.control] = message.value
            if message.control == 38:
                id = nrpn.IDS[self.numbers[99], self.numbers[98]]
                self.shown[id] = self.numbers[6] << 7 | message.value
        return len(messages)

    def close(self) -> None:
        os.close(self.fd)
        os.close(self._far)


@pytest.fixture
def fake(tmp_path):
    return FakeBox(tmp_path / "presets")


@pytest.fixture
def controller():
    end = Controller()
    yield end
    end.close()


@pytest.fixture
def port(fake, controller):
    with MidiPort(fake.store, fake.presets, lambda: controller.path) as port:
        yield port


def test_an_nrpn_sets_a_parameter_and_its_source_is_midi(port, controller, fake):
    sources = []
    fake.store.subscribe(lambda changed, rev, source: sources.append(source))
    controller.nrpn("limiter.gain_db", nrpn.MOST)
    wait_until(lambda: fake.store.get("limiter.gain_db") == 24)
    assert set(sources) == {protocol.MIDI}


def test_the_controller_is_told_about_changes_of_others_but_not_about_its_own(port, controller, fake):
    controller.nrpn("limiter.gain_db", nrpn.MOST)
    wait_until(lambda: fake.store.get("limiter.gain_db") == 24)
    assert controller.read() == 0
    fake.store.set_many({"eq.b1.gain_db": 18.0, "limiter.gain_db": 6.0}, "panel")
    wait_until(lambda: controller.read() >= 0 and len(controller.shown) == 2)
    assert controller.shown == {"eq.b1.gain_db": nrpn.MOST, "limiter.gain_db": 8192}


def test_a_program_change_loads_the_preset_of_a_slot_and_moves_the_controls(port, controller, fake):
    fake.presets.slots.write(["loud", "warm"])
    controller.send(b"\xc0\x01")
    wait_until(lambda: fake.store.preset_name == "Warm")
    wait_until(lambda: controller.read() >= 0 and "eq.b1.gain_db" in controller.shown)
    assert controller.shown["eq.b1.gain_db"] == nrpn.word_of(params.find("eq.b1.gain_db"), 1.2)
    rev = fake.store.rev
    controller.send(b"\xc0\x7f")
    controller.nrpn("input.trim_db", 0)
    wait_until(lambda: fake.store.get("input.trim_db") == -24)
    assert fake.store.rev == rev + 1 and fake.store.preset_name == "Warm"


def test_a_refused_value_is_corrected_at_the_controller(port, controller, fake):
    """A frequency above 0.45 of the rate. Other values in the same piece are set."""
    fake.store.set_many({"eq.b1.freq_hz": 20_000.0}, "panel")
    wait_until(lambda: controller.read() >= 0 and "eq.b1.freq_hz" in controller.shown)
    before = controller.shown.pop("eq.b1.freq_hz")
    group, place = nrpn.NUMBERS["eq.b1.freq_hz"]
    other, there = nrpn.NUMBERS["input.trim_db"]
    controller.send(bytes((0xB0, 99, group, 98, place, 6, 127, 38, 127, 99, other, 98, there, 6, 0)))
    wait_until(lambda: fake.store.get("input.trim_db") == -24)
    wait_until(lambda: controller.read() >= 0 and "eq.b1.freq_hz" in controller.shown)
    assert fake.store.get("eq.b1.freq_hz") == 20_000 and controller.shown["eq.b1.freq_hz"] == before


def test_the_feedback_is_combined_to_30_groups_a_second(port, controller, fake):
    began = time.monotonic()
    for n in range(300):
        fake.store.set_many({"input.trim_db": -n / 100}, "panel")
        time.sleep(0.001)
    messages, last = 0, nrpn.word_of(params.find("input.trim_db"), -2.99)
    while controller.shown.get("input.trim_db") != last and time.monotonic() - began < PATIENCE_S:
        messages += controller.read(0.05)
    assert controller.shown["input.trim_db"] == last
    assert messages / 4 <= 30 * (time.monotonic() - began) + 2


def test_a_host_that_does_not_read_blocks_neither_the_port_nor_the_link(port, controller, fake, tmp_path):
    from host_cli.box.client import BoxClient
    from host_cli.box.serial_port import SerialLink

    with served(fake, tmp_path / "tty"), BoxClient(SerialLink(str(tmp_path / "tty"))) as client:
        values = {
            id: param for id, param in params.BY_ID.items() if param.kind == "number" and id.startswith("multiband.b")
        }
        for n in range(60):
            changes = {id: param.low + (param.high - param.low) * (n % 7) / 7 for id, param in values.items()}
            fake.store.set_many({id: value for id, value in changes.items() if "lookahead" not in id}, "panel")
            client.set({"eq.b1.gain_db": n / 10})
        controller.nrpn("limiter.gain_db", nrpn.MOST)
        wait_until(lambda: fake.store.get("limiter.gain_db") == 24)
        assert client.get(["limiter.gain_db"]) == {"limiter.gain_db": 24.0}
        assert len(port._unsent) < 1 << 16


def test_random_bytes_end_in_allowed_values_and_a_working_port(port, controller, fake, rng):
    for _ in range(200):
        controller.send(rng.bytes(50))
        controller.read(0)
    controller.send(b"\xf7" + bytes((0xB0, 101, 127, 100, 127)))
    controller.nrpn("limiter.gain_db", 0)
    controller.nrpn("limiter.gain_db", nrpn.MOST)
    wait_until(lambda: fake.store.get("limiter.gain_db") == 24)
    for id, value in fake.store.snapshot().items():
        assert params.find(id).check(value) == value


def test_a_device_that_appears_later_and_goes_away_is_served(fake, monkeypatch):
    monkeypatch.setattr("firmware.midi.port.REOPEN_S", 0.02)
    paths = [""]
    with MidiPort(fake.store, fake.presets, lambda: paths[0]):
        for gain_db, word in ((24, nrpn.MOST), (-12, 0)):
            controller = Controller()
            paths[0] = controller.path
            until = time.monotonic() + PATIENCE_S
            while fake.store.get("limiter.gain_db") != gain_db and time.monotonic() < until:
                controller.nrpn("limiter.gain_db", word)
                time.sleep(0.02)
            assert fake.store.get("limiter.gain_db") == gain_db
            paths[0] = ""
            controller.close()


def test_the_device_of_the_usb_connection_is_found(tmp_path):
    cards, devices = tmp_path / "asound", tmp_path / "snd"
    cards.mkdir()
    devices.mkdir()
    assert usb_device(cards, devices) == ""
    (cards / "card3").mkdir()
    (cards / "Burnish").symlink_to("card3")
    assert usb_device(cards, devices) == ""
    (devices / "midiC3D0").touch()
    assert usb_device(cards, devices) == str(devices / "midiC3D0")
