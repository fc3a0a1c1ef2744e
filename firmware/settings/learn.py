"""Learn: sets the gain into the limiter so that the music that plays reaches a loudness.

The box listens, sets the gain, listens again, and corrects it once, because a limiter that works harder gains less loudness than its
gain was raised. The two listenings hear different parts of a song. Therefore the second one is not compared with the first. It
measures how much louder the chain now makes music of each level; that is applied to all blocks of both listenings, and their
integrated loudness is compared with the target.

Loudness is that of ITU-R BS.1770: blocks of 400 ms that overlap by 75 %, gated at -70 LUFS and 10 LU below the mean of what is left.
Time is counted in rows of meters (10 ms), not by a clock.
"""

import threading
from dataclasses import dataclass, replace

import numpy as np

from firmware.contract import BY_ID, BoxError, protocol

from .store import Store

GAIN, ENABLED = "limiter.gain_db", "limiter.enabled"
#: The columns of the meters that `Learn` reads: momentary loudness (400 ms) at the input and the output of the chain.
COLUMNS = ("in_momentary_lufs", "out_momentary_lufs")
ROWS_PER_S = 100
#: Every so many rows begins a block.
HOP_ROWS = 10
#: The part of a listening that must contain sound, and the level from which sound counts, in LUFS.
LEAST_SOUND, AUDIBLE_LUFS = 0.5, -60.0
#: Without any sound for this long, a listening ends.
PATIENCE_S = 5.0
#: After a change of the gain the window of 400 ms, the ramp and the release of the limiter must pass, in seconds.
SETTLE_S = 2.0
#: The largest change of the gain, in dB.
LARGEST_DB = 24.0
#: The least and the most loudness that 1 dB of gain is assumed to bring, in LU.
SLOPES = (0.25, 1.0)
#: A smaller distance from the target is not corrected, in LU.
WORTH_LU = 0.05
#: What must be off while the box listens, because the output is not the master otherwise, and its name for people.
_MUST_BE_OFF = {
    "chain.bypass": "the bypass", "chain.mute": "the mute", "chain.match": "the loudness match", "limiter.delta": "delta listening",
    "limiter.unity_listen": "unity listening", "eq.solo": "the solo of the EQ",
    **{f"multiband.b{n}.{what}": f"the {what} of band {n}" for n in range(1, 6) for what in ("solo", "mute")},
}  # fmt: skip

IDLE, LISTENING, CHECKING, DONE, STOPPED = "idle", "listening", "checking", "done", "stopped"
#: Why it stopped.
SILENCE, TOO_FAR, DISTURBED, ASKED = "silence", "too far", "disturbed", "asked"


@dataclass(frozen=True)
class Learning:
    """The state: `phase` is one of the words above, `text` a sentence about it; `reason` is why it stopped. Loudness in LUFS, gains in dB; `left_s` is the time that
    the box still listens. `expected_lufs` is the loudness with the new gain, `within_lu` how far the rest of the song is likely to
    be from it, both 0 before the end."""

    phase: str = IDLE
    text: str = "the box is not learning"
    reason: str = ""
    left_s: float = 0.0
    target_lufs: float = 0.0
    before_db: float = 0.0
    gain_db: float = 0.0
    heard_lufs: float = 0.0
    expected_lufs: float = 0.0
    within_lu: float = 0.0

    @property
    def under_way(self) -> bool:
        """Whether the box listens."""
        return self.phase in (LISTENING, CHECKING)


