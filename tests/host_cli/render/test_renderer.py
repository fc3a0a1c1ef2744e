"""`Renderer`: one engine for every pass and every file, with the bits of a fresh one."""

import numpy as np
import pytest
import soundfile

from dsp_ext import Engine
from dsp_ext.core import partition_frames
from firmware.contract import params
from firmware.engine import offline
from host_cli.render import audiofile
from host_cli.render.engine import Renderer

from .test_files import burnish

RATE_HZ = 48000
#: Settings with different latencies and with different processors at work.
VALUES = {
    "neutral": params.DEFAULTS,
    "minimum": params.DEFAULTS | {"eq.mode": 1.0, "eq.b1.enabled": 1.0, "eq.b1.gain_db": 4.0, "limiter.gain_db": 12.0},
    "compressed": params.DEFAULTS
    | {"multiband.b2.ratio": 4.0, "multiband.b2.threshold_db": -40.0, "eq.b3.enabled": 1.0, "eq.b3.gain_db": -6.0},
    "coloured": params.DEFAULTS
    | {"multiband.split": 1.0, "multiband.b1.threshold_db": -30.0, "multiband.b1.ratio": 4.0, "saturator.enabled": 1.0}
    | {"saturator.drive_db": 12.0, "dither.bits": 1.0, "dither.shape": 2.0, "output.dc_filter": 1.0},
}


@pytest.fixture
def built(monkeypatch):
    """The engines that are built while a test runs."""
    engines = []

    def build(*arguments):
        engines.append(Engine(*arguments))
        return engines[-1]

    monkeypatch.setattr(offline, "Engine", build)
    return engines


@pytest.fixture
def noise(rng):
    """Two seconds of noise with peaks near full scale: float32, shape (2, frames)."""
    return (rng.standard_normal((2, 2 * RATE_HZ)) / 4).astype(np.float32)


def render(renderer, block, *arguments, **options):
    return np.concatenate(list(renderer.render([block], *arguments, **options)), axis=1)


@pytest.mark.parametrize("options", [(), ("--target-lufs", "-10")])
def test_a_render_builds_one_engine(noise, tmp_path, built, options):
    paths = [tmp_path / "a.wav", tmp_path / "b.wav"]
    for path in paths:
        audiofile.write_words(path, audiofile.words_from_float(noise.T), RATE_HZ)
    (tmp_path / "out").mkdir()
    assert burnish("render", *paths, "-o", tmp_path / "out", *options)[0] == 0
    assert len(built) == 1


def test_earlier_renders_do_not_change_the_result(noise):
    """Each setting is rendered after each other one, and after a run that ends during a crossfade."""
    renderer = Renderer(RATE_HZ)
    frames = noise.shape[1]
    events = [{"frame": frames + 6000, "kind": kind, "values": VALUES["minimum"]} for kind in ("settings", "eq")]
    fresh = {name: render(Renderer(RATE_HZ), noise, values) for name, values in VALUES.items()}
    for before in VALUES:
        for after, values in VALUES.items():
            render(renderer, noise, VALUES[before], events if before == "neutral" else ())
            assert np.array_equal(render(renderer, noise, values), fresh[after]), (before, after)


def test_words_and_floats_in_pieces_of_any_length_give_the_same_bits(noise, rng):
    events = [
        {"frame": frame, "kind": "settings", "values": {"input.trim_db": -frame / 1e4}} for frame in (0, 4096, 50_000)
    ]
    words = np.rint(np.ascontiguousarray(noise.T).clip(-0.99, 0.99) * 2.0**23).astype(np.int32) << 8
    block = np.ascontiguousarray(words.T.astype(np.float32) * np.float32(2.0**-31))
    run = offline.OfflineRun(RATE_HZ)
    run.begin(params.DEFAULTS, events)
    run.process_words(words)
    run.begin(params.DEFAULTS, events)
    for piece in np.split(block, sorted([4096, 50_000, *rng.integers(0, block.shape[1], 40)]), axis=1):
        run.process(piece)
    assert np.array_equal(np.rint(block.T.astype(float) * 2.0**31), words)


@pytest.mark.parametrize("align", [False, True])
def test_the_starting_frame_gives_the_bits_of_a_box_that_had_been_running(noise, align):
    """With the linear-phase kernel, whose convolution works in partitions."""
    renderer, start, partition = Renderer(RATE_HZ), 100, partition_frames(RATE_HZ)
    values = VALUES["compressed"] | {"eq.mode": 0.0}
    silence = np.zeros((2, start + 3 * partition), np.float32)
    running = render(renderer, np.concatenate([silence, noise], axis=1), values, align=align)[:, silence.shape[1] :]
    assert np.array_equal(render(renderer, noise, values, align=align, start_frame=silence.shape[1]), running)
    assert np.array_equal(render(renderer, noise, values, align=align, start_frame=start), running)
    assert not np.array_equal(render(renderer, noise, values, align=align), running)


def test_the_starting_frame_is_an_option(noise, tmp_path):
    audiofile.write_words(tmp_path / "in.wav", audiofile.words_from_float(noise.T), RATE_HZ, "24")
    command = ("render", tmp_path / "in.wav", "--bits", "32", "--set", "eq.b3.enabled=on", "--set", "eq.b3.gain_db=-6")
    files = {start: tmp_path / f"{start}.wav" for start in (0, 100, partition_frames(RATE_HZ))}
    for start, path in files.items():
        assert burnish(*command, "-o", path, "--start-frame", str(start))[0] == 0
    at_once, shifted, whole = (path.read_bytes() for path in files.values())
    assert shifted != at_once and whole == at_once


def test_several_jobs_write_the_same_files_as_one(noise, tmp_path, built):
    paths = [tmp_path / f"{name}.wav" for name in "abcd"]
    for number, path in enumerate(paths):
        audiofile.write_words(path, audiofile.words_from_float(noise.T * (number + 1) / 4), RATE_HZ)
    for jobs in (1, 3):
        (tmp_path / str(jobs)).mkdir()
        status, stdout, stderr = burnish("render", *paths, "-o", tmp_path / str(jobs), "-p", "Loud", "--jobs", jobs)
        assert (status, stderr) == (0, "")
        assert [line.split()[0] for line in stdout.splitlines()] == [str(tmp_path / str(jobs) / p.name) for p in paths]
    assert len(built) <= 4
    for path in paths:
        assert (tmp_path / "1" / path.name).read_bytes() == (tmp_path / "3" / path.name).read_bytes()


def test_a_failure_stops_all_jobs(noise, tmp_path):
    """The damaged file fails in its second block; the others leave nothing behind either."""
    paths = [tmp_path / f"{name}.wav" for name in "abc"]
    long = np.tile(noise, 30)
    for path in paths:
        samples = long.T.copy()
        if path.stem == "b":
            samples[70_000] = np.nan
        soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")
    (tmp_path / "out").mkdir()
    status, _, stderr = burnish("render", *paths, "-o", tmp_path / "out", "--jobs", "3")
    assert status == 1 and "b.wav contains a sample that is not a finite number, at frame 70000" in stderr
    assert not list((tmp_path / "out").iterdir())
