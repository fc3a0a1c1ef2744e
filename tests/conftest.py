"""Fixtures for all tests: a seeded generator, and the record that becomes docs/MEASUREMENTS.md.

`make test` runs the tests on all cores with pytest-xdist, each file in one process ("worker"). The workers send what
they recorded to the main process, which compares it with the document.
"""

import os
import signal
import tempfile
from pathlib import Path

import numpy as np
import pytest

from tests.support.measurements import Record

SEED = 20261120
#: Memory that one process of tests takes, in bytes, generously.
WORKER_BYTES = 900_000_000


# A shell starts programs in the background with Ctrl-C switched off, and they pass this on to the programs that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption(
        "--write-docs", action="store_true", help="write the measured figures into docs/ instead of comparing them"
    )


@pytest.fixture
def rng(request):
    """A generator whose seed is derived from the name of the test. It does not depend on the folder of the test. It is printed
    if the test fails."""
    name = f"{request.node.path.stem}::{request.node.name}"
    print(f"rng seed: {SEED} + {name}")
    return np.random.default_rng([SEED, *name.encode()])


@pytest.fixture
def memory_path(tmp_path):
    """A directory in memory if possible: only processes are killed here, and a disk would be slower."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as path:
        yield Path(path)


def pytest_configure(config):
    config.burnish_record = Record(write=config.getoption("--write-docs"))


@pytest.fixture
def record(request):
    """`record(section, figure, value, unit, target=..., digits=...)`: a measured figure for docs/MEASUREMENTS.md."""
    return request.config.burnish_record


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One worker for each core, as far as the memory goes: otherwise a small Pi would swap."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(os.cpu_count() or 1, memory_bytes // WORKER_BYTES))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take what a worker recorded. A worker that crashed has sent nothing, and its tests count as failed."""
    node.config.burnish_record.add(getattr(node, "workeroutput", {}).get("record", {}))


def pytest_sessionfinish(session, exitstatus):
    record = session.config.burnish_record
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["record"] = record.rows
        return
    stale = record.finish()
    if stale and exitstatus == 0:
        session.exitstatus = 1
    session.config.burnish_stale = stale


def pytest_terminal_summary(terminalreporter, config):
    stale = getattr(config, "burnish_stale", [])
    if stale:
        terminalreporter.section("docs/MEASUREMENTS.md is not current: run `make docs` and commit it", red=True)
        for line in stale:
            terminalreporter.line(line)
