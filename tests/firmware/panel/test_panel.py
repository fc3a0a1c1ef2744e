"""The panel, from edges on mock pins to values in the store."""

import random
import threading
import time

import pytest

from firmware.contract.params import DEFAULTS, find
from firmware.panel.controls import PanelControls
from firmware.panel.layout import detent
from firmware.panel.operation import PanelController, PanelOptions
from firmware.presets.library import PresetLibrary
from firmware.relay import Relay
from firmware.settings.store import Store
from firmware.sim.panel import SimPanel, SimPanelError
from firmware.system import board
from firmware.system.relay_watch import RelayWatch

#: Without acceleration, so that a test knows how far a knob moves a value.
EVEN = PanelOptions(acceleration=False)


class Rig:
    """The panel of a box on mock pins, with a clock that the test sets."""

    def __init__(self, user_dir):
        self.now = 100.0
        self.board = board.load()
        self.sim = SimPanel(self.board)
        self.store = Store()
        self.library = PresetLibrary(user_dir)
        self.controller = PanelController(self.store, self.library, lambda: self.now, EVEN)
        self.panel = PanelControls(self.board, self.controller, self.sim.pin_factory)

    def do(self, *lines):
        """Carry out commands of the simulated panel; `wait SECONDS` advances the clock."""
        for line in lines:
            if line.startswith("wait"):
                self.now += float(line.split()[1])
            else:
                self.sim.do(line)
            self.panel.pump()
            self.panel.pump()  # a switch has changed after two equal scans


