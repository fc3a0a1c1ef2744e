"""`burnish album`: renders, gapless joins, crossfades, loudness, the cache."""

import json
import os

import numpy as np
import pytest
import soundfile

from dsp_ext.meters import measure
from host_cli.errors import CliFail
from host_cli.records.album import RenderCache, fades, mastered, read_album
from host_cli.render import AudioReader, Renderer


def whole(programme):
    return np.concatenate(list(programme.blocks()), axis=1)


def words(samples):
    """Rounded to 32 bits, as every file is."""
    return (np.rint(samples.astype(np.float64) * 2.0**31) * 2.0**-31).astype(np.float32)


def test_gapless_songs_with_the_same_settings_are_the_render_of_their_sum(album_file, mixes):
    """Not a word of 32 bits differs from one render of both files in sequence, with a preset whose filters and limiter have memory."""
    done = mastered(read_album(album_file("", "gap_s = 0", defaults='\n[defaults]\npreset = "Warm"\n')))
    with AudioReader(mixes[0]) as one, AudioReader(mixes[1]) as two:
        both = np.concatenate([one.read(), two.read()], axis=1)
    expected = np.concatenate(list(Renderer(44100).render([both], done.sources[0].values)), axis=1)
    assert np.array_equal(whole(done.programme), words(expected))
    assert len(done.runs) == 1


def test_files_of_an_album_in_order_are_the_programme(album_file, tmp_path, burnish):
    file = album_file("fade_in_s = 0.5", "gap_s = -1", "gap_s = 1.5\nstart_s = 0.5\nend_s = 4\nfade_out_s = 2")
    status, out, err = burnish("--json", "album", file, "-o", tmp_path / "out", "--bits", "float")
    assert status == 0, err
    files = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in files] == ["01 One.wav", "02 Two.wav", "03 Three.wav"]
    joined = np.concatenate([soundfile.read(path, dtype="float32", always_2d=True)[0].T for path in files], axis=1)
    assert np.array_equal(joined, words(whole(mastered(read_album(file)).programme)))
    assert joined.shape[1] == round(44100 * (6 + 5 - 1 + 1.5 + 3.5))
    gap = joined[:, 441000 : round(44100 * 11.5)]
    assert not gap.any()
    assert json.loads(out)["songs"][0]["after"]["integrated_lufs"] < 0


def test_an_equal_power_crossfade_adds_both_songs(album_file, mixes):
    done = mastered(read_album(album_file("", "gap_s = -1")))
    one, two = (soundfile.read(path, dtype="float32", always_2d=True)[0].T for path in mixes[:2])
    out = done.programme.read(5 * 44100, 44100)
    up = fades.gain("equal-power", np.arange(44100), 44100)
    assert np.allclose(out, one[:, -44100:] * up[::-1] + two[:, :44100] * up, atol=1e-6)
    assert np.allclose(up**2 + up[::-1] ** 2, 1)


def test_the_limiter_keeps_its_ceiling_in_a_crossfade(album_file, record):
    """Songs with the same settings are one run, so that the limiter sees their sum."""
    head = '[album]\ntitle = "x"\n[loudness]\nmode = "album"\ntarget_lufs = -10\nceiling_dbtp = -1\n'
    done = mastered(read_album(album_file("", "gap_s = -2", "gap_s = -2", head=head)))
    assert len(done.runs) == 1 and not done.remarks()
    peak = measure(whole(done.programme), 44100)["max_tp_dbtp"]
    record("Records", "True peak of an album with two crossfades, ceiling -1 dBTP", peak, "dBTP", target="<= -0.98")
    assert peak <= -0.98
    assert done.programme.frames == 44100 * (6 + 5 + 7 - 4)


def test_a_crossfade_of_songs_that_were_limited_apart_is_refused_beyond_full_scale(album_file):
    head = '[album]\ntitle = "x"\n[loudness]\nmode = "song"\ntarget_lufs = -8\nceiling_dbtp = -0.1\n'
    done = mastered(read_album(album_file("", "gap_s = -3", head=head)))
    assert len(done.runs) == 2
    with pytest.raises(CliFail, match=r"the crossfade of songs 1 and 2 reaches \+"):
        done.remarks()


