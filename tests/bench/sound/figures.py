"""Limiters at the same loudness and the same true-peak ceiling: which one changes the music least?

    python -m tests.bench.sound [--clips FOLDER] [--music NAME ...] [--quick] [--write-docs]

Every limiter gets the gain that brings the music to the target (integrated loudness, within 0.05 LU). If its output exceeds the
ceiling of -1 dBTP on the meter of BS.1770-5 Annex 2, its ceiling is lowered by the excess. Then output and input are compared,
aligned in time, after the level difference has been removed. Lower figures are better:

- zim: Zimtohrli distance (psychoacoustic; 0 means no difference) of the worse channel, times 1e5;
- nmr: noise-to-mask ratio in Bark bands in dB; the noise is the part of the difference that a gain moving over 200 ms cannot
  explain;
- chord: for bass notes under a held chord, the level in dB of everything in the chord's frequency range except the chord itself.

The music is synthesised (`sound_signals.py`); `--clips` adds FLAC or WAV files, of which 8 seconds are used, from the sixth
second on. The compared limiters are ffmpeg's alimiter at four times the rate with five releases, and x42 dpl. Their figures do
not depend on this project, so they are kept in build/bench-sound/peers.json. `make bench-sound` installs what is needed.
"""

import argparse
import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyloudnorm
from scipy.signal import firwin, oaconvolve, resample_poly

from dsp_ext.limiter.limiter import Limiter
from dsp_ext.settings import LIMITER_STYLES
from tests.support.paths import DOCS, ROOT
from tests.support.plots import write_svg
from tests.support.true_peak_oracle import BS1770, peak_db

from .sound_signals import CHORD_HZ, KINDS, RATE_HZ, bass_and_chord

CEILING_DB = -1.0
TARGETS_LUFS = (-14.0, -11.0, -9.0, -8.0, -7.0)
CHORD_TARGETS_LUFS = (-10.0, -8.0)
RELEASES_MS = (5, 10, 20, 50, 100)
MOST_GAIN_DB = 24.0
PEERS = ROOT / "build/bench-sound/peers.json"
DPL = "http\\\\://gareus.org/oss/lv2/dpl#stereo"
METER = pyloudnorm.Meter(RATE_HZ, filter_class="DeMan")


def decibels(x) -> float:
    return 20 * np.log10(max(float(x), 1e-12))


# -- limiters: sound, gain in dB, ceiling in dB -> sound --------------------------------------------------------------


def ffmpeg(x, filters: str) -> np.ndarray:
    raw = ["-f", "f64le", "-ar", str(RATE_HZ)]
    command = ["ffmpeg", "-v", "error", *raw, "-ac", "2", "-i", "-", "-af", filters, *raw, "-"]
    run = subprocess.run(command, input=x.astype("<f8").tobytes(), capture_output=True, check=True)
    return np.frombuffer(run.stdout, "<f8").reshape(-1, 2)


def alimiter(release_ms: int):
    def run(x, gain_db, ceiling_db):
        up, down = (f"aresample={rate}:precision=28" for rate in (4 * RATE_HZ, RATE_HZ))
        limit = f"alimiter=limit={10 ** (ceiling_db / 20):.9f}:attack=5:release={release_ms}:level=disabled:latency=1"
        return ffmpeg(x, f"volume={gain_db}dB:precision=double,{up},{limit},{down}")

    return run


def dpl(x, gain_db, ceiling_db):
    return ffmpeg(x, f"lv2=p={DPL}:c=gain={gain_db}|threshold={ceiling_db}|release=0.05|truepeak=1")


def burnish(style: str):
    def run(x, gain_db, ceiling_db):
        limiter = Limiter(RATE_HZ)
        limiter.set(gain_db=gain_db, ceiling_dbtp=ceiling_db, style=style, settle=True)
        start = RATE_HZ // 5
        y = np.zeros((2, start + len(x) + limiter.latency), np.float32)
        y[:, start : start + len(x)] = x.T
        limiter.process(y)
        return y[:, start + limiter.latency :].T.astype(np.float64)

    return run


OURS = {style: burnish(style) for style in LIMITER_STYLES}
OTHERS = {f"alimiter {ms}": alimiter(ms) for ms in RELEASES_MS} | {"dpl": dpl}


def matched(limiter, x, target_lufs: float):
    """Returns output, gain and loudness. The secant method finds the gain; the ceiling is lowered by the measured excess."""
    ceiling, gain = CEILING_DB, target_lufs - METER.integrated_loudness(x)
    for _ in range(3):
        seen = []
        for _ in range(8):
            y = limiter(x, round(float(gain), 3), round(float(ceiling), 3))
            loudness = METER.integrated_loudness(y)
            seen.append((gain, loudness))
            if abs(loudness - target_lufs) < 0.05:
                break
            slope = 1.0
            if len(seen) > 1 and abs(seen[-1][0] - seen[-2][0]) > 1e-3:
                slope = (seen[-1][1] - seen[-2][1]) / (seen[-1][0] - seen[-2][0])
            gain = min(MOST_GAIN_DB, gain + (target_lufs - loudness) / min(1.0, max(0.2, slope)))
        over = peak_db(y.T, BS1770) - CEILING_DB
        if over <= 0.03:
            break
        ceiling -= over
    return y, gain, loudness


