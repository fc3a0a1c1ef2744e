"""`burnish osc` with real UDP sockets on the loopback address."""

import logging
import select
import socket
import time

import numpy as np
import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from firmware.contract import params, protocol
from host_cli.errors import CliFail, Refused
from host_cli.remote import ADDRESSES, OscServer
from host_cli.remote.osc_packets import BadPacket, messages_of, packet
from host_cli.remote.remote_box import RemoteBox
from tests.support.patience import PATIENCE_S, wait_until


class Tablet:
    """A program that speaks OSC."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.connect(("127.0.0.1", port))
        self.values = {}

    def send(self, address, *arguments):
        self.socket.send(packet(address, *arguments))

    def read(self, within_s=0.2) -> int:
        """Note the values that have arrived; returns their number."""
        count = 0
        while select.select([self.socket], [], [], within_s if not count else 0)[0]:
            for address, arguments in messages_of(self.socket.recv(65536)):
                self.values[address] = arguments[0] if len(arguments) == 1 else arguments
                count += 1
        return count

    def expect(self, address, value):
        until = time.monotonic() + PATIENCE_S
        while self.values.get(address) != value and time.monotonic() < until:
            self.read(0.05)
        assert self.values.get(address) == value


@pytest.fixture
def server(following):
    with OscServer(port=0) as server, following(server):
        yield server


@pytest.fixture
def tablet(server):
    made = Tablet(server.port)
    yield made
    made.socket.close()


def test_every_parameter_has_an_address():
    assert ADDRESSES["/burnish/eq/b2/gain_db"] == "eq.b2.gain_db"
    assert sorted(ADDRESSES.values()) == sorted(params.BY_ID)


@pytest.mark.parametrize(
    ("address", "argument", "id", "value"),
    [
        ("/burnish/eq/b2/gain_db", 1.1, "eq.b2.gain_db", 1.1),
        ("/burnish/eq/b2/gain_db", -3, "eq.b2.gain_db", -3.0),
        ("/burnish/eq/b2/freq_hz", 1234.5, "eq.b2.freq_hz", 1234.5),
        ("/burnish/chain/bypass", 1, "chain.bypass", 1.0),
        ("/burnish/chain/bypass", 1.0, "chain.bypass", 1.0),
        ("/burnish/chain/bypass", True, "chain.bypass", 1.0),
        ("/burnish/chain/mute", "on", "chain.mute", 1.0),
        ("/burnish/limiter/style", "punchy", "limiter.style", 1.0),
        ("/burnish/limiter/style", 2, "limiter.style", 2.0),
        ("/burnish/limiter/ceiling_dbtp", "-2 dBTP", "limiter.ceiling_dbtp", -2.0),
    ],
)
def test_values_are_set_in_their_units(tablet, fake, address, argument, id, value):
    tablet.send(address, argument)
    wait_until(lambda: fake.store.get(id) == pytest.approx(value, abs=1e-9))


def test_an_address_without_a_value_is_a_question(tablet, fake):
    fake.store.set_many({"eq.b2.gain_db": 4.5, "limiter.style": 1, "chain.mute": 1}, "panel")
    time.sleep(0.1)
    for address, value in (("eq/b2/gain_db", 4.5), ("limiter/style", "punchy"), ("chain/mute", 1)):
        tablet.send(f"/burnish/{address}")
        tablet.expect(f"/burnish/{address}", value)


def test_subscribers_are_told_everything_first_and_then_changes(tablet, server, fake):
    tablet.send("/burnish/subscribe", 60.0)
    wait_until(lambda: tablet.read() >= 0 and len(tablet.values) == len(params.TABLE))
    fake.store.set_many({"eq.b1.gain_db": 2.5}, "panel")
    tablet.expect("/burnish/eq/b1/gain_db", 2.5)
    other = Tablet(server.port)
    other.send("/burnish/eq/b1/gain_db", -1.5)
    tablet.expect("/burnish/eq/b1/gain_db", -1.5)
    tablet.values.clear()
    tablet.send("/burnish/eq/b1/gain_db", 7.5)
    wait_until(lambda: fake.store.get("eq.b1.gain_db") == 7.5)
    assert tablet.read() == 0  # its own value is not sent back
    other.socket.close()


def test_a_subscription_ends_with_its_lease_or_by_a_message(following, fake):
    clock = [0.0]
    with OscServer(port=0, clock=lambda: clock[0]) as server, following(server):
        tablet = Tablet(server.port)
        tablet.send("/burnish/subscribe", 5)
        wait_until(lambda: tablet.read() >= 0 and len(tablet.values) == len(params.TABLE))
        clock[0] = 4.9
        fake.store.set_many({"input.trim_db": 1.0}, "panel")
        tablet.expect("/burnish/input/trim_db", 1.0)
        clock[0] = 5.1
        fake.store.set_many({"input.trim_db": 2.0}, "panel")
        assert tablet.read(0.3) == 0
        tablet.values.clear()
        tablet.send("/burnish/subscribe", 5)
        wait_until(lambda: tablet.read() >= 0 and len(tablet.values) == len(params.TABLE))
        assert tablet.values["/burnish/input/trim_db"] == 2.0
        tablet.send("/burnish/unsubscribe")
        time.sleep(0.1)
        clock[0] = 6.0
        fake.store.set_many({"input.trim_db": 3.0}, "panel")
        assert tablet.read(0.3) == 0
        tablet.socket.close()


def test_presets_are_loaded_by_name_and_by_slot(tablet, fake):
    tablet.send("/burnish/subscribe")
    tablet.send("/burnish/preset", "Warm")
    tablet.expect("/burnish/limiter/gain_db", 2.0)
    fake.presets.slots.write(["loud"])
    tablet.send("/burnish/preset", 1)
    tablet.expect("/burnish/limiter/gain_db", 6.0)
    assert fake.store.preset_name == "Loud"


@pytest.mark.parametrize(
    ("address", "arguments", "part"),
    [
        ("/burnish/eq/b2/gain_db", [99.0], "-18 to 18 dB"),
        ("/burnish/eq/b2/gain_db", [float("nan")], "-18 to 18 dB"),
        ("/burnish/eq/b2/gain_db", [1.0, 2.0], "one value"),
        ("/burnish/eq/b2/gain_db", [b"x"], "one value"),
        ("/burnish/eq/b2/type", ["nope"], "bell"),
        ("/burnish/eq/b2/type", [1.5], "bell"),
        ("/burnish/chain/mute", [2], "on or off"),
        ("/burnish/eq/b9/gain_db", [1.0], "no address"),
        ("/other", [], "no address"),
        ("/burnish/preset", ["nope"], "nope"),
        ("/burnish/preset", [99], "slot 99"),
        ("/burnish/preset", [float("nan")], "slot 0"),
        ("/burnish/preset", [], "name of a preset"),
        ("/burnish/subscribe", [0], "allowed"),
        ("/burnish/subscribe", ["x"], "allowed"),
    ],
)
def test_refusals_are_answered_with_a_sentence(tablet, fake, address, arguments, part):
    tablet.send(address, *arguments)
    wait_until(lambda: tablet.read() >= 0 and "/burnish/error" in tablet.values)
    assert tablet.values["/burnish/error"][0] == address and part in tablet.values["/burnish/error"][1]
    assert fake.store.rev == 0


def test_bundles_are_carried_out(tablet, fake):
    bundle = OscBundleBuilder(IMMEDIATELY)
    for address, value in (("/burnish/input/trim_db", 3.0), ("/burnish/eq/b1/gain_db", 4.0)):
        message = OscMessageBuilder(address)
        message.add_arg(value)
        bundle.add_content(message.build())
    tablet.socket.send(bundle.build().dgram)
    wait_until(lambda: fake.store.get("eq.b1.gain_db") == 4.0)
    assert fake.store.get("input.trim_db") == 3.0


def test_bad_packets_are_one_line_a_second_in_the_log(tablet, fake, caplog):
    with caplog.at_level(logging.WARNING, logger="host_cli.remote"):
        for _ in range(50):
            tablet.socket.send(b"\xff\xfe nonsense")
        tablet.send("/burnish/input/trim_db", 1.0)
        wait_until(lambda: fake.store.get("input.trim_db") == 1.0)
    lines = [record.getMessage() for record in caplog.records]
    assert 1 <= len(lines) <= 3 and all("127.0.0.1 was ignored" in line and "\n" not in line for line in lines)


class DirectClient:
    """The part of a BoxClient that a RemoteBox uses, without a line."""

    def __init__(self, store):
        self.store, self.table = store, params.BY_ID

    def get(self):
        return {id: self.table[id].to_plain(value) for id, value in self.store.snapshot().items()}

    def set(self, values):
        try:
            rev = self.store.set_many(values, "link")
        except params.ParamError as why:
            raise Refused(str(why), why.name, why.data) from None
        return protocol.Change(rev, {}, {id: self.table[id].to_plain(self.store.get(id)) for id in values})


def test_10_000_random_packets_set_no_wrong_value_and_raise_nothing(fake, rng):
    """Random bytes, and real packets, some of them with a changed byte or cut."""
    addresses, expected = list(ADDRESSES), 0
    box = RemoteBox(DirectClient(fake.store))
    with OscServer(port=0) as server:
        for n in range(10_000):
            data = rng.bytes(int(rng.integers(0, 60)))
            if n % 3:
                id = ADDRESSES[address := addresses[int(rng.integers(len(addresses)))]]
                param = params.find(id)
                span = param.high - param.low
                value = (
                    float(rng.uniform(param.low - span / 9, param.high + span / 9))
                    if n % 2
                    else int(rng.integers(-3, 12))
                )
                whole = bytearray(packet(address, value))
                if n % 9 == 4:
                    whole[int(rng.integers(len(whole)))] = int(rng.integers(256))
                data = bytes(whole[: int(rng.integers(len(whole)))] if n % 9 == 7 else whole)
                before = fake.store.get(id)
            server._receive(box, data, ("127.0.0.1", 9))
            if n % 3 and n % 9 not in (4, 7):
                wanted = np.float32(value)
                taken = abs(fake.store.get(id) - wanted) <= max(1e-3 * abs(wanted), 0.501 * param.step)  # on its step
                assert taken or fake.store.get(id) == before
                expected += taken
    assert expected > 1000
    for id, value in fake.store.snapshot().items():
        assert params.find(id).check(value) == value


@pytest.mark.parametrize(
    "data", [b"", b"#bundle\0", b"/x", b"/x\0\0,ffff\0\0\0", b"#bundle\0" + bytes(8) + b"\x7f\xff\xff\xff"]
)
def test_bytes_that_are_no_packet_are_refused_with_one_exception(data):
    with pytest.raises(BadPacket):
        messages = messages_of(data)
        raise BadPacket("empty") if not messages else AssertionError(messages)


def test_a_port_in_use_is_refused(server, burnish):
    with pytest.raises(CliFail, match="another --port"):
        OscServer(port=server.port)
    status, _, err = burnish("osc", "--port", server.port)
    assert status == 5 and "another --port" in err
    status, _, err = burnish("osc", "--listen", "0.0.0.0")
    assert status == 2 and "one network" in err
