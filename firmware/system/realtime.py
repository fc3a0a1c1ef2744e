"""Requests to the Linux kernel: real-time scheduling, locked memory, and how likely it is to kill the process if memory runs out."""

import contextlib
import ctypes
import os
from pathlib import Path


def lock_memory() -> str:
    """Keep all memory of this process in RAM. Returns what the system refused, for the log, or an empty text."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(1 | 2):  # MCL_CURRENT | MCL_FUTURE
        return f"locked memory ({os.strerror(ctypes.get_errno())})"
    return ""


def schedule_realtime(priority: int, *, inherited: bool = True) -> str:
    """Schedule the calling thread with SCHED_FIFO at `priority`. Unless `inherited`, its new threads and children get normal
    scheduling. Returns what the system refused, for the log, or an empty text."""
    policy = os.SCHED_FIFO | (0 if inherited else os.SCHED_RESET_ON_FORK)
    try:
        os.sched_setscheduler(0, policy, os.sched_param(priority))
    except OSError as error:
        return f"real-time scheduling ({error.strerror})"
    return ""


def give_up_memory_shield(adjustment: Path = Path("/proc/self/oom_score_adj")) -> None:
    """Remove the protection of this process against the out-of-memory killer of the Linux kernel. The systemd unit protects all
    processes of the box, because the audio must not stop. A process that can be restarted without an interruption of the audio
    must not be protected. Nothing happens if the file does not exist."""
    with contextlib.suppress(OSError, ValueError):
        if int(adjustment.read_text()) < 0:
            adjustment.write_text("0")