class Learn:
    """`read()` returns the rows of meters since its last call, shape (n, 2), in the order of COLUMNS. `latency_rows()` is the latency of
    the chain in rows. Thread-safe: panel, link and ticks may call it. [control]"""

    def __init__(self, store: Store, read, latency_rows=lambda: 0):
        self._store = store
        self._read = read
        self._latency_rows = latency_rows
        self._lock = threading.RLock()
        self._state = Learning()
        self._seconds = 0.0
        self._skip = 0
        self._rows: list[np.ndarray] = []
        self._first: np.ndarray | None = None  # the blocks of the first listening, shape (n, 2)
        self._disturbed = ""  # what somebody else changed meanwhile
        store.subscribe(self._notice)

    @property
    def state(self) -> Learning:
        """The state now."""
        return self._state

    def start(self, target_lufs: float, seconds: float) -> Learning:
        """Begin to listen, twice for `seconds`. Raises BoxError if something prevents it."""
        with self._lock:
            if self._state.under_way:
                raise BoxError("the box is learning already: wait, or stop it with `burnish learn --stop`", name="busy")
            values = self._store.snapshot()
            if hindering := [name for id, name in _MUST_BE_OFF.items() if values[id]]:
                raise BoxError(f"the box cannot learn while {hindering[0]} is on: switch it off first")
            self._seconds, self._first, self._disturbed = seconds, None, ""
            gain_db = values[GAIN]
            self._state = Learning(
                LISTENING, left_s=2 * seconds, target_lufs=target_lufs, before_db=gain_db, gain_db=gain_db
            )
            self._listen(LISTENING, 0.5)
            return self._state

    def stop(self) -> Learning:
        """Stop listening. What has been set stays."""
        with self._lock:
            if self._state.under_way:
                self._end(ASKED, "learning was stopped")
            return self._state

    def tick(self) -> None:
        """Take what has been heard, and go on when it is enough. Call this several times a second."""
        with self._lock:
            rows = self._read()
            if not self._state.under_way:
                return
            if self._disturbed:
                return self._end(DISTURBED, f"learning was stopped, because {self._disturbed} changed; learn again")
            skipped = min(self._skip, len(rows))
            self._skip -= skipped
            self._rows.append(rows[skipped:])
            heard = sum(map(len, self._rows))
            later = self._seconds + SETTLE_S if self._state.phase == LISTENING else 0.0
            left_s = self._skip / ROWS_PER_S + self._seconds - heard / ROWS_PER_S + later
            self._state = replace(self._state, left_s=max(left_s, 0.0), text=f"listening, {max(left_s, 0):.0f} s left")
            if heard >= (self._seconds * ROWS_PER_S) + self._latency_rows():
                self._enough()
            elif heard > PATIENCE_S * ROWS_PER_S and _sounding(self._heard()) == 0:
                self._end(SILENCE, f"{self._kept}: no sound for {PATIENCE_S:.0f} s; play the song and learn again")

    # -- the steps -------------------------------------------------------------------------------------------------

    def _listen(self, phase: str, settle_s: float) -> None:
        self._read()  # what was heard before does not count
        self._rows, self._skip = [], round(settle_s * ROWS_PER_S) + self._latency_rows()
        self._state = replace(self._state, phase=phase, text="listening")

    def _heard(self) -> np.ndarray:
        """The blocks of this listening, shape (n, 2); the input is delayed by the latency of the chain."""
        rows, late = np.concatenate(self._rows), self._latency_rows()
        aligned = np.stack([rows[: len(rows) - late, 0], rows[late:, 1]], axis=1)
        return np.maximum(np.nan_to_num(aligned[::HOP_ROWS], neginf=-150.0), -150.0)

    @property
    def _kept(self) -> str:
        return "nothing was changed" if self._state.phase == LISTENING else "the first correction stays"

    def _enough(self) -> None:
        blocks, state = self._heard(), self._state
        if _sounding(blocks) < LEAST_SOUND:
            share = _sounding(blocks) * self._seconds
            return self._end(
                SILENCE,
                f"{self._kept}: only {share:.0f} of {self._seconds:.0f} s had sound; play the song and learn again",
            )
        if state.phase == LISTENING:
            return self._first_step(blocks)
        self._second_step(blocks)

    def _first_step(self, blocks: np.ndarray) -> None:
        state, param = self._state, BY_ID[GAIN]
        heard = gated_lufs(blocks[:, 1])
        wanted = state.before_db + state.target_lufs - heard
        if abs(wanted - state.before_db) > LARGEST_DB or not param.low <= wanted <= param.high:
            return self._end(
                TOO_FAR,
                f"nothing was changed: {heard:.1f} LUFS is too far from {state.target_lufs:g}, the limiter's gain would have to be "
                f"{wanted:+.1f} dB where {param.low:g} to {param.high:g} are allowed; set the level before the box",
            )
        self._first = blocks
        self._state = replace(state, heard_lufs=heard)
        self._set(wanted, joined=False)
        self._listen(CHECKING, SETTLE_S)

    def _second_step(self, blocks: np.ndarray) -> None:
        state, param = self._state, BY_ID[GAIN]
        predicted = self._first[:, 0] + raised_db(blocks, self._first[:, 0])
        now = np.concatenate([predicted, blocks[:, 1]])
        moved = state.gain_db - state.before_db
        brought = gated_lufs(predicted) - gated_lufs(self._first[:, 1])
        slope = min(max(brought / moved, SLOPES[0]), SLOPES[1]) if abs(moved) >= 0.5 else SLOPES[1]
        missing = state.target_lufs - gated_lufs(now)
        wanted = state.gain_db + (missing / slope if abs(missing) > WORTH_LU else 0.0)
        self._set(min(max(wanted, param.low), param.high), joined=True)
        state = self._state
        expected = gated_lufs(now) + slope * (state.gain_db - (state.before_db + moved))
        within = max(0.1, uncertainty_lu(now)) + 0.25 * abs(missing)
        seconds = 2 * self._seconds
        self._state = replace(
            state, phase=DONE, left_s=0.0, expected_lufs=expected, within_lu=within,
            text=f"limiter gain {state.before_db:+.1f} -> {state.gain_db:+.1f} dB: the music was at {state.heard_lufs:.1f} LUFS and is "
            f"now at {expected:.1f} LUFS, within {within:.1f} LU if the rest of the song is like the {seconds:.0f} s that were heard",
        )  # fmt: skip

    def _set(self, gain_db: float, joined: bool) -> None:
        gain_db = round(gain_db / BY_ID[GAIN].step) * BY_ID[GAIN].step
        self._state = replace(self._state, gain_db=round(gain_db, BY_ID[GAIN].decimals))
        self._store.set_many({GAIN: self._state.gain_db, ENABLED: 1.0}, protocol.LEARN, joined=joined)

    def _end(self, reason: str, text: str) -> None:
        self._state = replace(self._state, phase=STOPPED, text=text, reason=reason, left_s=0.0)

    def _notice(self, changed: dict, rev: int, source: str) -> None:
        """Another change of the sound makes what has been heard worthless. The next tick stops; a subscriber must not wait for a lock."""
        others = [id for id in changed if not id.startswith("meter.")]
        if source != protocol.LEARN and others:
            self._disturbed = others[0] + (f" and {len(others) - 1} more" if len(others) > 1 else "")


