"""The panel, from edges on mock pins to values in the store."""

import random
import threading
import time

import pytest

from firmware.contract.params import DEFAULTS, TABLE, find
from firmware.panel.controller import CHOICE_S, HOLD_S, MESSAGE_S, NEW, PanelController
from firmware.panel.controls import PanelControls
from firmware.panel.pages import PAGES
from firmware.presets.document import Preset
from firmware.presets.library import PresetLibrary
from firmware.relay import Relay
from firmware.settings.store import Store
from firmware.sim.panel import SimPanel, SimPanelError
from firmware.system import board
from firmware.system.relay_watch import RelayWatch

MASTER = [param.id for param in PAGES[0].params]


class Rig:
    """The panel of a box on mock pins, with a clock that the test sets."""

    def __init__(self, user_dir):
        self.now = 100.0
        self.board = board.load()
        self.sim = SimPanel(self.board)
        self.store = Store()
        self.library = PresetLibrary(user_dir)
        self.controller = PanelController(self.store, self.library, clock=lambda: self.now)
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

    def tap(self, *switches):
        for switch in switches:
            self.do(f"press {switch}", f"release {switch}")

    @property
    def face(self):
        return self.controller.face()


@pytest.fixture
def rig(tmp_path):
    rig = Rig(tmp_path)
    yield rig
    rig.panel.close()


def test_every_stored_parameter_is_on_a_page_and_no_page_has_more_than_six():
    on_pages = {param.id for page in PAGES for param in page.params}
    assert on_pages == {param.id for param in TABLE if param.stored}
    assert all(1 <= len(page.params) <= 6 for page in PAGES)
    assert len({page.title for page in PAGES}) == len(PAGES)


def test_each_knob_turns_its_parameter_by_fixed_detents(rig):
    for knob, id in enumerate(MASTER, 1):
        there = -3 if DEFAULTS[id] > find(id).low else 3
        rig.do(f"turn {knob} {there:+}")
        assert rig.store.get(id) == pytest.approx(find(id).nudge(DEFAULTS[id], there), abs=1e-9)
        rig.do(f"turn {knob} {-there:+}")
        assert rig.store.get(id) == pytest.approx(DEFAULTS[id])


def test_pushed_is_fine_and_held_is_the_default(rig):
    gain = find("limiter.gain_db")
    rig.do("turn 4 +3")
    assert rig.store.get(gain.id) == pytest.approx(3 * gain.detent)
    rig.do("press 4", "turn 4 +2", "wait 5", "release 4")
    assert rig.store.get(gain.id) == pytest.approx(3 * gain.detent + 2 * gain.step)
    rig.do("press 4", f"wait {HOLD_S - 0.1}")
    assert rig.store.get(gain.id) != 0
    rig.do("wait 0.2")
    assert rig.store.get(gain.id) == 0
    rig.do("release 4")
    assert rig.store.get(gain.id) == 0


def test_the_display_marks_the_knob_that_was_turned(rig):
    heard = []
    rig.store.subscribe(lambda changed, rev, source: heard.append((changed, source)))
    rig.do("turn 5 -1")
    assert heard == [({"limiter.ceiling_dbtp": pytest.approx(-1.2)}, "panel")] or heard[0][1] == "panel"


def test_page_button_cycles_and_page_with_a_turn_jumps(rig):
    assert rig.face.title == "MASTER"
    for page in [*PAGES[1:], PAGES[0]]:
        rig.tap("PAGE")
        assert rig.face.title == page.title
    rig.do("press PAGE", "turn 1 +3", "release PAGE")
    assert rig.face.title == PAGES[3].title
    rig.do("press PAGE", f"wait {HOLD_S + 0.1}", "release PAGE")
    assert rig.face.title == "MASTER"


