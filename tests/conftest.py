"""Fixtures for all tests: a seeded generator, and the record that becomes docs/MEASUREMENTS.md."""

import numpy as np
import pytest

from tests.support.measurements import Record

SEED = 20261120


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


def pytest_configure(config):
    config.burnish_record = Record(write=config.getoption("--write-docs"))


@pytest.fixture
def record(request):
    """`record(section, figure, value, unit, target=..., digits=...)`: a measured figure for docs/MEASUREMENTS.md."""
    return request.config.burnish_record


def pytest_sessionfinish(session, exitstatus):
    stale = session.config.burnish_record.finish()
    if stale and exitstatus == 0:
        session.exitstatus = 1
    session.config.burnish_stale = stale


def pytest_terminal_summary(terminalreporter, config):
    stale = getattr(config, "burnish_stale", [])
    if stale:
        terminalreporter.section("docs/MEASUREMENTS.md is not current: run `make docs` and commit it", red=True)
        for line in stale:
            terminalreporter.line(line)
