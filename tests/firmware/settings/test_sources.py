"""Every notification of a change has a source that the protocol document describes."""

import json

from firmware.contract import protocol
from firmware.link.methods import Methods
from firmware.panel.operation import HOLD_S, PanelController
from firmware.settings.state_file import StateFile
from firmware.system.shared_memory import SharedMemory
from tests.support.fake_box import FakeBox
from tests.support.paths import DOCS


def test_every_source_is_documented(tmp_path):
    box, now_s, told = FakeBox(tmp_path / "presets"), [0.0], []
    box.store.subscribe(lambda changed, rev, source: told.append(source))

    panel = PanelController(box.store, box.presets, clock=lambda: now_s[0])
    panel.turn(4, 3)
    panel.press("BYPASS")
    panel.press("AB")
    panel.release("AB")
    panel.press("AB")
    now_s[0] += 2 * HOLD_S
    panel.tick()  # compares at equal loudness
    panel.release("AB")
    panel.press("UNDO")
    panel.press("PRESET")
    for knob in (1, 3):
        panel.press(f"PUSH{knob}")
        panel.release(f"PUSH{knob}")
    assert len(told) >= 6 and set(told) == {protocol.PANEL}

    told.clear()
    methods = Methods(box, 10_000, None, dict)
    methods.set(protocol.Set({"limiter.gain_db": 2.0}))
    methods.mute(protocol.Switch("on"))
    methods.ab_select(protocol.Select("toggle"))
    methods.ab_copy(protocol.Copy("a", "b"))
    methods.preset_save(protocol.PresetSave("Mine"))
    methods.preset_load(protocol.PresetName("Warm"))
    assert len(told) == 6 and set(told) == {protocol.LINK}

    told.clear()
    (tmp_path / "state.json").write_text(json.dumps(box.store.dump()))
    StateFile(box.store, SharedMemory.create(48000), tmp_path / "state.json").restore()
    assert told == [protocol.RESTORE]

    document = (DOCS / "PROTOCOL.md").read_text()
    for source, text in protocol.SOURCES.items():
        assert f"| `{source}` | {text} |" in document
