"""How loud each song becomes: one gain for the album, one for each song, or those of the presets."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from firmware.contract import params
from host_cli.errors import REFUSED, CliFail
from host_cli.render import OutOfReach, find_gain

from .model import Album
from .runs import Run, Workers, runs
from .source import GAIN, Source

#: The absolute gate of BS.1770.
_ABSOLUTE_LUFS = -70.0


@dataclass(frozen=True)
class Level:
    """What a song gets: `gain_db` is added to the limiter gain of its preset; `why` says it in words; figures of `runs.KEPT`."""

    gain_db: float
    why: str
    before: dict
    after: dict


def levelled(
    album: Album, found: Sequence[Source], workers: Workers, progress: Callable[[int], None]
) -> tuple[list[Run], list[Level]]:
    """The runs with their final gains, all rendered, and the level of each song. Raises CliFail."""
    plan = album.loudness
    logged = next((source.song for source in found if source.song.run_log), None)
    if plan.mode != "manual" and logged:
        raise logged.place.at("run_log").error('a run log keeps its gain: write mode = "manual" in [loudness]')
    trims = [source.song.trim_db for source in found]
    search = {"manual": _manual, "song": _by_song, "preset": _by_preset, "album": _by_album}[plan.mode]
    gains, reasons = search(album, found, trims, workers)
    _check_range(found, gains)
    final = runs(found, gains)
    figures = workers.measured(final, progress)
    levels = [Level(g, why, row["before"], row["after"]) for g, why, row in zip(gains, reasons, figures, strict=True)]
    return final, levels


def _manual(album: Album, found, trims, workers) -> tuple[list[float], list[str]]:
    return trims, [f"trim {trim:+.1f} dB" if trim else "as its preset is" for trim in trims]


def _by_song(album: Album, found, trims, workers) -> tuple[list[float], list[str]]:
    rows = [_to(s, album.loudness.target_lufs, trim, workers, "target") for s, trim in zip(found, trims, strict=True)]
    return [gain for gain, _ in rows], [why for _, why in rows]


def _by_preset(album: Album, found, trims, workers) -> tuple[list[float], list[str]]:
    """The target of each preset; songs without one are as in the mode `manual`."""
    gains, reasons = _manual(album, found, trims, workers)
    for n, source in enumerate(found):
        if source.target_lufs is not None:
            gains[n], reasons[n] = _to(source, source.target_lufs, trims[n], workers, f"target of {source.preset}")
    return gains, reasons


def _to(source: Source, target_lufs: float, trim_db: float, workers: Workers, what: str) -> tuple[float, str]:
    """(gain, reason) of a song that reaches a target plus its trim."""
    target = target_lufs + trim_db

    def loudness(gain_db: float) -> float | None:
        return workers.measured(runs([source], [gain_db]), _quiet, keep=False)[0]["after"]["integrated_lufs"]

    gain = _found(loudness, [source], [0.0], target, f"song {source.number} ({source.song.texts.title})")
    more = f" ({what} and trim {trim_db:+.1f} dB)" if trim_db else "" if what == "target" else f" ({what})"
    return gain, f"to {target:.1f} LUFS{more}"


def _by_album(album: Album, found, trims, workers) -> tuple[list[float], list[str]]:
    plan, loudest = album.loudness, 0

    def loudness(gain_db: float) -> float | None:
        nonlocal loudest
        rows = workers.measured(runs(found, [gain_db + trim for trim in trims]), _quiet, keep=False)
        values = [row["after"]["integrated_lufs"] for row in rows]
        known = [(value, n) for n, value in enumerate(values) if value is not None]
        if not known:
            return None
        loudest = max(known)[1]
        return max(known)[0] if plan.reference == "loudest" else album_lufs([row["after"] for row in rows])

    common = _found(loudness, found, trims, plan.target_lufs, "the album")
    what = f"song {loudest + 1} is the loudest" if plan.reference == "loudest" else "the whole album"
    reason = f"one gain for the album: {what}, at {plan.target_lufs:.1f} LUFS"
    return [common + trim for trim in trims], [reason + (f"; trim {trim:+.1f} dB" if trim else "") for trim in trims]


def album_lufs(figures: list[dict]) -> float | None:
    """Integrated loudness of all songs together: the gates of BS.1770 applied to the gating blocks of all of them. Gaps and the
    blocks across a join are not counted."""
    blocks = np.array([lufs for row in figures for lufs in row["blocks_lufs"]])
    power = 10 ** (blocks[blocks > _ABSOLUTE_LUFS] / 10)
    if not power.size:
        return None
    return 10 * math.log10(power[power > power.mean() / 10].mean())


def _found(loudness, found: Sequence[Source], trims: Sequence[float], target_lufs: float, what: str) -> float:
    """The gain that gives the target, within what `limiter.gain_db` allows for every song. Raises CliFail."""
    param = params.find(GAIN)
    own = [source.values[GAIN] + trim for source, trim in zip(found, trims, strict=True)]
    low, high = param.low - min(own), param.high - max(own)
    try:
        return find_gain(loudness, min(max(0.0, low), high), low, high, target_lufs)
    except OutOfReach as end:
        reached = "its loudness cannot be measured" if end.lufs is None else f"the nearest is {end.lufs:.1f} LUFS"
        raise CliFail(
            f"{what} cannot reach {target_lufs:g} LUFS with {GAIN} from {param.low:g} to {param.high:g} dB: {reached}; change the "
            "target, the ceiling or the trim", REFUSED,
        ) from None  # fmt: skip


def _check_range(found: Sequence[Source], gains: Sequence[float]) -> None:
    param = params.find(GAIN)
    for source, gain_db in zip(found, gains, strict=True):
        value = source.values[GAIN] + gain_db
        if not param.low - 1e-9 <= value <= param.high + 1e-9:
            raise CliFail(
                f"song {source.number} ({source.song.texts.title}): {GAIN} would be {value:.1f} dB; allowed is {param.allowed}: "
                "give a smaller trim_db", REFUSED,
            )  # fmt: skip


def _quiet(frames: int) -> None:
    """No progress: a search does not know how long it takes."""
