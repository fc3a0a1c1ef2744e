"""Real-time scheduling and locked memory for threads that must not wait for other programs."""

import ctypes
import os


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