def test_all_parameters_can_be_turned(rig):
    for page in PAGES:
        assert rig.face.title == page.title
        for knob, param in enumerate(page.params, 1):
            if param.id.endswith(".dynamic"):  # refused with a mode or type that does not allow it
                rig.store.set_many({"eq.mode": "minimum", param.id.replace("dynamic", "type"): "bell"}, "test")
            before = rig.store.get(param.id)
            step = 1 if before < param.high else -1
            rig.do(f"turn {knob} {step}")
            assert rig.store.get(param.id) == pytest.approx(param.nudge(before, step))
        for knob in range(len(page.params) + 1, 7):  # knobs without a parameter
            before = rig.store.snapshot()
            rig.do(f"turn {knob} 1")
            assert rig.store.snapshot() == before
        rig.tap("PAGE")


def test_bypass_ab_and_copy(rig):
    rig.tap("BYPASS")
    assert rig.store.get("chain.bypass") == 1
    rig.tap("FOOT")
    assert rig.store.get("chain.bypass") == 0
    rig.do("turn 4 +1")
    rig.tap("A/B")
    assert rig.store.ab == "b" and rig.store.get("limiter.gain_db") == 0
    rig.tap("A/B")
    rig.do("press AB", f"wait {HOLD_S + 0.1}", "release AB")
    assert rig.store.ab == "a" and rig.face.message == "A COPIED TO B"
    rig.tap("AB")
    assert rig.store.ab == "b" and rig.store.get("limiter.gain_db") > 0


def test_recall_chooses_and_loads(rig):
    rig.tap("RECALL")
    title, names, index = rig.face.choice
    assert title == "RECALL" and index == 0 and "Warm" in names
    rig.do(f"turn 1 {names.index('Warm')}")
    assert rig.store.preset_name is None
    rig.tap("RECALL")
    assert rig.store.preset_name == "Warm" and rig.store.get("eq.b1.gain_db") == 1.2
    assert rig.face.choice is None and rig.face.message == "LOADED Warm"
    rig.tap("RECALL")
    assert rig.face.choice[2] == names.index("Warm")
    rig.do("turn 1 -100")
    assert rig.face.choice[2] == 0
    rig.tap("BYPASS")  # bypass belongs to no buffer
    assert rig.store.get("chain.bypass") == 1
    rig.tap("PAGE")  # any other button cancels
    assert rig.face.choice is None and rig.store.preset_name == "Warm" and rig.face.title == "MASTER"
    rig.tap("RECALL")
    rig.do(f"wait {CHOICE_S + 1}")
    assert rig.face.choice is None


def test_store_saves_the_current_sound(rig):
    rig.do("turn 4 +3")
    rig.tap("STORE")
    assert rig.face.choice == ("STORE", (NEW,), 0)
    rig.tap("STORE")
    assert rig.store.preset_name == "Panel 01" and not rig.store.edited
    assert rig.library.load("Panel 01").values["limiter.gain_db"] == rig.store.get("limiter.gain_db")
    rig.do("turn 4 +1")
    assert rig.store.edited
    rig.tap("STORE")
    assert rig.face.choice == ("STORE", (NEW, "Panel 01"), 1)  # factory presets are not offered
    rig.tap("3")  # pushing a knob also confirms
    assert rig.library.load("Panel 01").values["limiter.gain_db"] == rig.store.get("limiter.gain_db")
    rig.tap("STORE")
    rig.do("turn 1 -1")
    rig.tap("STORE")
    assert rig.store.preset_name == "Panel 02"


def test_a_load_that_could_startle_needs_a_confirmation(rig):
    def choose(name):
        rig.tap("RECALL")
        _, names, index = rig.face.choice
        rig.do(f"turn 1 {names.index(name) - index}")
        rig.tap("RECALL")

    choose("Loud")
    assert rig.store.preset_name is None and rig.face.message == "LOUDER! PRESS AGAIN"
    rig.do("turn 1 1", "turn 1 -1")  # it is still the same process
    rig.tap("RECALL")
    assert rig.store.preset_name == "Loud"
    choose("Neutral")
    assert rig.store.preset_name == "Neutral"
    choose("Loud")
    rig.tap("PAGE")
    choose("Loud")  # a confirmation is requested again
    assert rig.store.preset_name == "Neutral"