@pytest.fixture
def rig(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.panel.close()


def test_a_switch_counts_after_two_equal_scans(rig):
    """A contact that is closed in a single scan is bounce or interference."""
    rig.sim.press("BYPASS")
    rig.panel.pump()
    rig.sim.release("BYPASS")
    rig.panel.pump()
    rig.panel.pump()
    assert rig.store.get("chain.bypass") == 0


def test_shift_register_scan_tells_every_switch_from_every_other(rig):
    switches = rig.panel._switches
    for name in rig.board.scan.switch:
        rig.sim.press(name)
        assert switches.scan() == {name}
        rig.sim.release(name)
    rig.sim.press("PUSH1")
    rig.sim.press("LOCK")
    assert switches.scan() == {"PUSH1", "LOCK"}


def test_an_unplugged_panel_is_silent(tmp_path):
    """Without shift registers the data line stays at its pull-up: no switch is closed."""
    from gpiozero.pins.mock import MockFactory

    store = Store()
    with PanelControls(board.load(), PanelController(store, PresetLibrary(tmp_path)), MockFactory()) as panel:
        for _ in range(5):
            panel.pump()
    assert store.snapshot() == DEFAULTS


def test_encoder_storm_loses_and_reverses_nothing(rig, rng, record):
    """Both contacts bounce up to eight times at every edge, as at five turns per second, when one contact still bounces while
    the other one moves."""
    bounce = random.Random(int(rng.integers(2**32)))
    expected = dict.fromkeys(range(1, 7), 0)
    counted = dict.fromkeys(range(1, 7), 0)
    rig.controller.turn = lambda knob, detents: counted.__setitem__(knob, counted[knob] + detents)
    detents = wrong = 0
    for _ in range(1000):
        knob, way = int(rng.integers(1, 7)), int(rng.integers(1, 13)) * (1 if rng.random() < 0.5 else -1)
        before = counted[knob]
        rig.sim.turn(knob, way, bounce=bounce)
        rig.panel.pump()
        expected[knob] += way
        detents += abs(way)
        wrong += counted[knob] - before != way
    assert counted == expected and wrong == 0
    assert detents > 5000
    record("Box", "simulated encoders with contact bounce: detents lost or reversed", wrong, "", target="0", digits=0)


@pytest.mark.parametrize("line", ["", "turn", "turn 7 1", "turn 1 x", "turn 1 5000", "press FIRE", "press", "spin 1 1"])
def test_wrong_script_lines_are_refused_in_one_sentence(rig, line):
    with pytest.raises(SimPanelError) as caught:
        rig.sim.do(line)
    assert "\n" not in str(caught.value)


def test_a_lost_last_edge_is_found_when_the_knob_rests(rig):
    """The levels of the pins show that the contact has opened, although no edge said so."""
    turned = []
    rig.controller.turn = lambda knob, detents: turned.append((knob, detents))
    row = rig.board.encoder[0]
    knob = rig.panel._knobs[0]
    last = knob._phases[1]
    told, last.when_deactivated = last.when_deactivated, None
    rig.sim.turn(1, 1)
    last.when_deactivated = told
    rig.panel.pump()
    assert turned == []
    rig.panel.pump()
    rig.panel.pump()
    assert turned == [(row.number, 1)]


def test_the_thread_handles_events(tmp_path):
    rig = Rig(tmp_path)
    heard = []
    rig.store.subscribe(lambda changed, rev, source: heard.append(changed))
    rig.panel.start()
    rig.sim.do("turn 4 +2")
    for _ in range(500):
        if rig.store.get("eq.b1.gain_db"):
            break
        rig.panel._stop.wait(0.01)
    rig.panel.close()
    assert rig.store.get("eq.b1.gain_db") == pytest.approx(1.0)


def test_five_turns_a_second_with_bounce_while_the_laptop_writes(tmp_path):
    """In real time in the thread of the panel: two knobs at 120 detents per second, while the laptop writes the same values."""
    rig = Rig(tmp_path)
    gain, frequency = find("eq.b1.gain_db"), find("eq.b1.freq_hz")
    stop = threading.Event()

    def laptop():
        value = 0
        while not stop.is_set():
            value = 1 - value
            rig.store.set_many({"eq.b1.enabled": value, "input.trim_db": float(value)}, "link")

    def hand(knob, detents, seed):
        for way in (detents, -detents, detents):
            rig.sim.turn(knob, way, edge_s=1 / 480, bounce=random.Random(seed))

    threads = [threading.Thread(target=laptop)]
    threads += [threading.Thread(target=hand, args=args) for args in ((4, 24, 1), (3, 24, 2))]
    with rig.panel:
        rig.panel.start()
        for thread in threads:
            thread.start()
        for thread in threads[1:]:
            thread.join()
        stop.set()
        threads[0].join()
        rig.sim.press("BYPASS")  # the events after all turns
        for _ in range(1000):
            if rig.store.get("chain.bypass"):
                break
            time.sleep(0.01)
    assert rig.store.get(gain.id) == pytest.approx(24 * 0.5)
    assert rig.store.get(frequency.id) == detent(frequency, frequency.default, 24)


def test_closing_frees_every_pin(tmp_path):
    rig = Rig(tmp_path)
    rig.panel.close()
    rig.panel.close()
    PanelControls(rig.board, rig.controller, rig.sim.pin_factory).close()


def test_relays_that_do_not_follow_the_heartbeat_are_a_fault(rig, caplog):
    now, told = [0.0], [False]
    watch = RelayWatch(lambda: told[0], lambda: rig.panel.relay_sensed, lambda: rig.panel.scans, lambda: now[0])

    def passes(seconds):
        for _ in range(round(seconds / 0.1)):
            now[0] += 0.1
            rig.panel.pump()
            watch.tick()

    passes(2)
    assert not watch.fault
    told[0] = True  # pulses are sent, but no current is sensed
    passes(0.4)
    assert not watch.fault
    passes(1)
    assert watch.fault and caplog.text.count("stay in bypass although they are held") == 1
    rig.sim.relays_on = lambda: True
    passes(0.5)
    assert not watch.fault
    told[0] = False
    passes(1)
    assert watch.fault and "still connect the processor although they are released" in caplog.text


def test_a_panel_that_has_not_scanned_reports_no_fault_of_the_relays(caplog):
    """At the start and under load, the panel makes no scans for some time, or the heartbeat changes before the next scan."""
    now, told, scans = [0.0], [True], [0]
    watch = RelayWatch(lambda: told[0], lambda: False, lambda: scans[0], lambda: now[0])
    for _ in range(100):
        now[0] += 0.05
        scans[0] += now[0] % 1 < 0.05  # one scan in a second
        told[0] = now[0] % 3 < 2
        watch.tick()
    assert not watch.fault and not caplog.text


def test_relay_is_held_by_pulses_only():
    row = board.load()
    sim = SimPanel(row)
    now = [0.0]
    with Relay(row, sim.pin_factory, clock=lambda: now[0]) as relay:
        pin = sim.pin_factory.pin(row["BYPASS_HB"].bcm)
        pin.clear_states()
        assert relay.interval_s == 0.002
        for beat in range(20):
            assert relay.engaged == (beat > 4)
            relay.beat()
            now[0] += relay.interval_s
        assert len(pin.states) == 21  # the first change is the initial level
        now[0] += 0.046
        assert not relay.engaged
        for _ in range(3):  # too slow for the charge pump
            relay.beat()
            now[0] += 0.05
        assert not relay.engaged
        relay.release()
        assert pin.state == 0
    assert pin.function == "input"
