"""The delivery for a record: one file per side with a cue sheet, and a report for the cutting engineer."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from host_cli.records.album import Mastered, Timeline, dithered, resampled
from host_cli.records.formats import Disc, Track, cue, msf

from .manifest import Manifest
from .sides import DISCS, Side, divided
from .wave_file import write_wave

#: Below this the sides of the groove must be in phase, in Hz; sibilance and the top are measured above the others.
BASS_HZ, SIBILANCE_HZ, TOP_HZ = 150.0, (5000.0, 12000.0), 15000.0
#: What is reported: bass whose side is above its mid by this, sibilance and top above these levels relative to the whole, in dB.
BASS_SIDE_DB, SIBILANCE_DB, TOP_DB = -6.0, -6.0, -14.0
#: Quieter windows are not judged, in dBFS.
_QUIET_DBFS = -40.0
_WINDOW_S = 0.37
#: Most places that are listed for each risk.
_LISTED = 12


def write(
    done: Mastered, folder: Path, manifest: Manifest, rate_hz: int, bits: str, dither: str, disc: str
) -> list[str]:
    """Write the sides and the report; returns remarks. Raises CliFail."""
    whole = done.at_rate(rate_hz)
    sides = divided(whole.timeline, disc)
    remarks, parts = [], []
    for side in sides:
        part = whole.part(side.first, side.last)
        timeline = part.timeline if rate_hz == part.rate_hz else part.timeline.at(rate_hz)
        risks = Risks(rate_hz)
        blocks = risks.watched(resampled(part.blocks(), part.rate_hz, rate_hz, timeline.frames))
        blocks = dithered(blocks, rate_hz, int(bits), dither) if bits in ("16", "24") else blocks
        name = f"Side {side.name}.wav"
        figures = write_wave(folder / name, rate_hz, bits, timeline.frames, blocks)
        manifest.claim(name, figures, "")
        sheet = cue.cue(_layout(done, timeline), name, "WAVE", remarks=(f"Side {side.name}",))
        (folder / f"Side {side.name}.cue").write_text(sheet, encoding="utf-8")
        parts.append(_side_text(side, timeline, figures, risks, disc))
        remarks += _too_long(side, timeline, disc)
        remarks += [f"side {side.name}: {text}" for text in risks.sentences()]
    head = f"{done.album.texts.artist}: {done.album.texts.title}".removeprefix(": ")
    (folder / "vinyl.txt").write_text(
        f"SIDES FOR CUTTING\n\n{head}, {disc.replace('-', ' inch, ')} rpm\n\n" + "\n".join(parts), encoding="utf-8"
    )
    return remarks


def _layout(done: Mastered, timeline: Timeline) -> Disc:
    """The marks of a side in CD sectors, which is the resolution of CUE sheets."""

    def sector(frame: int) -> int:
        return frame * msf.SECTORS_PER_S // timeline.rate_hz

    tracks = tuple(
        Track(
            tuple(map(sector, p.indexes)),
            None,
            p.song.isrc,
            {"title": p.song.texts.title, "performer": done.album.artist(p.song)},
        )
        for p in timeline.placed
    )
    return Disc(
        tracks, sector(timeline.frames), "", {"title": done.album.texts.title, "performer": done.album.texts.artist}
    )


def _too_long(side: Side, timeline: Timeline, disc: str) -> list[str]:
    ideal, most = DISCS[disc]
    seconds = timeline.frames / timeline.rate_hz
    if seconds > most:
        return [f"side {side.name} lasts {_clock(seconds)}, longer than the {_clock(most)} that a {disc} disc holds"]
    return (
        [f"side {side.name} lasts {_clock(seconds)}: beyond {_clock(ideal)} it must be cut more quietly"]
        if seconds > ideal
        else []
    )


def _side_text(side: Side, timeline: Timeline, figures: dict, risks: "Risks", disc: str) -> str:
    lines = [
        f"Side {side.name}: {_clock(timeline.frames / timeline.rate_hz)} (ideal {_clock(DISCS[disc][0])}, at most {_clock(DISCS[disc][1])})"
    ]
    lufs, peak = figures["integrated_lufs"], figures["max_tp_dbtp"]
    lines.append(f"  {'–' if lufs is None else f'{lufs:.1f}'} LUFS, {'–' if peak is None else f'{peak:.1f}'} dBTP")
    lines += [
        f"  {p.number:>2}  {_clock(p.start / timeline.rate_hz)}  {_clock(p.frames / timeline.rate_hz)}  {p.song.texts.title}"
        for p in timeline.placed
    ]
    return (
        "\n".join([*lines, *(f"  {text}" for text in risks.sentences() or ["no risk found in bass, sibilance or top"])])
        + "\n"
    )


def _clock(seconds: float) -> str:
    return f"{int(seconds + 0.5) // 60}:{int(seconds + 0.5) % 60:02d}"


class Risks:
    """Looks for what a groove cannot hold: bass out of phase, strong sibilance, much energy at the top."""

    def __init__(self, rate_hz: int):
        self._rate_hz = rate_hz
        self._length = round(_WINDOW_S * rate_hz)
        self._rest = np.zeros((2, 0), np.float32)
        self._at = 0
        #: Times in s by kind of risk, and the worst value in dB of each.
        self.found: dict[str, list[float]] = {"bass": [], "sibilance": [], "top": []}
        self.worst = dict.fromkeys(self.found, -np.inf)
        hz = np.fft.rfftfreq(self._length, 1 / rate_hz)
        self._bass = (hz > 20) & (hz < BASS_HZ)
        self._sibilant = (hz >= SIBILANCE_HZ[0]) & (hz < SIBILANCE_HZ[1])
        self._top = (hz >= TOP_HZ) & (hz < 20_000)
        self._window = np.hanning(self._length + 1)[:-1]

    def watched(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Passes blocks on and examines them."""
        for block in blocks:
            self._rest = np.concatenate([self._rest, block], axis=1)
            while self._rest.shape[1] >= self._length:
                self._examine(self._rest[:, : self._length])
                self._rest = self._rest[:, self._length :]
                self._at += self._length
            yield block

    def _examine(self, piece: np.ndarray) -> None:
        if 10 * np.log10(np.mean(piece.astype(np.float64) ** 2) + 1e-20) < _QUIET_DBFS:
            return
        left, right = np.fft.rfft(piece * self._window, axis=1)
        mid, side = np.abs(left + right) ** 2, np.abs(left - right) ** 2
        total = (mid + side).sum()
        bass_mid, bass_side = mid[self._bass].sum(), side[self._bass].sum()
        if bass_mid + bass_side > 0.02 * total:
            self._note("bass", bass_side, bass_mid, BASS_SIDE_DB)
        self._note("sibilance", (mid + side)[self._sibilant].sum(), total, SIBILANCE_DB)
        self._note("top", (mid + side)[self._top].sum(), total, TOP_DB)

    def _note(self, kind: str, power: float, reference: float, limit_db: float) -> None:
        level_db = 10 * np.log10((power + 1e-20) / (reference + 1e-20))
        self.worst[kind] = max(self.worst[kind], float(level_db))
        if level_db > limit_db:
            self.found[kind].append(self._at / self._rate_hz)

    def sentences(self) -> list[str]:
        """What was found, with times."""
        texts = {
            "bass": f"bass below {BASS_HZ:g} Hz is wide or out of phase (side {self.worst['bass']:+.1f} dB to mid at worst): set stereo.mono = true in its preset",
            "sibilance": f"strong sibilance ({self.worst['sibilance']:+.1f} dB of the whole at worst): de-ess, or cut more quietly",
            "top": f"much energy above {TOP_HZ / 1000:g} kHz ({self.worst['top']:+.1f} dB of the whole at worst)",
        }
        found = []
        for kind, times in self.found.items():
            if times:
                shown = ", ".join(_clock(t) for t in times[:_LISTED])
                found.append(
                    f"{texts[kind]}; at {shown}{f' and {len(times) - _LISTED} more places' if len(times) > _LISTED else ''}"
                )
        return found
