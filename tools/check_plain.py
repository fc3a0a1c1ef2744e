"""Run by the Python of a plain `pip install .`: checks that the laptop tool works, and that no library of the box is
installed."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

import burnish as python_module
from firmware.presets.document import Preset, dump, parse

for name in ("alsaaudio", "gpiozero", "lgpio", "luma"):
    assert importlib.util.find_spec(name) is None, f"{name} came with the plain install"

burnish = Path(sys.executable).parent / "burnish"
with tempfile.TemporaryDirectory() as folder:
    mix, master = Path(folder) / "mix.wav", Path(folder) / "master.wav"
    noise = np.random.default_rng(1).integers(-(2**20), 2**20, (48000, 2)).astype(np.int32) << 8
    soundfile.write(mix, noise, 48000, subtype="PCM_24")
    for arguments in (["--version"], ["ports"], ["params"], ["render", mix, "-o", master], ["analyze", master]):
        subprocess.run([burnish, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    assert np.array_equal(soundfile.read(master, dtype="int32")[0], noise), "a neutral render changed the sound"
assert np.array_equal(python_module.master(noise / 2.0**31, 48000), noise / 2.0**31), "burnish.master changed the sound"
assert parse(dump(Preset("Plain", {}, {}))).name == "Plain"
print("plain install: 5 commands ran, neutral render bit-exact")
