"""Fixtures: a remote control that runs in a thread beside a box on a pseudo terminal."""

import contextlib
import threading

import pytest

from host_cli.remote.remote_box import follow_box
from tests.support.patience import PATIENCE_S


@pytest.fixture
def following(tty):
    """A context manager that runs `follow_box` with a bridge or server until it ends."""

    @contextlib.contextmanager
    def run(remote):
        stop, begun = threading.Event(), threading.Event()

        def begin(box):
            remote.begin(box)
            begun.set()

        thread = threading.Thread(target=follow_box, args=(tty, PATIENCE_S, begin, remote.step, stop.is_set))
        thread.start()
        try:
            assert begun.wait(PATIENCE_S)
            yield
        finally:
            stop.set()
            thread.join()

    return run
