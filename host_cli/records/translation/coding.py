"""What real encoders do to a recording: true peak after decoding, bandwidth, and what is lost."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsp_ext.meters import measure
from host_cli.errors import USAGE, CliFail
from host_cli.records.codecs import CODECS, Codec, decode, encode
from host_cli.render import AudioWriter

#: What is tried if nothing else is asked for: codec and kbit/s.
USUAL = "mp3:128,mp3:320,aac:128,aac:256,opus:96,opus:160,vorbis:160"
#: The range of bit rates that can be asked for.
KBPS = (32, 510)


@dataclass(frozen=True)
class Coded:
    """`peak_dbtp`: after decoding. `bandwidth_hz`: up to where the level stays within 12 dB of the recording's. `lost_db`: level of
    the difference relative to the recording. `samples`, `lost`: what is heard, and the difference."""

    codec: Codec
    kbps: int
    peak_dbtp: float | None
    bandwidth_hz: float
    lost_db: float
    samples: np.ndarray
    lost: np.ndarray

    @property
    def name(self) -> str:
        """For tables and file names."""
        return f"{self.codec.name} {self.kbps}"


def wanted(text: str) -> list[tuple[Codec, int]]:
    """The codecs of a list such as "mp3:128,aac". Raises CliFail."""
    found = []
    for part in (part.strip() for part in text.split(",")):
        if part in ("", "none"):
            continue
        name, _, rate = part.partition(":")
        if name not in CODECS or not (rate == "" or (rate.isdigit() and KBPS[0] <= int(rate) <= KBPS[1])):
            raise CliFail(
                f"--codecs cannot be {part!r}: write {', '.join(CODECS)}, with :KBPS from {KBPS[0]} to {KBPS[1]}", USAGE
            )
        found.append((CODECS[name], int(rate) if rate else CODECS[name].kbps))
    return found


def coded(samples: np.ndarray, rate_hz: int, codecs: list[tuple[Codec, int]]) -> list[Coded]:
    """Encode and decode `samples` (float32, shape (2, frames)) with each codec. Raises CliFail."""
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        source = Path(folder) / "source.wav"
        with AudioWriter(source, rate_hz, "24", samples.shape[1]) as writer:
            writer.write(samples)
        return [_coded(samples, rate_hz, source, *row) for row in codecs]


def _coded(samples: np.ndarray, rate_hz: int, source: Path, codec: Codec, kbps: int) -> Coded:
    target = source.with_name(f"copy{codec.suffix}")
    encode(source, target, codec, kbps)
    back = _fitted(decode(target, rate_hz), samples.shape[1])
    lost = back - samples
    power = float(np.mean(samples.astype(np.float64) ** 2))
    ratio = 10 * np.log10((np.mean(lost.astype(np.float64) ** 2) + 1e-15) / (power + 1e-15))
    return Coded(
        codec,
        kbps,
        measure(back, rate_hz)["max_tp_dbtp"],
        bandwidth_hz(samples, back, rate_hz),
        float(ratio),
        back,
        lost,
    )


def _fitted(back: np.ndarray, frames: int) -> np.ndarray:
    """Cut or padded to `frames`: AAC adds frames at the end."""
    return np.ascontiguousarray(np.pad(back[:, :frames], ((0, 0), (0, max(0, frames - back.shape[1])))))


def bandwidth_hz(before: np.ndarray, after: np.ndarray, rate_hz: int) -> float:
    """The highest frequency up to which the level stays within 12 dB, in steps of 250 Hz from 2 kHz on."""
    hz = np.arange(2000.0, min(22_000, 0.48 * rate_hz), 250.0)
    levels = [_density(x, rate_hz, hz) for x in (before, after)]
    kept = levels[1] >= levels[0] - 12
    return float(hz[np.flatnonzero(kept)[-1]]) if kept.any() else 0.0


def _density(samples: np.ndarray, rate_hz: int, hz: np.ndarray) -> np.ndarray:
    length = 1 << round(np.log2(rate_hz / 50))
    starts = np.linspace(0, max(0, samples.shape[1] - length), 400).astype(int)
    window = np.hanning(length)
    total = np.zeros(length // 2 + 1)
    for start in starts:
        part = samples[:, start : start + length]
        total += np.sum(np.abs(np.fft.rfft(part * window[: part.shape[1]], length, axis=1)) ** 2, axis=0)
    return 10 * np.log10(np.interp(hz, np.fft.rfftfreq(length, 1 / rate_hz), total) + 1e-15)


def ceiling_dbtp(figures: dict, found: list[Coded]) -> float | None:
    """The highest ceiling, in steps of 0.1 dB, with which no decoded copy would exceed 0 dBTP; None without figures.

    It assumes that a lower ceiling lowers decoded peaks by as much, which is nearly so for the same limiter settings."""
    peaks = [c.peak_dbtp for c in found if c.peak_dbtp is not None]
    if figures["max_tp_dbtp"] is None or not peaks:
        return None
    rise = max(peak - figures["max_tp_dbtp"] for peak in peaks)
    return float(np.floor(min(0.0, -rise) * 10 + 1e-9) / 10)
