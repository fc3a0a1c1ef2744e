"""The base of the box: board, configuration, options, shared memory, meters, alarms, regular tasks, systemd."""

from . import board, config, systemd
from .alarms import Alarms
from .board import Board, Pin
from .converter_clock import ConverterClock
from .errors import BUSY, FAILED, NO_DEVICE, NO_PERMISSION, OK, USAGE, Refusal
from .life_signs import IDLE_S, LifeSigns
from .log_output import LogOutput
from .machine import Machine
from .meters import (
    METER_RULES,
    MeterReader,
    MeterRows,
    average_spectra,
    newest_points,
    newest_relations,
    newest_spectra,
)
from .options import LEAST_PERIODS, MOST_PERIODS, Options
from .realtime import give_up_memory_shield, lock_memory, schedule_realtime
from .relay_watch import BROKEN_RELAYS, BUSY_HOST, RelayWatch
from .shared_memory import HISTORY, LOAD_STEPS, STATE_BYTES, SharedMemory, relay_held
from .ticks import Ticks

__all__ = [
    "BROKEN_RELAYS",
    "BUSY",
    "BUSY_HOST",
    "FAILED",
    "HISTORY",
    "IDLE_S",
    "LEAST_PERIODS",
    "LOAD_STEPS",
    "METER_RULES",
    "MOST_PERIODS",
    "NO_DEVICE",
    "NO_PERMISSION",
    "OK",
    "STATE_BYTES",
    "USAGE",
    "Alarms",
    "Board",
    "ConverterClock",
    "LifeSigns",
    "LogOutput",
    "Machine",
    "MeterReader",
    "MeterRows",
    "Options",
    "Pin",
    "Refusal",
    "RelayWatch",
    "SharedMemory",
    "Ticks",
    "average_spectra",
    "board",
    "config",
    "give_up_memory_shield",
    "lock_memory",
    "newest_points",
    "newest_relations",
    "newest_spectra",
    "relay_held",
    "schedule_realtime",
    "systemd",
]
