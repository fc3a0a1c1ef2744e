"""The serial port of the laptop: closing takes a limited time."""

import os
import threading

from host_cli.box import serial_port
from tests.support.patience import PATIENCE_S


def test_a_port_that_the_kernel_does_not_close_is_not_waited_for(monkeypatch):
    """The cable is plugged in and no program in the box reads: the Linux kernel waits 30 s for the unsent bytes before it
    closes the port."""
    near, far = os.openpty()
    closed, may_close = [], threading.Event()
    monkeypatch.setattr(serial_port, "CLOSE_S", 0.05)
    link = serial_port.SerialLink(os.ttyname(far), on_close=lambda: closed.append(True))
    real = link._port.close
    monkeypatch.setattr(link._port, "close", lambda: may_close.wait(PATIENCE_S) and real())
    link.close()
    assert closed and not may_close.is_set() and link._port.is_open  # it has not waited
    may_close.set()
    for thread in threading.enumerate():
        if thread.name == "closing":
            thread.join(PATIENCE_S)
    assert not link._port.is_open
    os.close(near)
    os.close(far)
