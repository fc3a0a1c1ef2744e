"""Scenes of the display: each section, state and extreme, as the view that the panel would have. Golden images and docs use them."""

import tempfile
from pathlib import Path

import numpy as np

from dsp_ext.meters import BANDS_HZ
from firmware.contract import BY_ID
from firmware.panel.drawing import PanelView
from firmware.panel.operation import PanelController
from firmware.presets import Preset, PresetLibrary
from firmware.settings import Store

#: Meters of a mix that is being mastered.
METERS = {
    "in_peak_l_dbfs": -8.2, "in_peak_r_dbfs": -9.9, "out_peak_l_dbfs": -1.6, "out_peak_r_dbfs": -2.2,
    "out_rms_l_dbfs": -16.0, "out_rms_r_dbfs": -16.6, "out_correlation": 0.62, "gr_limiter_db": -3.4, "gr_b1_db": -4.0,
    "gr_b2_db": -1.5, "gr_b3_db": -0.3, "gr_b4_db": -2.5, "gr_b5_db": -0.5, "out_momentary_lufs": -12.1,
    "out_short_lufs": -13.0, "out_integrated_lufs": -14.2, "out_max_tp_dbtp": -1.0, "out_lra_lu": 5.2, "out_plr_db": 13.2,
    "out_measured_s": 222.0, "level_b1_dbfs": -17.0, "level_b2_dbfs": -19.5, "level_b3_dbfs": -25.0, "level_b4_dbfs": -31.0,
    "level_b5_dbfs": -44.0,
}  # fmt: skip
#: The sound of the scenes: bands as an engineer would set them.
SOUND = {
    "eq.b1.enabled": 1, "eq.b1.type": "low_cut", "eq.b1.freq_hz": 28, "eq.b1.slope": "24", "eq.b2.enabled": 1,
    "eq.b2.freq_hz": 60, "eq.b2.gain_db": 2, "eq.b3.enabled": 1, "eq.b3.freq_hz": 250, "eq.b3.gain_db": -3, "eq.b3.q": 2,
    "eq.b8.enabled": 1, "eq.b8.gain_db": 1.5, "multiband.b1.threshold_db": -26, "multiband.b1.ratio": 2.5,
    "multiband.b2.threshold_db": -24, "multiband.b2.ratio": 1.8, "multiband.b3.threshold_db": -28,
    "multiband.b3.ratio": 1.5, "multiband.b4.threshold_db": -36, "multiband.b4.ratio": 2, "multiband.b2.makeup_db": 1,
    "stereo.width_low_pct": 80, "stereo.width_high_pct": 120, "stereo.mono": 1, "saturator.enabled": 1,
    "saturator.curve": "tube", "saturator.drive_db": 6, "saturator.mix_pct": 50, "limiter.gain_db": 6,
}  # fmt: skip
ALL_ON = {
    **{f"eq.b{n}.enabled": 1 for n in range(1, 9)},
    **{f"eq.b{n}.gain_db": 18 if n % 2 else -18 for n in range(1, 9)},
    **{f"eq.b{n}.q": 40 for n in range(3, 6)},
    "multiband.bands": "5",
    **{f"multiband.b{n}.threshold_db": -60 for n in range(1, 6)},
    **{f"multiband.b{n}.ratio": 100 for n in range(1, 6)},
    "limiter.gain_db": 24, "limiter.ceiling_dbtp": -12, "stereo.width_low_pct": 200, "stereo.width_mid_pct": 200,
    "stereo.width_high_pct": 200, "stereo.balance_pct": -100, "saturator.enabled": 1, "saturator.drive_db": 36,
    "saturator.curve": "hard", "input.trim_db": -24,
}  # fmt: skip
LOUDEST = {name: 0.0 if "gr_" not in name else -24.0 for name in METERS} | {
    "out_correlation": -1.0,
    "out_max_tp_dbtp": 3.2,
}


def music_spectra() -> np.ndarray:
    """Spectra of input and output that look like music, always the same."""
    rng = np.random.default_rng(7)
    hz = np.array(BANDS_HZ)
    rough = np.convolve(rng.normal(0, 5.0, len(hz) + 4), np.ones(5) / 4, "valid")
    level = -26 - 3.2 * np.log2(np.maximum(hz, 90) / 90) - 8 * np.log2(np.maximum(55 / hz, 1)) + rough
    return np.stack([level - 3, level])


def relations() -> np.ndarray:
    """Left and right in the same bands: mono bass, wide treble, and the right channel a little louder above 2 kHz."""
    octaves = np.log2(np.array(BANDS_HZ) / 20)
    return np.stack([np.clip(1.15 - 0.11 * octaves, -1, 1), np.where(octaves > 6.6, -0.1, 0.0)])