@pytest.mark.parametrize("shape", fades.SHAPES)
def test_fades_rise_from_silence_to_unity(shape):
    gain = fades.gain(shape, np.arange(-5, 1005), 1000)
    assert gain[0] == 0 and gain[-1] == 1
    assert np.all(np.diff(gain) >= 0)


@pytest.mark.parametrize(("mode", "expected"), [("song", [-16, -16, -17]), ("album", None)])
def test_loudness_reaches_its_target(album_file, mode, expected, record):
    head = f'[album]\ntitle = "x"\n[loudness]\nmode = "{mode}"\ntarget_lufs = -16\nceiling_dbtp = -2\n'
    done = mastered(read_album(album_file("", 'set = { "limiter.gain_db" = -3 }', "trim_db = -1", head=head)))
    after = [level.after["integrated_lufs"] for level in done.levels]
    assert all(level.after["max_tp_dbtp"] <= -2 for level in done.levels)
    if expected:
        assert after == pytest.approx(expected, abs=0.06)
    else:
        assert max(after) == pytest.approx(-16, abs=0.06)
        gains = [level.gain_db for level in done.levels]
        assert gains[0] == gains[1] == pytest.approx(gains[2] + 1)
        assert "is the loudest" in done.levels[0].why


def test_album_loudness_is_that_of_all_songs_in_sequence(album_file, mixes):
    head = '[album]\ntitle = "x"\n[loudness]\nmode = "album"\nreference = "integrated"\ntarget_lufs = -20\n'
    done = mastered(read_album(album_file("", "gap_s = 0", "gap_s = 0", head=head)))
    assert measure(whole(done.programme), 44100)["integrated_lufs"] == pytest.approx(-20, abs=0.1)


def test_only_what_changed_is_rendered_again(album_file, monkeypatch):
    rendered = []
    original = Renderer.render

    def counted(self, blocks, values, *arguments, **options):
        rendered.append(values)
        return original(self, blocks, values, *arguments, **options)

    monkeypatch.setattr(Renderer, "render", counted)
    first = mastered(read_album(album_file("", "", "")), jobs=2)
    assert len(rendered) == 3
    second = mastered(read_album(album_file('title = "Other"'.replace("title", "artist"), "gap_s = 5", "")), jobs=2)
    assert len(rendered) == 3, "texts and gaps change no render"
    third = mastered(read_album(album_file("", 'set = { "eq.b1.gain_db" = 3, "eq.b1.enabled" = true }', "")))
    assert len(rendered) == 4
    assert np.array_equal(whole(first.programme)[:, : 6 * 44100], whole(second.programme)[:, : 6 * 44100])
    assert third.levels[0].after == first.levels[0].after


def test_jobs_change_no_bit(album_file, tmp_path):
    file = album_file("", "", "", defaults='\n[defaults]\npreset = "Warm"\n')
    one = mastered(read_album(file), 1, cache=RenderCache(tmp_path / "a"))
    three = mastered(read_album(file), 3, cache=RenderCache(tmp_path / "b"))
    assert np.array_equal(whole(one.programme), whole(three.programme))


def test_songs_of_different_rates_are_converted_once(album_file, tmp_path, mixes):
    from tests.support.mixes import write_mixes

    other = write_mixes(tmp_path / "48k", (4.0,), 48000)
    done = mastered(read_album(album_file("", "gap_s = 1", files=[mixes[0], other[0]])))
    assert done.programme.rate_hz == 48000
    assert done.at_rate(44100).frames == 44100 * 11
    back = done.at_rate(44100).read(0, 44100)
    assert np.array_equal(back, soundfile.read(mixes[0], 44100, dtype="float32", always_2d=True)[0].T)


