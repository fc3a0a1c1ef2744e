"""The screen follows the box: values, meters, and stale meters."""

from firmware.panel.display import Display
from firmware.panel.operation import PanelController
from firmware.panel.screen import STALE_S, Screen
from firmware.system.board import load
from tests.support.rig import Rig, music


def test_shows_what_the_box_does_and_that_meters_have_stopped(tmp_path, rng):
    now_s = [0.0]
    with Rig(tmp_path) as rig:
        controller = PanelController(rig.store, rig.process.presets)
        screen = Screen(rig.process, controller, Display.virtual(load()), tmp_path / "d.png", clock=lambda: now_s[0])
        with screen:
            rig.store.set_many({"chain.bypass": True}, "test")
            rig.play(music(rng, 0.2))
            view = screen.view()
            assert view.on("chain.bypass") and view.meters["frame"] > 0 and not view.stale
            assert view.meters["in_peak_l_dbfs"] > -20
            now_s[0] += STALE_S + 0.1
            assert screen.view().stale
    assert (tmp_path / "d.png").stat().st_size > 200