def _sounding(blocks: np.ndarray) -> float:
    """The share of the blocks (shape (n, 2)) in which there is sound at the input."""
    return float(np.mean(blocks[:, 0] > AUDIBLE_LUFS)) if len(blocks) else 0.0


def gated_lufs(blocks: np.ndarray) -> float:
    """Integrated loudness in LUFS of `blocks` (loudness of blocks of 400 ms, in LUFS), by the gates of BS.1770; -150 if nothing passes
    them."""
    for gate in (lambda _: -70.0, lambda loud: _mean_lufs(loud) - 10.0):
        loud = blocks[blocks > -70.0]
        if not len(loud):
            return -150.0
        blocks = blocks[blocks > gate(loud)]
    return _mean_lufs(blocks)


def _mean_lufs(blocks: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(10 ** (blocks / 10))))


def raised_db(blocks: np.ndarray, levels: np.ndarray, groups: int = 12) -> np.ndarray:
    """How much the chain raises music of the `levels` (LUFS at its input), from measured `blocks` (input and output, shape (n, 2)): the
    mean of groups of blocks of similar level, with straight lines between them. Below AUDIBLE_LUFS nothing is learnt."""
    loud = blocks[blocks[:, 0] > AUDIBLE_LUFS]
    ordered = loud[np.argsort(loud[:, 0], kind="stable")]
    parts = [part for part in np.array_split(ordered, min(groups, len(ordered))) if len(part)]
    at = np.array([part[:, 0].mean() for part in parts])
    return np.interp(levels, at, np.array([(part[:, 1] - part[:, 0]).mean() for part in parts]))


def uncertainty_lu(blocks: np.ndarray, seconds: float = 3.0) -> float:
    """Two standard errors of the mean power of `blocks` in LU, from parts of `seconds`, which are about independent."""
    power = 10 ** (blocks[blocks > gated_lufs(blocks) - 20] / 10)
    size = round(seconds * ROWS_PER_S / HOP_ROWS)
    parts = power[: len(power) // size * size].reshape(-1, size).mean(axis=1)
    if len(parts) < 2:
        return 3.0
    return 2 * 4.343 * float(parts.std(ddof=1) / parts.mean() / np.sqrt(len(parts)))