def test_a_failed_render_leaves_no_folder(album_file, tmp_path, burnish, monkeypatch):
    from host_cli.render.writer import AudioWriter

    file = album_file("", "", "")
    written = []

    def full(self, block, original=AudioWriter.write):
        written.append(1)
        if self.path.name.startswith("02 Two"):
            raise self._failed(OSError(28, "No space left on device"))
        original(self, block)

    monkeypatch.setattr(AudioWriter, "write", full)
    status, _, err = burnish("album", file, "-o", tmp_path / "out")
    assert status != 0 and "No space left on device" in err
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


def test_new_show_and_listen(tmp_path, mixes, burnish):
    folder = tmp_path / "mixes"
    folder.mkdir()
    for path in mixes:
        sound, rate_hz = soundfile.read(path)
        soundfile.write(
            folder / path.name, np.concatenate([np.zeros((22050, 2)), sound, np.zeros((66150, 2))]), rate_hz, "PCM_24"
        )
    status, out, err = burnish("album", "new", folder)
    assert status == 0, err
    album = read_album(folder / "album.toml")
    assert [song.texts.title for song in album.songs] == ["One", "Two", "Three"]
    assert album.songs[0].start_s == pytest.approx(0.48, abs=0.02)
    assert album.songs[0].end_s == pytest.approx(6.8, abs=0.35)
    status, out, err = burnish("album", "show", folder / "album.toml")
    assert status == 0 and "gap 2 s" in out and "|===" in out, err
    text = (folder / "album.toml").read_text().replace('mode = "album"', 'mode = "manual"')
    (folder / "album.toml").write_text(text)
    status, out, err = burnish("album", "listen", folder / "album.toml", "--around", "2", "-o", tmp_path / "joins")
    assert status == 0, err
    assert soundfile.info(tmp_path / "joins" / "01-02.wav").frames == pytest.approx(44100 * 6, abs=2)


def test_the_cache_forgets_what_was_used_the_longest_ago(tmp_path):
    cache = RenderCache(tmp_path)
    for age, key in enumerate(("new", "old", "older")):
        cache.audio(key).write_bytes(bytes(100))
        os.utime(cache.audio(key), (1000 - age, 1000 - age))
    (tmp_path / ".x.wav.part").write_bytes(b"x")
    os.utime(tmp_path / ".x.wav.part", (1, 1))
    assert cache.has_audio("older"), "it counts as used now"
    cache.shrink(200)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.wav", "older.wav"]


def test_each_song_reaches_the_target_of_its_preset(album_file, tmp_path):
    """A song whose preset has no target, or that sets the gain itself, keeps its gain."""
    head = '[album]\ntitle = "x"\n[loudness]\nmode = "preset"\n'
    file = album_file(
        'preset = "Streaming -14"\ntrim_db = -1.0', 'preset = "Warm"',
        'preset = "Streaming -14"\nset = { "limiter.gain_db" = 1.0 }', head=head,
    )  # fmt: skip
    one, two, three = mastered(read_album(file)).levels
    assert one.after["integrated_lufs"] == pytest.approx(-15, abs=0.05)
    assert one.why == "to -15.0 LUFS (target of Streaming -14 and trim -1.0 dB)"
    assert (two.gain_db, three.gain_db) == (0, 0) and two.why == "as its preset is"


def test_a_folder_of_links_gives_an_album_file_with_their_names(mixes, tmp_path, burnish):
    (tmp_path / "My Album").mkdir()
    for path in mixes:
        (tmp_path / "My Album" / path.name).symlink_to(path)
    assert burnish("album", "new", tmp_path / "My Album")[0] == 0
    made = read_album(tmp_path / "My Album" / "album.toml")
    assert made.texts.title == "My Album" and 'file = "01 One.wav"' in made.path.read_text()
    (tmp_path / "link").symlink_to(tmp_path / "My Album")
    assert burnish("album", "new", tmp_path / "link", "-o", tmp_path / "other.toml")[0] == 0
    assert len(read_album(tmp_path / "other.toml").songs) == 3
