"""The convolver: comparison with direct convolution, independence of blocks, identity, crossfades and latency."""

import numpy as np
import pytest

from dsp_ext.convolution.convolver import Convolver, pack

RATE = 48000


def stereo(rng, frames):
    return rng.uniform(-1, 1, (2, frames)).astype(np.float32)


def direct(x, kernel, delay):
    """Convolve both channels in float64, delay by `delay` frames, and cut to the length of the input."""
    size = 1 << (x.shape[1] + kernel.size).bit_length()
    y = np.fft.irfft(np.fft.rfft(x.astype(float), size) * np.fft.rfft(kernel.astype(float), size), size)
    return np.concatenate([np.zeros((2, delay)), y], axis=1)[:, : x.shape[1]]


def run(convolver, x, cuts):
    """Process `x` in blocks. `cuts` gives the lengths of the blocks and is repeated."""
    out, at, i = [], 0, 0
    while at < x.shape[1]:
        step = cuts[i % len(cuts)]
        out.append(convolver.process(np.ascontiguousarray(x[:, at : at + step])))
        at, i = at + step, i + 1
    return np.concatenate(out, axis=1)


@pytest.mark.parametrize("partition, partitions", [(8, 4), (16, 8), (128, 8), (128, 64), (256, 32), (512, 16)])
def test_equals_direct_convolution(partition, partitions, rng, record):
    convolver = Convolver(RATE, partition, partitions)
    kernel = rng.standard_normal(convolver.taps) / np.sqrt(convolver.taps)
    convolver.load(convolver.pack(kernel[None]), jump=True)
    x = stereo(rng, 3 * convolver.taps + 777)
    y, expected = convolver.process(x), direct(x, kernel, partition)
    error_db = 10 * np.log10(np.mean((y - expected) ** 2) / np.mean(expected**2))
    assert error_db < -130
    if (partition, partitions) == (128, 64):
        record(
            "Convolution",
            "convolver with 8192 taps: RMS error relative to a float64 convolution",
            error_db,
            "dB",
            target="≤ -130 dB",
            digits=1,
            tolerance=1.0,
        )


def test_several_kernels_filter_the_same_stream_independently(rng):
    convolver = Convolver(RATE, 64, 8, kernels=3)
    kernels = rng.standard_normal((3, convolver.taps)) / 20
    convolver.load(convolver.pack(kernels), jump=True)
    x = stereo(rng, 4000)
    y = convolver.process(x)
    for k, kernel in enumerate(kernels):
        np.testing.assert_allclose(y[2 * k : 2 * k + 2], direct(x, kernel, 64), atol=2e-5)
    silent_right = x * np.float32([[1], [0]])
    convolver.reset()
    assert np.max(np.abs(convolver.process(silent_right)[1])) < 1e-6


@pytest.mark.parametrize("kernels", [1, 3])
def test_cutting_changes_no_bit(kernels, rng):
    first, second = rng.standard_normal((2, kernels, 128 * 16)) / 40
    x = stereo(rng, 20000)

    def render(cuts):
        convolver = Convolver(RATE, 128, 16, kernels)
        convolver.load(convolver.pack(first), jump=True)
        out = [run(convolver, x[:, :5003], cuts)]
        convolver.load(convolver.pack(second))
        out.append(run(convolver, x[:, 5003:], cuts))
        return np.concatenate(out, axis=1)

    whole = render([20000])
    for cuts in ([1], [17], [128], [509], [4096], [1, 300, 127, 128, 129, 2]):
        np.testing.assert_array_equal(render(cuts), whole)


@pytest.mark.parametrize("centre", [None, 0, 100, 511])
def test_no_kernel_is_the_delayed_input_to_the_bit(centre, rng):
    convolver = Convolver(RATE, 64, 8, kernels=2, centre=centre)
    x = stereo(rng, 3000)
    x[:, 100:104] = [[1e-42, np.float32(2**-23), -0.0, 1.0]] * 2
    y = run(convolver, x, [37])
    assert convolver.latency == (256 if centre is None else centre) + 64
    expected = np.concatenate([np.zeros((2, convolver.latency), np.float32), x], axis=1)[:, : x.shape[1]]
    for k in range(2):
        np.testing.assert_array_equal(y[2 * k : 2 * k + 2].view(np.int32), expected.view(np.int32))


def test_latency_is_the_delay_of_the_kernels_centre(rng):
    convolver = Convolver(RATE, 128, 8)
    kernel = np.zeros((1, convolver.taps))
    kernel[0, convolver.centre] = 1
    convolver.load(convolver.pack(kernel), jump=True)
    x = np.zeros((2, 4000), np.float32)
    x[:, 1000] = 1
    assert np.argmax(convolver.process(x), axis=1).tolist() == [1000 + convolver.latency] * 2


def test_fade_ends_exactly_on_the_new_kernel(rng):
    convolver = Convolver(RATE, 128, 8)
    kernel = rng.standard_normal((1, convolver.taps)) / 30
    x = stereo(rng, 12000)
    fresh = Convolver(RATE, 128, 8)
    fresh.load(fresh.pack(kernel), jump=True)
    expected = fresh.process(x)
    begin = run(convolver, x[:, :5000], [5000])
    convolver.load(convolver.pack(kernel))
    assert convolver.fading and convolver.bank == 0
    with pytest.raises(RuntimeError, match="still fading"):
        convolver.load(convolver.pack(None))
    rest = run(convolver, x[:, 5000:], [100])
    assert not convolver.fading and convolver.bank == 1
    np.testing.assert_array_equal(rest[:, 1500:], expected[:, 6500:])
    np.testing.assert_array_equal(begin[:, convolver.latency :], x[:, : 5000 - convolver.latency])
    convolver.load(convolver.pack(None))  # and back
    tail = run(convolver, np.ascontiguousarray(np.tile(x[:, :4000], 1)), [64])
    np.testing.assert_array_equal(tail[:, convolver.latency + 1500 :], x[:, 1500 : 4000 - convolver.latency])


