"""The album file: what is read, and how everything wrong in it is refused with file, line and key."""

import pytest
import soundfile

from host_cli.records.album import sources
from host_cli.records.album.document import AlbumError, read_album
from host_cli.records.album.lines import line_numbers
from host_cli.records.album.schema import TABLES
from tests.support.documents import blocks
from tests.support.mixes import mix
from tests.support.paths import DOCS


def test_reads_songs_with_defaults(album_file):
    album = read_album(
        album_file(
            "", 'isrc = "us-abc-11-11111"\ngap_s = -1.5', 'artist = "Guest"', defaults='\n[defaults]\npreset = "Warm"\n'
        )
    )
    one, two, three = album.songs
    assert [song.texts.title for song in album.songs] == ["One", "Two", "Three"]
    assert (one.gap_s, two.gap_s, three.gap_s) == (0, -1.5, 2.0)
    assert two.isrc == "USABC1111111"
    assert one.preset == "Warm"
    assert album.artist(three) == "Guest" and album.artist(one) == "Band"


def test_lines_of_tables_and_keys():
    text = '[album]\ntitle = """\nx = 1\n"""\n[[song]]\na.b = 1\n[[song]]\n"limiter.gain_db" = 2 # x\n'
    assert line_numbers(text) == {
        ("album",): 1, ("album", "title"): 2, ("song", 0): 5, ("song", 0, "a"): 6, ("song", 0, "a", "b"): 6,
        ("song", 1): 7, ("song", 1, "limiter.gain_db"): 8,
    }  # fmt: skip


#: Lines of the second song, and what the refusal contains besides file and line.
WRONG = {
    'gapp_s = 1': ("line 13, [[song]] 2, gapp_s", "did you mean gap_s?"),
    'gap_s = "long"': ("line 13, [[song]] 2, gap_s", "a number from -30 to 60 s"),
    "gap_s = nan": ("gap_s", "a number"),
    "gap_s = 61": ("gap_s", "61 is not allowed"),
    "gap_s = true": ("gap_s", "a number"),
    'isrc = "US1"': ("isrc", "seven digits"),
    'isrc = 5': ("isrc", "write it in quotes"),
    'fade_in = "fast"': ("fade_in", '"linear", "equal-power", "s", "exponential"'),
    'index_s = [3, 2]': ("index_s", "rising times"),
    "start_s = 4\nend_s = 3": ("line 14, [[song]] 2, end_s", "before it starts"),
    'preset = "W"\nrun_log = "x.json"': ("run_log", "omit preset"),
    'composer = "a\\u0007"': ("composer", "text in one line"),
    'side = "Z"': ("side", '"A"'),
    'set = 3': ("set", "a table of parameters"),
    "copy_permitted = 1": ("copy_permitted", "true or false"),
    'credits = "me"': ("credits", "a list of texts"),
    "fade_out_s = 1\nfade_out_s = 2": ("line 14", "not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("lines", WRONG)
def test_a_wrong_value_is_refused_with_line_key_and_what_is_allowed(album_file, lines):
    file = album_file("", lines)
    with pytest.raises(AlbumError) as refused:
        read_album(file)
    assert str(refused.value).startswith(f"{file}, line ")
    for words in WRONG[lines]:
        assert words in str(refused.value)


HEADS = {
    '[album]\ntitel = "x"\n': ("line 2, [album], titel", "did you mean title?"),
    '[album]\nartist = "x"\n': ("line 1, [album]", "title is missing"),
    '[album]\ntitle = "x"\nupc = "123456789013"\n': ("line 3, [album], upc", "the last digit would be 2"),
    '[album]\ntitle = "x"\nartwork = "none.jpg"\n': ("line 3", "there is no file none.jpg"),
    '[album]\ntitle = "x"\n[albums]\n': ("line 3, [albums]", "did you mean album?"),
    '[album]\ntitle = "x"\nyear = 1800\n': ("year", "1900 to 2100"),
    'album = 3\n': ("line 1", "this is a table"),
    '[album]\ntitle = "x"\n[loudness]\nmode = "loud"\n': ("line 4, [loudness], mode", '"album"'),
    '[album\n': ("line 1", "not TOML"),
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
def test_a_wrong_head_is_refused(album_file, head):
    with pytest.raises(AlbumError) as refused:
        read_album(album_file("", head=head))
    for words in HEADS[head]:
        assert words in str(refused.value)


def test_files_songs_and_codes(album_file, tmp_path):
    first_gap = album_file("gap_s = 1")
    with pytest.raises(AlbumError, match="the first song has no song before it"):
        read_album(first_gap)
    same = 'isrc = "USABC1111111"'
    with pytest.raises(AlbumError, match="song 1 has the same ISRC"):
        read_album(album_file(same, same))
    (tmp_path / "empty.toml").write_text('[album]\ntitle = "x"\n')
    with pytest.raises(AlbumError, match="at least one song"):
        read_album(tmp_path / "empty.toml")
    (tmp_path / "binary.toml").write_bytes(b"[album]\n\xff")
    with pytest.raises(AlbumError, match="line 2: the file is not UTF-8"):
        read_album(tmp_path / "binary.toml")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('preset = "Wram"', "Warm"),
        ('set = { "limiter.gain" = 3 }', "limiter.gain"),
        ('set = { "limiter.gain_db" = 99 }', "allowed"),
        ("start_s = 100", "the file, which lasts 5.000 s"),
        ('run_log = "album.toml"', "cannot repeat the run"),
    ],
)
def test_settings_are_checked_with_the_line_of_the_song(album_file, lines, words):
    with pytest.raises(AlbumError, match=r"line 10, \[\[song\]\] 2") as refused:
        sources(read_album(album_file("", lines)))
    assert words in str(refused.value)


def test_the_document_describes_every_key():
    text = (DOCS / "ALBUMS.md").read_text()
    missing = [f"{table}.{key}" for table, keys in TABLES.items() for key in keys if f"`{key}`" not in text]
    assert not missing


def test_the_example_of_the_document_is_an_album(tmp_path):
    (tmp_path / "mixes").mkdir()
    for name in ("01 Start", "02 Middle"):
        soundfile.write(tmp_path / "mixes" / f"{name}.wav", mix(1), 44100)
    (tmp_path / "album.toml").write_text(blocks(DOCS / "ALBUMS.md", "toml")[0])
    assert [song.gap_s for song in read_album(tmp_path / "album.toml").songs] == [0, -3]
