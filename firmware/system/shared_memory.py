"""SharedMemory: the memory shared by supervisor, audio process and control process.

The supervisor makes an anonymous file, which its children inherit. It exists until the last of the
processes ends, so a restarted child finds all values unchanged. Each part has one writer, and the audio process never waits for
it (see `dsp_ext/core/shared_memory.pyx`).
"""

import mmap
import os
import struct
import time
import zlib

import numpy as np

from dsp_ext import Cells, Engine, Ring, SeqLock
from firmware.contract import params

_MAGIC = 0x4853494E52554201  # "\1BURNISH"
_HEADER = struct.Struct("=3q")  # magic, bytes in all, rate in Hz
_STATE = struct.Struct("=3q")  # before each copy of the state: serial number, bytes, CRC-32 of serial number and state
_ALIGN = 64  # the size of a cache line; parts with different writers must not share one

METER_ROWS = 1024  # 10 s
SPECTRUM_ROWS = 64  # 2.5 s
SCOPE_ROWS = 64  # 0.6 s
EVENT_ROWS = 8192
HISTORY_ROWS = 4096
STATE_BYTES = 1 << 19

#: The width of the steps in which the loads of all blocks are counted, in percent of the duration of a block. The last step counts all
#: loads from 100 % upwards.
LOAD_STEP_PCT = 10
LOAD_STEPS = tuple(f"load_from_{pct}" for pct in range(0, 100 + LOAD_STEP_PCT, LOAD_STEP_PCT))

#: The counters of the box. Writer: a = audio process, c = control process, s = supervisor.
COUNTERS = (
    "audio_starts",  # a: how often the audio process started; written after the four `start_` cells
    "start_event",  # a: position in the ring of events at which the events since this start begin
    "start_settings",  # a: version of the settings at the start
    "start_eq",  # a: version of the EQ kernel at the start
    "start_crossover",  # a: version of the crossover kernels at the start
    "start_faded",  # a: 1 if the audio process started with a fade-in
    "frames_before",  # a: frames processed by the audio processes before this one
    "prefill_frames",  # a: frames of silence written before the first block, and after each xrun
    "latency_frames",  # a: latency of the engine
    "load_last_ppm",  # a: processing time of the last block / its duration, in millionths
    "load_max_ppm",  # a: the highest `load_last_ppm` so far
    *LOAD_STEPS,  # a: number of blocks for each step of the load
    "overloads",  # a: blocks that took more than `protocol.OVERLOAD_PCT` % of their duration
    "xruns",  # a: xruns of capture and playback together
    "host_stalls",  # a: how often the simulated clock was stopped because the host did not run the process
    "input_ended",  # a: 1 when the simulated input has ended
    "audio_pid",  # a: process id
    "audio_waits",  # a: increases while the audio process waits for the first settings
    "control_ready",  # c: 1 when settings and kernels for the start are present
    "control_beats",  # c: increases while the control process runs
    "control_starts",  # s: how often the control process was started
    "relay_on",  # s: 1 while the relays connect the processor
    "relay_until_ns",  # s: time (CLOCK_MONOTONIC) until which `relay_on` is valid; 0: without limit
    "relay_fitted",  # s: 1 if there are bypass relays
    "varied_at",  # a: frames processed when the captured samples last varied, including that block
    "leaving",  # s: 1 when the output must fade out because the box is shutting down
)

#: Columns of the history ring: the values from which each version of settings and kernels was made.
HISTORY = ("kind", "version", *params.DEFAULTS)


class NamedCells:
    """Cells that Python code accesses by name."""

    def __init__(self, cells: Cells, names: tuple[str, ...]):
        self.cells = cells
        self._index = {name: index for index, name in enumerate(names)}

    def __getitem__(self, name: str) -> int:
        return self.cells[self._index[name]]

    def __setitem__(self, name: str, value: int) -> None:
        self.cells[self._index[name]] = value

    def add(self, name: str, value: int = 1) -> None:
        """Add `value`. Only the one writer of this cell may call this."""
        self[name] += value

    def as_dict(self) -> dict[str, int]:
        return {name: self.cells[index] for name, index in self._index.items()}


def relay_held(counters: NamedCells) -> bool:
    """Whether the relays connect the processor. False if the supervisor has not confirmed this for some time, because it may
    have stopped."""
    until_ns = counters["relay_until_ns"]
    return bool(counters["relay_on"]) and not 0 < until_ns < time.monotonic_ns()


