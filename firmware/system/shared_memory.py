"""SharedMemory: the one block of memory between supervisor, audio process and control process.

An anonymous file that the supervisor makes and the children inherit: it outlives either child, so that a restarted one
finds everything as it was, and it vanishes with the last process, whatever way that ends. Each part has one writer; the
audio side never waits for anything here (see `dsp_ext/core/shared_memory.pyx`).
"""

import mmap
import os
import struct
import zlib

import numpy as np

from dsp_ext import Cells, Engine, Ring, SeqLock
from firmware.contract import params

_MAGIC = 0x4853494E52554201  # "\1BURNISH"
_HEADER = struct.Struct("=3q")  # magic, bytes in all, rate in Hz
_STATE = struct.Struct("=3q")  # before each copy of the state: serial, bytes, CRC-32 begun with the serial
_ALIGN = 64  # a cache line: parts with different writers share none

METER_ROWS = 1024  # 10 s
SPECTRUM_ROWS = 64  # 2.5 s
EVENT_ROWS = 8192
HISTORY_ROWS = 4096
STATE_BYTES = 1 << 19

#: The box's own counters. Writer: a = audio process, c = control process, s = supervisor.
COUNTERS = (
    "audio_starts",  # a: how often it began; written after the four `start_` cells
    "start_event",  # a: place in the events ring where its own begin
    "start_settings",  # a: version of the settings it began with
    "start_eq",  # a: version of the EQ kernel it began with
    "start_crossover",  # a: version of the crossover kernels it began with
    "start_faded",  # a: 1 where it began with a fade-in
    "frames_before",  # a: frames processed by the audio processes before this one
    "prefill_frames",  # a: silence written before the first block, and again after each xrun
    "latency_frames",  # a: of the engine
    "load_last_ppm",  # a: time of the last block / time it had, in millionths
    "load_max_ppm",  # a: the highest of these
    "overloads",  # a: blocks that took more than `protocol.OVERLOAD_PCT` of their time
    "xruns",  # a: capture and playback together
    "host_stalls",  # a: the simulator's clock was held since the host did not run us
    "input_ended",  # a: 1 when simulated input was played to its end
    "control_ready",  # c: 1 when settings and kernels are there to start from
    "control_beats",  # c: counts while it lives
    "control_starts",  # s
    "relay_on",  # s: 1 while the relay is held on the processor
    "leaving",  # s: 1 when the sound is to fade out, because the box is about to end
)

#: Columns of the history ring: what each version of settings and kernels was made from.
HISTORY = ("kind", "version", *params.DEFAULTS)


class NamedCells:
    """Cells by name, for Python."""

    def __init__(self, cells: Cells, names: tuple[str, ...]):
        self.cells = cells
        self._index = {name: index for index, name in enumerate(names)}

    def __getitem__(self, name: str) -> int:
        return self.cells[self._index[name]]

    def __setitem__(self, name: str, value: int) -> None:
        self.cells[self._index[name]] = value

    def add(self, name: str, value: int = 1) -> None:
        """For the cell's one writer only."""
        self[name] += value

    def as_dict(self) -> dict[str, int]:
        return {name: self.cells[index] for name, index in self._index.items()}


class SharedMemory:
    """The parts, each working on its piece of the block.

    `engine` and `counters` (NamedCells), `settings` (SeqLock), `meters`, `spectra`, `events` and `history` (Ring), `eq_banks` and
    `crossover_banks` (float32, shape (2, bank_floats)), `rate_hz`. `descriptor` is what a child inherits.
    """

    def __init__(self, descriptor: int):
        """Map what `create` made. Raises ValueError where that is something else or of another version."""
        self.descriptor = descriptor
        memory = memoryview(mmap.mmap(descriptor, 0))
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
        self.events = Ring(part["events"], EVENT_ROWS, len(Engine.EVENTS))
        self.history = Ring(part["history"], HISTORY_ROWS, len(HISTORY))
        self.eq_banks = np.frombuffer(part["eq_banks"], np.float32).reshape(2, -1)
        self.crossover_banks = np.frombuffer(part["crossover_banks"], np.float32).reshape(2, -1)
        self._state = part["state"]

    @classmethod
    def create(cls, rate_hz: int) -> "SharedMemory":
        """A new block for `rate_hz`, everything zero, both banks of each convolver neutral."""
        _, size = _layout(rate_hz)
        descriptor = os.memfd_create("burnish")
        os.ftruncate(descriptor, size)
        os.pwrite(descriptor, _HEADER.pack(_MAGIC, size, rate_hz), 0)
        shared = cls(descriptor)
        engine = Engine(rate_hz, 1)
        shared.eq_banks[:] = engine.eq.pack([])
        shared.crossover_banks[:] = engine.multiband.convolver.pack(None)
        return shared

    # -- the store's state, kept over a death of the control process ------------------------------------------------

    def write_state(self, state: bytes) -> None:
        """[control] Keep `state`. Two copies in turn, so that dying half-way leaves the one before."""
        half = len(self._state) // 2
        serial = self._newest_state()[0] + 1
        if _STATE.size + len(state) > half:
            raise ValueError(f"a state has at most {half - _STATE.size} bytes, not {len(state)}")
        place = half * (serial % 2)
        self._state[place + _STATE.size : place + _STATE.size + len(state)] = state
        _STATE.pack_into(self._state, place, serial, len(state), zlib.crc32(state, serial & 0xFFFFFFFF))

    def read_state(self) -> bytes | None:
        """The newest state that is whole; None before the first."""
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
    """Name to (start, bytes), and the bytes in all. The kernels' banks are as the engine of that rate has them."""
    engine = Engine(rate_hz, 1)
    wanted = {
        "header": _HEADER.size,
        "engine": Cells.bytes_for(len(Engine.CELLS)),
        "counters": Cells.bytes_for(len(COUNTERS)),
        "settings": SeqLock.bytes_for(len(Engine.SETTINGS)),
        "meters": Ring.bytes_for(METER_ROWS, len(Engine.METERS)),
        "spectra": Ring.bytes_for(SPECTRUM_ROWS, len(Engine.SPECTRA)),
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