def test_knob_two_orders_the_presets(rig, tmp_path):
    rig.tap("RECALL")
    names = rig.face.choice[1]
    rig.do("turn 2 2")
    assert rig.face.choice[1][:3] == (names[1], names[2], names[0]) and rig.face.choice[2] == 2
    rig.tap("PAGE")
    rig.tap("RECALL")
    assert rig.face.choice[1][:4] == (names[1], names[2], names[0], names[3])
    rig.tap("PAGE")
    rig.library.save(Preset("A new one"))
    rig.tap("RECALL")
    assert rig.face.choice[1][:3] == (names[1], names[2], names[0]) and rig.face.choice[1][-1] == "A new one"
    rig.do("turn 2 1", "turn 1 99", "turn 2 -99", f"wait {CHOICE_S + 1}")
    rig.tap("RECALL")
    assert rig.face.choice[1][0] == "A new one"
    rig.tap("PAGE")
    rig.library.rename("A new one", "Renamed")
    rig.library.delete("Renamed")
    rig.tap("RECALL")
    assert len(rig.face.choice[1]) == len(names)


@pytest.mark.parametrize(
    "text", ["", "slots = 3", "format = 'burnish-slots'\nslots = [1]", "[[[[", "format = 'other'\nslots = []"]
)
def test_a_damaged_order_file_is_renamed(rig, tmp_path, text):
    (tmp_path / "panel").mkdir()
    (tmp_path / "panel" / "slots.toml").write_text(text)
    rig.tap("RECALL")
    assert len(rig.face.choice[1]) >= 4
    assert (tmp_path / "panel" / "slots.toml.corrupt").read_text() == text


def test_a_preset_that_is_missing_or_damaged_is_refused_on_the_display(rig, tmp_path):
    rig.library.save(Preset("Mine"))
    rig.tap("RECALL")
    rig.do("turn 1 +100")
    (tmp_path / "mine.toml").write_text("broken")
    rig.tap("RECALL")
    assert rig.face.message == "PRESET IS DAMAGED" and rig.store.preset_name is None
    rig.do(f"wait {MESSAGE_S}")
    assert rig.face.message == ""


def test_lock_stops_everything_but_bypass(rig):
    rig.do("press LOCK", "wait 0.3", "release LOCK", "turn 4 1")
    assert not rig.face.locked and rig.store.get("limiter.gain_db") > 0
    rig.do("press LOCK", f"wait {HOLD_S + 0.1}", "release LOCK")
    assert rig.face.locked
    before = rig.store.snapshot()
    rig.do("turn 4 5", "press 4", "wait 3", "release 4")
    rig.tap("PAGE", "AB", "STORE", "STORE", "RECALL", "RECALL")
    assert rig.store.snapshot() == before and rig.store.ab == "a" and rig.face.title == "MASTER"
    assert rig.face.message.startswith("LOCKED") and rig.face.choice is None
    rig.tap("BYPASS")
    assert rig.store.get("chain.bypass") == 1
    rig.do("press LOCK", f"wait {HOLD_S + 0.1}", "release LOCK", "turn 4 5")
    assert not rig.face.locked and rig.store.get("limiter.gain_db") > before["limiter.gain_db"]


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
        if rig.store.get("limiter.gain_db"):
            break
        rig.panel._stop.wait(0.01)
    rig.panel.close()
    assert rig.store.get("limiter.gain_db") == pytest.approx(2 * find("limiter.gain_db").detent)


def test_five_turns_a_second_with_bounce_while_the_laptop_writes(tmp_path):
    """In real time in the thread of the panel: two knobs at 120 detents per second, while the laptop writes the same values."""
    rig = Rig(tmp_path)
    gain, ceiling = find("limiter.gain_db"), find("limiter.ceiling_dbtp")
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
    threads += [threading.Thread(target=hand, args=args) for args in ((4, 24, 1), (5, -24, 2))]
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
    assert rig.store.get(gain.id) == pytest.approx(24 * gain.detent)
    assert rig.store.get(ceiling.id) == pytest.approx(max(ceiling.low, ceiling.default - 24 * ceiling.detent))


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