class SharedMemory:
    """The parts of the memory, as objects.

    `engine` and `counters` (NamedCells), `settings` (SeqLock), `meters`, `spectra`, `scope`, `events` and `history` (Ring),
    `eq_banks` and `crossover_banks` (float32, shape (2, bank_floats)), `rate_hz`. A child inherits `descriptor`.
    """

    def __init__(self, descriptor: int, memory: mmap.mmap | None = None):
        """Map the memory that `create` made. Raises ValueError if it is of another kind or version."""
        self.descriptor = descriptor
        memory = memoryview(mmap.mmap(descriptor, 0) if memory is None else memory)
        magic, size, self.rate_hz = _HEADER.unpack_from(memory)
        parts, total = _layout(self.rate_hz) if magic == _MAGIC else ({}, 0)
        if size != total or size != len(memory):
            raise ValueError("not a block of shared memory of this version of burnishd")
        part = {name: memory[start : start + length] for name, (start, length) in parts.items()}
        self.engine = NamedCells(Cells(part["engine"], len(Engine.CELLS)), Engine.CELLS)
        self.counters = NamedCells(Cells(part["counters"], len(COUNTERS)), COUNTERS)
        self.settings = SeqLock(part["settings"], len(Engine.SETTINGS))
        self.meters = Ring(part["meters"], METER_ROWS, len(Engine.METERS))
        self.spectra = Ring(part["spectra"], SPECTRUM_ROWS, len(Engine.SPECTRA))
        self.scope = Ring(part["scope"], SCOPE_ROWS, len(Engine.SCOPE))
        self.events = Ring(part["events"], EVENT_ROWS, len(Engine.EVENTS))
        self.history = Ring(part["history"], HISTORY_ROWS, len(HISTORY))
        self.eq_banks = np.frombuffer(part["eq_banks"], np.float32).reshape(2, -1)
        self.crossover_banks = np.frombuffer(part["crossover_banks"], np.float32).reshape(2, -1)
        self._state = part["state"]

    @classmethod
    def create(cls, rate_hz: int) -> "SharedMemory":
        """New memory for `rate_hz`: all values zero, both banks of each convolver neutral."""
        _, size = _layout(rate_hz)
        descriptor = os.memfd_create("burnish")
        os.ftruncate(descriptor, size)
        os.pwrite(descriptor, _HEADER.pack(_MAGIC, size, rate_hz), 0)
        return cls(descriptor)._neutral()

    @classmethod
    def private(cls, rate_hz: int) -> "SharedMemory":
        """The same within one process, for systems without anonymous files."""
        _, size = _layout(rate_hz)
        memory = mmap.mmap(-1, size)
        _HEADER.pack_into(memory, 0, _MAGIC, size, rate_hz)
        return cls(-1, memory)._neutral()

    def _neutral(self) -> "SharedMemory":
        shared, rate_hz = self, self.rate_hz
        engine = Engine(rate_hz, 1)
        shared.eq_banks[:] = engine.eq.pack([])
        shared.crossover_banks[:] = engine.multiband.convolver.pack(None)
        return shared

    # -- the state of the store, kept when the control process dies ------------------------------------------------

    def write_state(self, state: bytes) -> None:
        """[control] Keep `state`. There are two copies, written in turn, so that the previous one survives an interrupted write."""
        half = len(self._state) // 2
        serial = self._newest_state()[0] + 1
        if _STATE.size + len(state) > half:
            raise ValueError(f"a state has at most {half - _STATE.size} bytes, not {len(state)}")
        place = half * (serial % 2)
        self._state[place + _STATE.size : place + _STATE.size + len(state)] = state
        _STATE.pack_into(self._state, place, serial, len(state), zlib.crc32(state, serial & 0xFFFFFFFF))

    def read_state(self) -> bytes | None:
        """The newest complete state; None before the first."""
        return self._newest_state()[1]

    def _newest_state(self) -> tuple[int, bytes | None]:
        newest: tuple[int, bytes | None] = (0, None)
        half = len(self._state) // 2
        for place in (0, half):
            serial, length, crc = _STATE.unpack_from(self._state, place)
            if serial > newest[0] and 0 <= length <= half - _STATE.size:
                state = bytes(self._state[place + _STATE.size : place + _STATE.size + length])
                if zlib.crc32(state, serial & 0xFFFFFFFF) == crc:
                    newest = (serial, state)
        return newest


def _layout(rate_hz: int) -> tuple[dict[str, tuple[int, int]], int]:
    """(start, bytes) of each part by name, and the total size. The size of the kernel banks depends on the rate."""
    engine = Engine(rate_hz, 1)
    wanted = {
        "header": _HEADER.size,
        "engine": Cells.bytes_for(len(Engine.CELLS)),
        "counters": Cells.bytes_for(len(COUNTERS)),
        "settings": SeqLock.bytes_for(len(Engine.SETTINGS)),
        "meters": Ring.bytes_for(METER_ROWS, len(Engine.METERS)),
        "spectra": Ring.bytes_for(SPECTRUM_ROWS, len(Engine.SPECTRA)),
        "scope": Ring.bytes_for(SCOPE_ROWS, len(Engine.SCOPE)),
        "events": Ring.bytes_for(EVENT_ROWS, len(Engine.EVENTS)),
        "history": Ring.bytes_for(HISTORY_ROWS, len(HISTORY)),
        "state": STATE_BYTES,
        "eq_banks": 2 * 4 * engine.eq.bank_floats,
        "crossover_banks": 2 * 4 * engine.multiband.convolver.bank_floats,
    }
    parts, at = {}, 0
    for name, length in wanted.items():
        parts[name] = (at, length)
        at += -(-length // _ALIGN) * _ALIGN
    return parts, at
