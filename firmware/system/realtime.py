"""What the kernel grants a process: real-time scheduling, locked memory, and what it does where memory runs out."""

import contextlib
import ctypes
import os
from pathlib import Path


def lock_memory() -> str:
    """Keep all memory of this process in RAM. Returns what the system refused, for the log; empty if nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(1 | 2):  # MCL_CURRENT | MCL_FUTURE
        return f"locked memory ({os.strerror(ctypes.get_errno())})"
    return ""


def schedule_realtime(priority: int, *, inherited: bool = True) -> str:
    """SCHED_FIFO at `priority` for the calling thread; unless `inherited`, its new threads and children get normal scheduling.
    Returns what the system refused, for the log; empty if nothing."""
    policy = os.SCHED_FIFO | (0 if inherited else os.SCHED_RESET_ON_FORK)
    try:
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except OSError as error:
        return f"real-time scheduling ({error.strerror})"
    return ""


def give_up_memory_shield(adjustment: Path = Path("/proc/self/oom_score_adj")) -> None:
    """Let the kernel kill this process as readily as any other where memory runs out. The unit shields the whole box for the sake of the
    sound; a process that can be started again without a sound must not be shielded. Nothing is done where there is no such file."""
    with contextlib.suppress(OSError, ValueError):
        if int(adjustment.read_text()) < 0:
            adjustment.write_text("0")
