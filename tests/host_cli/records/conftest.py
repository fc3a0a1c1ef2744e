"""Fixtures: mixes of a few seconds, and a helper that writes an album file."""

import pytest

from tests.support.mixes import write_album, write_mixes


@pytest.fixture(scope="session")
def mixes(tmp_path_factory):
    """Three synthesised mixes at 44.1 kHz: paths."""
    return write_mixes(tmp_path_factory.mktemp("mixes"))


@pytest.fixture
def album_file(tmp_path, mixes):
    """Write an album file for the mixes: `album_file(song_1_lines, song_2_lines, ..., head="...")` returns its path."""

    def write(*songs: str, head: str = '[album]\ntitle = "Disc"\nartist = "Band"\n', defaults: str = "", files=mixes):
        return write_album(tmp_path / "album.toml", files, songs, head + defaults)

    return write
