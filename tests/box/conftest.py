"""The document of the results, for the tests that start guests."""

import pytest

from . import results


@pytest.fixture(scope="module")
def document(request):
    """The rows that the drills report. In the end they are written into docs/DRILLS.md or compared with it."""
    rows: dict[str, results.Row] = {}
    yield rows
    if request.config.getoption("--write-docs"):
        results.write(rows)
    elif stale := results.stale(rows):
        pytest.fail("docs/DRILLS.md is not current: run the same command with WRITE=1\n" + "\n".join(stale))