@pytest.mark.parametrize("rate_hz, partition", [(44100, 128), (48000, 128), (96000, 256), (192000, 512)])
@pytest.mark.parametrize("identity", ["identity", "kernel"])
def test_a_swap_of_kernels_makes_no_zipper_noise(rate_hz, partition, identity, record):
    """A 6 dB step on a 200 Hz tone at full scale: the residue above 3 kHz."""
    convolver = Convolver(rate_hz, partition, 16)
    delta = np.zeros((1, convolver.taps))
    delta[0, convolver.centre] = 1.0
    if identity == "kernel":
        convolver.load(convolver.pack(delta), jump=True)
    tone = np.sin(2 * np.pi * 200 / rate_hz * np.arange(rate_hz // 2)).astype(np.float32)
    x = np.stack([tone, tone])
    half = rate_hz // 5 + 31
    first = convolver.process(np.ascontiguousarray(x[:, :half]))
    convolver.load(convolver.pack(delta * 10 ** (-6 / 20)))
    y = np.concatenate([first, convolver.process(np.ascontiguousarray(x[:, half:]))], axis=1)[0]
    y = y[convolver.latency :].astype(float)
    spectrum = np.fft.rfft(y * np.hanning(y.size))
    spectrum[np.fft.rfftfreq(y.size, 1 / rate_hz) < 3000] = 0
    residue_db = 20 * np.log10(np.max(np.abs(np.fft.irfft(spectrum, y.size))))
    assert residue_db < -100
    if identity == "kernel":
        record("EQ", f"kernel of the convolver swapped, 6 dB step: residue above 3 kHz, 200 Hz tone at full scale, {rate_hz / 1000:g} kHz", residue_db, "dBFS",
               target="≤ -100 dBFS", digits=0, tolerance=2.0)  # fmt: skip


def test_banks_can_use_memory_from_outside(rng):
    convolver = Convolver(RATE, 64, 4)
    banks = np.zeros((2, convolver.bank_floats), np.float32)
    convolver.attach(banks)
    kernel = rng.standard_normal((1, 256))
    banks[1] = pack(kernel, 64, 4, 1)
    convolver.jump(1)
    x = stereo(rng, 1000)
    np.testing.assert_allclose(convolver.process(x), direct(x, kernel[0], 64), atol=1e-4)


def test_a_jump_leads_to_another_length_and_centre(rng):
    convolver = Convolver(RATE, 64, 8, kernels=2, most_partitions=16)
    x = stereo(rng, 5000)
    for partitions, centre in ((4, 0), (16, 512), (8, 100)):
        kernel = rng.standard_normal((1, 64 * partitions)) / 20
        packed = np.zeros(convolver.bank_floats, np.float32)
        part = pack(kernel, 64, partitions, 2, centre)
        packed[: part.size] = part
        with pytest.raises(ValueError, match="only jumped to"):
            convolver.load(packed)
        convolver.process(x)
        convolver.load(packed, jump=True)
        assert convolver.latency == centre + 64 and convolver.taps == 64 * partitions
        np.testing.assert_allclose(convolver.process(x)[:2], direct(x, kernel[0], 64), atol=1e-4)
        packed = np.zeros(convolver.bank_floats, np.float32)
        part = pack(None, 64, partitions, 2, centre)
        packed[: part.size] = part
        convolver.load(packed)
        y = convolver.process(x)[:, 2000:]
        np.testing.assert_array_equal(y[:2], x[:, 2000 - convolver.latency : 5000 - convolver.latency])


def test_wrong_sizes_are_refused():
    for wrong in ((100, 4), (4, 4), (128, 6), (128, 0)):
        with pytest.raises(ValueError):
            Convolver(RATE, *wrong)
    with pytest.raises(ValueError, match="centre"):
        Convolver(RATE, 64, 4, centre=256)
    with pytest.raises(ValueError, match="most_partitions"):
        Convolver(RATE, 64, 8, most_partitions=4)
    convolver = Convolver(RATE, 64, 4)
    with pytest.raises(ValueError, match=r"shape \(1, 256\), not \(1, 255\)"):
        convolver.pack(np.zeros((1, 255)))
    with pytest.raises(ValueError, match="finite"):
        convolver.pack(np.full((1, 256), np.nan))
    with pytest.raises(ValueError, match="banks"):
        convolver.attach(np.zeros((2, 5), np.float32))
    with pytest.raises(ValueError, match="frames"):
        convolver.process(np.zeros((1, 5), np.float32))


def test_outputs_without_a_kernel_are_the_identity_or_silent(rng):
    x = rng.standard_normal((2, 3000)).astype(np.float32)
    kernels = rng.standard_normal((1, 512))
    late = np.concatenate([np.zeros((2, 320), np.float32), x[:, :-320]], axis=1)
    for identities, wanted in ((None, [late, late]), (2, [late, np.zeros_like(x)]), (0, [np.zeros_like(x)] * 2)):
        convolver = Convolver(RATE, 64, 8, kernels=3, identities=identities)
        convolver.load(convolver.pack(kernels), jump=True)
        out = convolver.process(x)
        assert np.array_equal(out[2:], np.concatenate(wanted))
        assert np.abs(out[:2]).max() > 1
