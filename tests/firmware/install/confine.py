"""`python confine.py CALLS PROGRAM...`: runs PROGRAM like a unit with SystemCallFilter= and MemoryDenyWriteExecute=, but kills
it when it makes a call that systemd would refuse. CALLS is a file with the names of the allowed system calls."""

import ctypes
import os
import sys
from pathlib import Path

_PR_SET_MDWE, _REFUSE_EXEC_GAIN = 65, 1
_KILL, _ALLOW = 0x80000000, 0x7FFF0000


def confine(calls: list[str]) -> None:
    """Allow these system calls only, from now on and for all children."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(_KILL)))
    for call in calls:
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:  # otherwise the call exists only on other machines
            seccomp.seccomp_rule_add(context, ctypes.c_uint32(_ALLOW), number, 0)
    ctypes.CDLL(None).prctl(_PR_SET_MDWE, _REFUSE_EXEC_GAIN, 0, 0, 0)  # Linux kernels before 6.3 do not have it
    if seccomp.seccomp_load(context):
        sys.exit("the filter is refused")


if __name__ == "__main__":
    confine(Path(sys.argv[1]).read_text().split())
    os.execv(sys.argv[2], sys.argv[2:])