# -- figures -------------------------------------------------------------------------------------------------------------


def aligned(x, y):
    """Both signals, without the delay between them."""
    size = 1 << int(np.ceil(np.log2(2 * max(len(x), len(y)))))
    likeness = np.fft.irfft(np.fft.rfft(y[:, 0], size) * np.conj(np.fft.rfft(x[:, 0], size)), size)
    lag = int(np.argmax(likeness))
    lag -= size if lag > size // 2 else 0
    y = y[lag:] if lag > 0 else np.concatenate([np.zeros((-lag, 2)), y])
    frames = min(len(x), len(y))
    return x[:frames], y[:frames]


def band_powers(x, size=2048):
    """Power in 25 Bark bands up to 16 kHz for each half-overlapping window."""
    hz = np.arange(size // 2 + 1) * RATE_HZ / size
    bark = np.minimum((13 * np.arctan(0.00076 * hz) + 3.5 * np.arctan((hz / 7500) ** 2)).astype(int), 24)
    windows = np.lib.stride_tricks.sliding_window_view(x, size)[: -1 : size // 2]
    power = np.abs(np.fft.rfft(windows * np.hanning(size), axis=1)) ** 2
    return np.stack([power[:, (bark == band) & (hz < 16000)].sum(1) for band in range(25)], axis=1)


def noise_to_mask_db(x, y) -> float:
    """The mask is the music's power, spread by 25 dB per Bark downwards and 10 dB upwards, minus 6.5 dB and minus the number of
    the band in dB."""
    half = RATE_HZ // 10
    window = np.hanning(2 * half + 1)[:-1]
    gain = oaconvolve((x * y).sum(1), window, "same") / (oaconvolve((x * x).sum(1), window, "same") + 1e-9)
    i, j = np.mgrid[:25, :25]
    spread = 10 ** (-np.where(j < i, 25 * (i - j), 10 * (j - i)) / 10)
    ratios = []
    for channel in range(2):
        music, noise = band_powers(gain * x[:, channel]), band_powers(y[:, channel] - gain * x[:, channel])
        mask = np.maximum(music @ spread * 10 ** (-(6.5 + np.arange(25)) / 10), 1e-9)
        loud = music.sum(1) > music.sum(1).mean() * 1e-3
        ratios.append(noise[loud] / mask[loud])
    return float(10 * np.log10(np.concatenate(ratios).mean()))


def zimtohrli(x, y) -> float:
    from zimtohrli import Pyohrli

    judge, level = Pyohrli(), (x * y).sum() / (x * x).sum()
    pairs = (
        (np.ascontiguousarray(level * x[:, c], np.float32), np.ascontiguousarray(y[:, c], np.float32)) for c in range(2)
    )
    return 1e5 * max(judge.distance(a, b) for a, b in pairs)


def chord_residue_db(x, y, size=1920) -> float:
    """The chord is fitted in windows of 40 ms, with amplitudes that change linearly. The residue is everything else from 600 Hz
    to 4 kHz."""
    sound = oaconvolve(y[:, 0], firwin(4001, [600, 4000], fs=RATE_HZ, pass_zero=False), "same")
    window, slope = np.hanning(size), np.linspace(-1, 1, size)[:, None]
    ratios = []
    for begin in range(RATE_HZ // 2, len(sound) - size, size // 2):
        t = (begin + np.arange(size)) / RATE_HZ
        tones = np.stack([wave(2 * np.pi * hz * t) for hz in CHORD_HZ for wave in (np.sin, np.cos)], axis=1)
        basis = np.concatenate([tones, tones * slope], axis=1) * window[:, None]
        piece = sound[begin : begin + size] * window
        fit = basis @ np.linalg.lstsq(basis, piece, rcond=None)[0]
        ratios.append(((piece - fit) ** 2).sum() / ((fit**2).sum() + 1e-20))
    return float(10 * np.log10(np.mean(ratios)))


def figures(name: str, x, tool, target_lufs: float) -> dict[str, float]:
    """Gain, loudness, and the figures of the comparison."""
    y, gain_db, lufs = matched(tool, x, target_lufs)
    x, y = aligned(x, y)
    row = {"gain": float(gain_db), "lufs": float(lufs)}
    if name == "chord":
        row["chord"] = chord_residue_db(x, y)
    else:
        row |= {"zim": zimtohrli(x, y), "nmr": noise_to_mask_db(x, y)}
    return {key: round(value, 2) for key, value in row.items()}


# -- the table -----------------------------------------------------------------------------------------------------------


def clip(path: Path) -> np.ndarray:
    import soundfile

    x, rate = soundfile.read(path, always_2d=True)
    x = x[6 * rate : 14 * rate]
    if rate != RATE_HZ:
        step = np.gcd(rate, RATE_HZ)
        x = resample_poly(x, RATE_HZ // step, rate // step, window=("kaiser", 14.0))
    return x


def material(clips: Path | None) -> dict[str, np.ndarray]:
    """All music by name. The name of a clip is the first word of its file name."""
    found = {name: make() for name, make in KINDS.items()} | {"chord": bass_and_chord()}
    if clips is not None:
        found |= {p.stem.split("-")[0]: clip(p) for p in sorted(clips.iterdir()) if p.suffix in (".flac", ".wav")}
    return found


def measured(sounds: dict[str, np.ndarray], targets) -> dict[str, dict]:
    """Rows by "music|target|tool". Known results of other limiters are read from PEERS."""
    PEERS.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(PEERS.read_text()) if PEERS.exists() else {}
    rows = {}
    for name, x in sounds.items():
        for target in CHORD_TARGETS_LUFS if name == "chord" else targets:
            if METER.integrated_loudness(x) > target + 0.5:
                continue
            for tool, run in (OURS | OTHERS).items():
                key = f"{name}|{target:g}|{tool}"
                if tool in OURS or key not in known:
                    known[key] = figures(name, x, run, target)
                rows[key] = known[key]
                print(key, rows[key], flush=True)
            PEERS.write_text(json.dumps({k: v for k, v in known.items() if k.split("|")[2] in OTHERS}, indent=0))
    return rows


def reached(row: dict, target: float) -> bool:
    return abs(row["lufs"] - target) < 0.1 and row["gain"] <= MOST_GAIN_DB


def table(rows: dict[str, dict]) -> str:
    """The table in Markdown: the gain and the figures of each style, and the best figure of all compared limiters that reach
    the target, each with its own best setting."""
    out = [
        "| music, LUFS | " + " | ".join(LIMITER_STYLES) + " | best other limiter |",
        "|---|" + "---|" * (len(LIMITER_STYLES) + 1),
    ]
    for place in dict.fromkeys(key.rsplit("|", 1)[0] for key in rows):
        name, target = place.split("|")[0], float(place.split("|")[1])
        cells = []
        for style in LIMITER_STYLES:
            row = rows[f"{place}|{style}"]
            marks = " / ".join(f"{row[f]:.1f}" for f in ("zim", "nmr", "chord") if f in row)
            cells.append(f"{marks} ({row['gain']:.1f} dB)" if reached(row, target) else f"reaches {row['lufs']:.1f}")
        there = [rows[f"{place}|{tool}"] for tool in OTHERS]
        there = [row for row in there if reached(row, target)]
        best = " / ".join(
            f"{min(row[f] for row in there):.1f}" for f in ("zim", "nmr", "chord") if there and f in there[0]
        )
        out.append(f"| {name}, {target:g} | " + " | ".join(cells) + f" | {best or 'none reaches it'} |")
    return "\n".join(out) + "\n"


def frontier(rows: dict[str, dict]) -> None:
    """docs/plots/limiter_frontier.svg: the mean log2 ratio of the Zimtohrli distance to that of the best other limiter, over
    the chord figure at -8 LUFS."""

    def distance(tool):
        ratios = []
        for place in {key.rsplit("|", 1)[0] for key in rows if "zim" in rows[key]}:
            there = [rows[f"{place}|{peer}"]["zim"] for peer in OTHERS]
            ratios.append(np.log2((rows[f"{place}|{tool}"]["zim"] + 0.1) / (min(there) + 0.1)))
        return np.mean(ratios)

    def draw(axes):
        for tool in OURS | OTHERS:
            at = rows[f"chord|-8|{tool}"]["chord"], distance(tool)
            axes.plot(*at, "o" if tool in OURS else "x")
            axes.annotate(tool, at, xytext=(4, 3), textcoords="offset points")
        axes.set(xlabel="chord residue at -8 LUFS, dB", ylabel="Zimtohrli distance relative to the best other limiter, octaves",
                 title="Lower and further left changes the music less")  # fmt: skip

    write_svg(SimpleNamespace(getoption=lambda _: True), "limiter_frontier", draw)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--clips", type=Path, metavar="FOLDER", help="folder of real music to use in addition to the synthesised music"
    )
    parser.add_argument(
        "--music", nargs="+", metavar="NAME", help="use only these pieces, for example drums, organ, chord"
    )
    parser.add_argument("--quick", action="store_true", help="-14 and -8 LUFS only")
    parser.add_argument("--write-docs", action="store_true", help="write docs/LIMITER.md and its plot")
    options = parser.parse_args()
    sounds = material(options.clips)
    sounds = {name: sounds[name] for name in options.music or sounds}
    rows = measured(sounds, (-14.0, -8.0) if options.quick else TARGETS_LUFS)
    text = table(rows)
    print(text)
    if options.write_docs:
        document = DOCS / "LIMITER.md"
        begin, end = "<!-- table: make bench-sound -->\n", "<!-- end of table -->"
        before, rest = document.read_text().split(begin)
        document.write_text(before + begin + text + end + rest.split(end)[1])
        frontier(rows)


if __name__ == "__main__":
    main()
