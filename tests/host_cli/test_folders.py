"""The user's folders: one for each purpose, on every system."""

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from host_cli import folders
from host_cli.commands.files import render
from host_cli.presets import history, name_cache


@pytest.mark.parametrize("system", [Windows, MacOS, Unix], ids=lambda system: system.__name__)
def test_presets_and_history_share_a_folder(monkeypatch, tmp_path, system):
    monkeypatch.setattr("platformdirs.windows.get_win_folder", lambda name: str(tmp_path / name))
    monkeypatch.setattr(platformdirs, "PlatformDirs", system)
    assert render.library().user_dir.parent == history.folder("0001").parent.parent == folders.data_folder()
    assert name_cache._file().parent == folders.cache_folder()
