"""The panel on mock pins that the tests of its operation use."""

import pytest

from tests.support.panel_rig import PanelRig


@pytest.fixture
def rig(tmp_path):
    """A panel of twelve keys."""
    rig = PanelRig(tmp_path)
    yield rig
    rig.controls.close()