def points(level: float = 0.5, phase: float = 1.0) -> np.ndarray:
    """Samples of a mix: a strong middle, some width, and an instrument on the right; `phase` -1 inverts one channel."""
    rng = np.random.default_rng(11)
    t = np.arange(640) / 3200
    mid = np.sin(2 * np.pi * 61 * t) * 0.5 + rng.normal(0, 0.22, len(t))
    side, right = rng.normal(0, 0.13, len(t)), 0.25 * np.sin(2 * np.pi * 440 * t) * np.exp(-6 * (t % 0.1))
    return level * np.stack([mid + side, phase * (mid - side + right)], axis=1)


def limit_trace(gain_db: float = 3.4) -> np.ndarray:
    """Five seconds of gain reduction and peaks with a beat of 120 per minute."""
    t = np.arange(150) / 30
    rng = np.random.default_rng(3)
    peak = -1.0 - 9 * (1 - np.exp(-((t * 2) % 1) * 3)) + rng.normal(0, 0.8, len(t))
    return np.stack([-np.clip(peak + gain_db + 1.5, 0, None) * (gain_db / 4), np.minimum(peak, -1.0)], axis=1)


def loudness_trace(seconds: float = 222) -> np.ndarray:
    """Momentary and short-term loudness of a song with two verses and a chorus."""
    t = np.arange(round(seconds * 4)) / 4
    song = -14.5 + 2 * np.sin(t / 21) + np.where((t > 60) & (t < 110), 1.5, 0)
    rng = np.random.default_rng(5)
    return np.stack([song + rng.normal(0, 1.1, len(t)) + np.sin(t * 1.7), song], axis=1)


class Scene:
    """A panel without pins, whose clock the scene sets. `view` is what the display shows."""

    def __init__(self, sound=SOUND, name="Streaming -14", rate_hz=48000):
        self.now_s = 10.0
        self.store = Store(rate_hz=rate_hz, clock=lambda: self.now_s)
        self.library = PresetLibrary(Path(tempfile.mkdtemp(prefix="burnish-scene-")))
        self.store.load_preset(Preset(name, {id: BY_ID[id].check(value) for id, value in sound.items()}), "link")
        self.panel = PanelController(self.store, self.library, clock=lambda: self.now_s)
        self.rate_hz = rate_hz

    def tap(self, *switches: str) -> None:
        """Press and release switches one after the other."""
        for switch in switches:
            self.now_s += 0.5
            self.panel.press(switch)
            self.panel.release(switch)

    def turn(self, knob: int, clicks: int, wait_s: float = 2.0) -> None:
        """Turn a knob slowly, then wait until its cell is small again."""
        for _ in range(abs(clicks)):
            self.now_s += 0.1
            self.panel.turn(knob, 1 if clicks > 0 else -1)
        self.now_s += wait_s

    def hold(self, switch: str) -> None:
        """Press a switch and keep it."""
        self.panel.press(switch)
        self.now_s += 0.7
        self.panel.tick()

    def view(self, meters=METERS, spectra=None, **more) -> PanelView:
        """The view with meters of music."""
        found = {
            "limit_trace": limit_trace(), "loudness_trace": loudness_trace(), "relations": relations(), "points": points(), **more
        }  # fmt: skip
        return PanelView(
            self.panel.face(), self.store.snapshot(), self.rate_hz, self.store.preset_name or "", self.store.edited,
            self.store.ab, meters, spectra=music_spectra() if spectra is None else spectra, **found,
        )  # fmt: skip


def _section(key, *more, turn=None, wait_s=2.0, **views):
    """A scene that opens a section, presses more switches and turns a knob."""

    def make():
        scene = Scene()
        scene.tap(*([key] if key != "EQ" else []), *more)
        for knob, clicks in turn or ():
            scene.turn(knob, clicks)
        scene.now_s += wait_s
        return scene.view(**views)

    return make


def eq_turned():
    scene = Scene()
    scene.turn(1, 2)
    scene.turn(4, -1, wait_s=0.2)
    return scene.view()


def eq_second_row():
    scene = Scene(
        {**SOUND, "eq.mode": "minimum", "eq.b3.dynamic": 1, "eq.b3.dyn_range_db": -6, "eq.b3.placement": "side"}
    )
    scene.turn(1, 2)
    scene.panel.press("SHIFT")
    return scene.view({**METERS, "eq_b3_db": -2.8})


def eq_solo():
    scene = Scene()
    scene.turn(1, 2)
    scene.hold("PUSH1")
    scene.now_s += 2
    return scene.view()


