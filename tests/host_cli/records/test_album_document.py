"""The album file: what is read, and how everything wrong in it is refused with file, line and key."""

import numpy as np
import pytest
import soundfile

from host_cli.documents import DocumentError
from host_cli.documents.lines import line_numbers
from host_cli.records.album import read_album
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
    with pytest.raises(DocumentError) as refused:
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
    with pytest.raises(DocumentError) as refused:
        read_album(album_file("", head=head))
    for words in HEADS[head]:
        assert words in str(refused.value)


def test_files_songs_and_codes(album_file, tmp_path):
    first_gap = album_file("gap_s = 1")
    with pytest.raises(DocumentError, match="the first song has no song before it"):
        read_album(first_gap)
    same = 'isrc = "USABC1111111"'
    with pytest.raises(DocumentError, match="song 1 has the same ISRC"):
        read_album(album_file(same, same))
    (tmp_path / "empty.toml").write_text('[album]\ntitle = "x"\n')
    with pytest.raises(DocumentError, match="at least one song"):
        read_album(tmp_path / "empty.toml")
    (tmp_path / "binary.toml").write_bytes(b"[album]\n\xff")
    with pytest.raises(DocumentError, match="line 2: the file is not UTF-8"):
        read_album(tmp_path / "binary.toml")


#: Lines of the second song that are wrong only together with presets and files; the key that the refusal names, and words of it.
WRONG_WITH_FILES = {
    'preset = "Wram"': ("preset", "Warm"),
    'preset = "none.toml"': ("preset", "none.toml"),
    'set = { "limiter.gain" = 3 }': ("set", "limiter.gain"),
    'set = { "limiter.gain_db" = 99 }': ("set", "allowed"),
    'set = { "limiter.gain_db" = [1] }': ("set", "allowed"),
    "start_s = 100": ("start_s", "the file, which lasts 5.000 s"),
    "end_s = 5.5": ("end_s", "the file, which lasts 5.000 s"),
    'run_log = "text.wav"': ("run_log", "cannot repeat the run"),
    'run_log = "album.toml"': ("run_log", "names the album file itself"),
    "gap_s = -5.5": ("gap_s", "allowed is down to -5.00 s"),
    "index_s = [6.0]": ("index_s", "its end at 5.00 s"),
    "pause_s = 20": ("pause_s", "give a shorter pause"),
}


@pytest.mark.parametrize("lines", WRONG_WITH_FILES)
def test_settings_and_times_are_checked_with_file_line_and_key(album_file, lines, burnish, tmp_path):
    (tmp_path / "text.wav").write_text("no sound")
    key, words = WRONG_WITH_FILES[lines]
    file = album_file("", lines)
    status, out, err = burnish("album", "show", file)
    assert status == 8 and not out and err.count("\n") == 1
    assert f"{file}, line 13, [[song]] 2, {key}: " in err and words in err


#: Files of songs that cannot be used.
WRONG_FILES = {"text.wav": "not a sound file", "none.wav": "there is no file", "album.toml": "names the album file itself",
               "folder": "there is no file", "empty.wav": "is empty", "cut.wav": "is truncated", "six.wav": "6 channels",
               "slow.wav": "8000 Hz", "../album": "there is no file"}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_FILES)
def test_files_that_cannot_be_used_are_refused_with_the_line_of_the_key(name, tmp_path, mixes, burnish):
    (tmp_path / "text.wav").write_text("no sound")
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "cut.wav").write_bytes(mixes[0].read_bytes()[:5000])
    soundfile.write(tmp_path / "six.wav", np.zeros((4800, 6)), 48000)
    soundfile.write(tmp_path / "slow.wav", np.zeros((4800, 2)), 8000)
    (tmp_path / "album.toml").write_text(f'[album]\ntitle = "x"\n\n[[song]]\ntitle = "y"\nfile = "{name}"\n')
    status, _, err = burnish("album", "show", tmp_path / "album.toml")
    assert status == 8 and "album.toml, line 6, [[song]] 1, file: " in err and WRONG_FILES[name] in err


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe[\0a\0", "line 1: the file is not UTF-8"),
        (b"x" * ((1 << 20) + 1), "too long"),
        (b"[album]\ntitle = " + b"[" * 5000, "line"),
        (b"", "the key title is missing"),
        (b'[[album]]\ntitle = "x"\n[[song]]\n', "[album]: this is a table"),
        (b'song = "x"\n[album]\ntitle = "x"\n', "needs at least one song"),
        (b'[album]\ntitle = "x"\n[[song]]\n', "the key file is missing"),
        (b'[album]\ntitle = "x"\n' + b'[[song]]\nfile = "a.wav"\n' * 100, "line 201, [[song]] 100: the album file has at most 99"),
        (b'[album]\ntitle = "x\ny"\n', "line 2: this is not TOML"),
    ],
)  # fmt: skip
def test_documents_that_are_no_albums_are_refused(data, words, tmp_path, burnish):
    (tmp_path / "album.toml").write_bytes(data)
    status, _, err = burnish("album", "show", tmp_path / "album.toml")
    assert status == 8 and err.count("\n") == 1 and f"{tmp_path / 'album.toml'}, line " in err and words in err


def test_odd_characters_in_titles_are_kept_or_refused_by_name(album_file, burnish, tmp_path):
    """File names lose what file systems do not accept; CD-Text refuses what Latin-1 does not have."""
    file = album_file("", head='[album]\ntitle = "a/b: \\"quoted\\" \\\\ Ünï?"\n')
    text = file.read_text().replace('title = "One"', 'title = "../..\\\\x: \u266b *?<>|"')
    file.write_text(text)
    status, _, err = burnish("album", file, "-o", tmp_path / "out")
    assert status == 0, err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["01 _.._x_ \u266b _____.wav"]
    status, _, err = burnish("deliver", file, "--for", "cd", "-o", tmp_path / "cd")
    assert status == 8 and "the title of track 1 contains '\u266b'" in err and not (tmp_path / "cd").exists()


def test_sides_are_refused_with_the_line_of_the_key(album_file, burnish, tmp_path):
    for second, line, words in (
        ('side = "A"', 13, "side A comes after side B"),
        ("", 10, "state it for all songs or for none"),
    ):
        file = album_file('side = "B"', second)
        status, _, err = burnish("deliver", file, "--for", "vinyl", "-o", tmp_path / "v")
        assert status == 8 and f"line {line}, [[song]] 2, side: " in err and words in err
    assert not (tmp_path / "v").exists()


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
