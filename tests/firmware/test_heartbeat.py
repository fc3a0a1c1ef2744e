"""The heartbeat of the bypass relays, with a simulated clock, and relays whose pins cannot be used."""

import warnings

import pytest

from firmware import supervisor
from firmware.relay import Relay
from firmware.sim.panel import SimPanel
from firmware.supervisor import Heartbeat, relay_of
from firmware.system import board
from firmware.system.errors import NO_DEVICE, NO_PERMISSION, Refusal
from firmware.system.options import Options


class Pulse:
    """A heartbeat on a simulated relay, in steps of the interval of the relay."""

    def __init__(self):
        self.now_s, self.frames, self.alive = 0.0, 0, True
        described = board.load()
        self.relay = Relay(described, SimPanel(described).pin_factory, clock=lambda: self.now_s)
        self._heart = Heartbeat(self.relay, lambda: self.frames, lambda: self.alive, lambda: self.now_s)

    def step(self, moving):
        self.now_s += self.relay.interval_s
        self.frames += 96 * moving
        return self._heart.step()

    def engage(self):
        """Advance until the relay connects the processor; returns the seconds."""
        began_s = self.now_s
        while not self.relay.engaged:
            self.step(True)
        return self.now_s - began_s

    def seconds_to_bypass(self):
        began_s = self.now_s
        while self.relay.engaged:
            self.step(False)
        return self.now_s - began_s


def test_the_relay_waits_for_a_healthy_start():
    pulse = Pulse()
    assert not any(pulse.step(False) for _ in range(200))
    assert supervisor.HEALTHY_S <= pulse.engage() <= supervisor.HEALTHY_S + 0.05


@pytest.mark.parametrize(
    ("rate", "varies", "fault"),
    [(1.0, True, ""), (1.0, False, "equal"), (0.5, True, "rate"), (44.1 / 48, True, "rate"), (2.0, True, "rate")],
)
def test_a_faulty_capture_does_not_engage_the_relay(rate, varies, fault):
    pulse = Pulse()
    shared = supervisor.SharedMemory.create(96000)
    pulse._heart._fault = supervisor.CaptureFault(shared, 96000, 96)
    whole = 0.0
    for _ in range(1000):  # 2 s
        whole += rate * 96000 * pulse.relay.interval_s / 96
        pulse.now_s += pulse.relay.interval_s
        pulse.frames = shared.engine["frames"] = 96 * int(whole)
        if varies:
            shared.counters["varied_at"] = pulse.frames
        pulse._heart.step()
        assert not (fault and pulse.relay.engaged)
    assert pulse.relay.engaged == (not fault)
    if fault == "equal":  # the converter works again
        began_s = pulse.now_s
        while not pulse.relay.engaged:
            pulse.frames = shared.engine["frames"] = shared.counters["varied_at"] = pulse.frames + 192
            pulse.now_s += pulse.relay.interval_s
            pulse._heart.step()
        assert pulse.now_s - began_s <= 2 * supervisor.HEALTHY_S + 0.05


def test_relay_releases_when_the_audio_process_dies_or_hangs(record):
    pulse = Pulse()
    pulse.engage()
    pulse.alive = False
    dead_s = pulse.seconds_to_bypass()
    record(
        "Box",
        "simulated box, audio process killed: longest time until the relay switches to bypass",
        dead_s * 1000,
        "ms",
        target="≤ 50 ms",
        digits=0,
    )
    assert dead_s <= 0.05
    pulse.alive = True
    assert not pulse.step(False)  # a new process must first run for HEALTHY_S
    pulse.engage()
    stuck_s = pulse.seconds_to_bypass()
    record(
        "Box",
        "simulated box, audio process stuck: longest time until the relay switches to bypass",
        stuck_s * 1000,
        "ms",
        target="≤ 50 ms",
        digits=0,
    )
    assert stuck_s <= 0.05


def test_without_pins_the_refusal_is_one_sentence_without_warnings(tmp_path, monkeypatch, recwarn):
    def relay(_):
        warnings.warn("falling back from this to that", stacklevel=1)
        raise RuntimeError("no pins here")

    monkeypatch.setattr("firmware.relay.Relay", relay)
    with pytest.raises(Refusal, match=r"no pins here.*panel\.relay") as refused:
        relay_of(Options(run_dir=tmp_path, state_dir=tmp_path, rate_hz=48000, period=256))
    assert refused.value.status == NO_DEVICE
    assert not recwarn.list


def test_a_missing_group_is_reported_as_a_missing_permission(tmp_path, monkeypatch):
    def relay(_):
        raise RuntimeError("can not open gpiochip")

    monkeypatch.setattr("firmware.relay.Relay", relay)
    (tmp_path / "gpiochip0").touch()
    closed = supervisor.closed_chips
    assert closed(tmp_path) == [] == closed(tmp_path / "none")
    monkeypatch.setattr(supervisor.os, "access", lambda *_: False)
    monkeypatch.setattr(supervisor, "closed_chips", lambda: closed(tmp_path))
    with pytest.raises(Refusal, match="group gpio") as refused:
        relay_of(Options(run_dir=tmp_path, state_dir=tmp_path, rate_hz=48000, period=256))
    assert refused.value.status == NO_PERMISSION