def eq_all_on():
    scene = Scene(ALL_ON, "A name of thirty-two characters!", 192000)
    scene.turn(1, 4)
    scene.turn(3, 1, wait_s=0.2)
    scene.panel.press("BYPASS")
    return scene.view(LOUDEST, load=0.93, xruns=12, relay_fault=True, tasks_failing=1)


def eq_off():
    scene = Scene()
    scene.panel.press("SHIFT")
    scene.tap("EQ")
    scene.panel.release("SHIFT")
    scene.now_s += 3
    return scene.view(stale=True)


def dyn_turned():
    scene = Scene()
    scene.tap("DYN")
    scene.turn(1, 1)
    scene.turn(2, -1, wait_s=0.2)
    return scene.view()


def dyn_all_on():
    scene = Scene(ALL_ON, "A name of thirty-two characters!", 192000)
    scene.tap("DYN")
    scene.turn(1, 9)
    return scene.view(LOUDEST)


def limit_turned():
    scene = Scene()
    scene.tap("LIMIT")
    scene.turn(1, 4, wait_s=0.2)
    return scene.view()


def limit_fine():
    scene = Scene()
    scene.tap("LIMIT")
    scene.panel.press("PUSH2")
    scene.turn(2, -2, wait_s=0.2)
    return scene.view()


def limit_all_on():
    scene = Scene(ALL_ON, "A name of thirty-two characters!", 192000)
    scene.tap("LIMIT")
    return scene.view(LOUDEST, limit_trace=limit_trace(14.0))


def stereo_second_row():
    scene = Scene()
    scene.tap("STEREO", "SHIFT")
    scene.now_s += 2
    return scene.view()


def stereo_all_on():
    scene = Scene(ALL_ON, "Wide")
    scene.tap("STEREO")
    scene.now_s += 2
    return scene.view(LOUDEST, points=points(1.0, -1.0), relations=-relations())


def preset():
    scene = Scene(name="Vinyl premaster")
    scene.tap("PRESET")
    scene.turn(1, -2)
    return scene.view()


def preset_question():
    scene = Scene({}, name="Neutral")
    scene.tap("PRESET")
    names = scene.panel.face().preset.names
    scene.turn(1, names.index("Loud") - names.index("Neutral"))
    scene.tap("PUSH1")
    return scene.view()


def preset_name():
    scene = Scene()
    scene.tap("PRESET", "PUSH3", "PUSH5")
    scene.turn(1, 3)
    scene.turn(2, 4)
    return scene.view()


def master():
    scene = Scene()
    scene.hold("EQ")
    scene.panel.release("EQ")
    for knob, clicks in ((3, 6), (4, 4), (5, 5), (2, -5)):
        scene.turn(knob, clicks)
    return scene.view()


def locked():
    scene = Scene()
    scene.panel.press("LOCK")
    scene.now_s += 1.1
    scene.panel.tick()
    scene.panel.release("LOCK")
    scene.panel.turn(4, 1)
    return scene.view()


def compared():
    scene = Scene()
    scene.tap("LIMIT")
    scene.hold("BYPASS")
    return scene.view()


def nothing():
    scene = Scene({}, "Neutral")
    scene.tap("METER")
    scene.now_s += 2
    silent = np.full((2, len(BANDS_HZ)), -200.0)
    return scene.view(
        {},
        silent,
        points=np.zeros((0, 2)),
        relations=np.zeros((2, len(BANDS_HZ))),
        limit_trace=np.zeros((0, 2)),
        loudness_trace=np.zeros((0, 2)),
    )


#: All scenes by the name of their golden image. Those in VIEWS are shown in docs/PANEL.md.
SCENES = {
    "eq": _section("EQ", turn=((1, 2),)),
    "eq_turned": eq_turned,
    "eq_second_row": eq_second_row,
    "eq_setup": _section("EQ", "EQ"),
    "eq_solo": eq_solo,
    "eq_all_on": eq_all_on,
    "eq_off": eq_off,
    "dyn": _section("DYN", turn=((1, 1),)),
    "dyn_turned": dyn_turned,
    "dyn_split": _section("DYN", "DYN"),
    "dyn_up": _section("DYN", "DYN", "DYN"),
    "dyn_all_on": dyn_all_on,
    "stereo": _section("STEREO"),
    "stereo_second_row": stereo_second_row,
    "stereo_all_on": stereo_all_on,
    "colour": _section("COLOUR"),
    "limit": _section("LIMIT"),
    "limit_turned": limit_turned,
    "limit_fine": limit_fine,
    "limit_all_on": limit_all_on,
    "meter": _section("METER", turn=((4, 1),)),
    "meter_numbers": _section("METER", "METER"),
    "preset": preset,
    "preset_question": preset_question,
    "preset_name": preset_name,
    "master": master,
    "locked": locked,
    "compared": compared,
    "nothing": nothing,
}
