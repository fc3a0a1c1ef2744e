"""`burnish deliver` for streaming, broadcast, vinyl and archive, read back by other programs and verified."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
import wavinfo

from dsp_ext.meters import measure
from host_cli.__main__ import main
from host_cli.commands.records import deliver as deliver_command
from host_cli.records.album import Timeline
from host_cli.records.album.model import Song, Texts
from host_cli.records.album.timeline import laid_out
from host_cli.records.codecs import CODECS
from host_cli.records.delivery import KINDS
from host_cli.records.delivery.sides import DISCS, divided
from host_cli.records.delivery.vinyl import Risks
from host_cli.records.formats import wave_header
from host_cli.records.formats.identifiers import isrc
from host_cli.report.svg import png
from host_cli.tags import chunks
from tests.support.mixes import mix, write_album
from tests.support.programs import needs

HEAD = """[album]
title = "Disc"
artist = "Bänd"
upc = "4006381333931"
label = "Label"
year = 2026
genre = "Rock"
artwork = "cover.png"

[loudness]
mode = "album"
target_lufs = -16
ceiling_dbtp = -1
"""
SONGS = (
    'isrc = "USABC1111111"\ncomposer = "C. Omposer"\nside = "A"',
    'isrc = "USABC1111112"\ngap_s = 0\nside = "A"\nartist = "Guest"',
    'isrc = "USABC1111113"\ngap_s = 1.5\nside = "B"',
)


@pytest.fixture(scope="module")
def folder(mixes, tmp_path_factory):
    """A folder with an album file, whose renders are cached."""
    folder = tmp_path_factory.mktemp("deliveries")
    pixels = np.full((8, 8, 3), 90, np.uint8)
    (folder / "cover.png").write_bytes(png(pixels))
    write_album(folder / "album.toml", mixes, SONGS, HEAD)
    return folder


@pytest.fixture(scope="module")
def deliver(folder):
    """Make a delivery once: `deliver("vinyl")` returns its folder."""
    made = {}

    def make(kind, *options):
        if kind not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
                assert (
                    main(["deliver", str(folder / "album.toml"), "--for", kind, "-o", str(folder / kind), *options])
                    == 0
                )
            made[kind] = folder / kind
        return made[kind]

    return make


@pytest.fixture
def streaming(deliver):
    needs("ffmpeg")
    return deliver("streaming")


@pytest.mark.parametrize("kind", ["streaming", "broadcast", "vinyl", "archive"])
def test_a_delivery_verifies(deliver, burnish, kind):
    if kind == "streaming":
        needs("ffmpeg")
    status, out, _ = burnish("--json", "verify", deliver(kind))
    found = json.loads(out.splitlines()[0])["findings"]
    assert status == 0, [row for row in found if row["grade"] == "FAIL"]
    assert (
        sum("as claimed" in row["text"] for row in found)
        == {"streaming": 6, "broadcast": 3, "vinyl": 2, "archive": 4}[kind]
    )


def test_masters_in_order_are_the_programme_and_flac_is_the_same(streaming):
    masters = sorted((streaming / "masters").iterdir())
    assert [path.name for path in masters] == ["01 One.wav", "02 Two.wav", "03 Three.wav"]
    assert sum(soundfile.info(path).frames for path in masters) == 44100 * (6 + 5 + 7) + 66150
    for path in masters:
        flac = streaming / "flac" / f"{path.stem}.flac"
        assert np.array_equal(soundfile.read(path, dtype="int32")[0], soundfile.read(flac, dtype="int32")[0])


def test_wavinfo_reads_loudness_and_isrc(streaming, record):
    path = streaming / "masters" / "01 One.wav"
    info = wavinfo.WavInfoReader(str(path))
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    figures = measure(samples.T, rate_hz)
    names = {"loudness_value": "integrated_lufs", "loudness_range": "lra_lu", "max_true_peak": "max_tp_dbtp",
             "max_momentary_loudness": "max_momentary_lufs", "max_shortterm_loudness": "max_short_lufs"}  # fmt: skip
    errors = [abs(getattr(info.bext, theirs) - figures[ours]) for theirs, ours in names.items()]
    record(
        "Records",
        "Loudness values of a Broadcast Wave file, read by wavinfo: largest error",
        max(errors),
        "",
        target="<= 0.01",
        digits=3,
    )
    assert max(errors) <= 0.01
    assert info.bext.originator_ref == "USABC1111111"
    assert b"ISRC:USABC1111111" in dict(chunks.read(path, frozenset((b"axml",))))[b"axml"]


def test_mediainfo_reads_isrc_and_loudness(streaming):
    needs("mediainfo")
    text = subprocess.run(
        ["mediainfo", streaming / "masters" / "01 One.wav"], capture_output=True, text=True, check=True
    ).stdout
    assert "USABC1111111" in text
    shown = dict(line.split(":", 1) for line in text.splitlines() if "Loudness" in line or "TruePeak" in line)
    assert len(shown) == 5 and all(-40 < float(value) < 20 for value in shown.values()), text


@pytest.mark.parametrize(
    "name", ["masters/01 One.wav", "flac/01 One.flac", "mp3/01 One.mp3", "aac/01 One.m4a", "opus/01 One.opus"]
)
def test_mutagen_and_ffprobe_read_the_tags(streaming, name):
    needs("ffprobe")
    tags = mutagen.File(streaming / name).tags
    flat = "\n".join(f"{key} {value}" for key, value in tags.items())
    for text in ("One", "Bänd", "Disc", "USABC1111111", "4006381333931", "C. Omposer", "2026"):
        assert text in flat, f"{text} in {flat[:500]}"
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json", streaming / name],
        capture_output=True,
        text=True,
        check=True,
    )
    probed = json.loads(done.stdout)
    seen = {**probed["format"].get("tags", {}), **probed["streams"][0].get("tags", {})}
    assert {"One", "Disc"} <= {value for value in seen.values()}
    if name.startswith(("flac", "mp3", "aac")):
        assert any(stream.get("disposition", {}).get("attached_pic") for stream in probed["streams"])


def test_copies_are_gapless_where_the_format_allows(streaming):
    from host_cli.records.codecs import decode

    masters = [soundfile.info(path).frames for path in sorted((streaming / "masters").iterdir())]
    for kind, slack in (("mp3", 0), ("aac", 1024), ("opus", 0)):
        decoded = [decode(path, 44100).shape[1] for path in sorted((streaming / kind).iterdir())]
        assert all(0 <= got - wanted <= slack + 2 for got, wanted in zip(decoded, masters, strict=True)), kind


def test_isrc_list_and_note(streaming):
    rows = (streaming / "isrc.csv").read_text().splitlines()
    assert rows[2].startswith("2,Two,Guest,USABC1111112,5.000,Disc,4006381333931")
    note = (streaming / "DELIVERY.txt").read_text()
    assert "masters/01 One.wav" in note and "USABC1111113" in note
    subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=streaming, check=True)


def test_broadcast_is_r128_at_48_khz(deliver):
    for path in sorted((deliver("broadcast") / "masters").iterdir()):
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        figures = measure(samples.T, rate_hz)
        assert rate_hz == 48000 and soundfile.info(path).subtype == "PCM_24"
        assert figures["integrated_lufs"] == pytest.approx(-23, abs=0.2)
        assert figures["max_tp_dbtp"] <= -1


def test_archive_keeps_every_sample_and_the_recipe(deliver):
    archive = deliver("archive")
    whole = soundfile.read(archive / "programme.wav", dtype="float32")[0]
    pieces = [soundfile.read(path, dtype="float32")[0] for path in sorted((archive / "masters").iterdir())]
    assert np.array_equal(whole, np.concatenate(pieces))
    recipe = json.loads((archive / "recipe.json").read_text())
    assert len(recipe["songs"]) == 3 and len(recipe["songs"][0]["sha256"]) == 64
    assert (archive / "album.toml").exists()


def test_vinyl_sides_have_sheets_and_a_report(deliver):
    vinyl = deliver("vinyl")
    assert soundfile.info(vinyl / "Side A.wav").frames == 44100 * 11
    assert soundfile.info(vinyl / "Side B.wav").frames == 44100 * 7
    sheet = (vinyl / "Side A.cue").read_text()
    assert "INDEX 01 00:06:00" in sheet and 'TITLE "Two"' in sheet
    assert "Side A: 0:11 (ideal 19:30, at most 23:00)" in (vinyl / "vinyl.txt").read_text()


def timeline(*lengths_s, gap_s=2.0) -> Timeline:
    songs = [Song(None, Texts(str(n)), gap_s=gap_s if n else 0) for n in range(len(lengths_s))]
    return laid_out(songs, [1000 * s for s in lengths_s], 1000)


def test_sides_are_as_equal_as_the_songs_allow():
    sides = divided(timeline(300, 200, 400, 300, 350, 250), "12-33")
    assert [(side.first, side.last) for side in sides] == [(1, 3), (4, 6)]
    assert len(divided(timeline(*[300] * 12), "12-33")) == 4
    with pytest.raises(Exception, match="do not fit on sides of 5 min"):
        divided(timeline(400, 100), "7-45")
    assert all(ideal < most for ideal, most in DISCS.values())


def test_bass_out_of_phase_and_sibilance_are_reported():
    def sentences(samples):
        risks = Risks(44100)
        list(risks.watched([samples.T.astype(np.float32)]))
        return " ".join(risks.sentences())

    clean = mix(4)
    assert sentences(clean) == ""
    assert "bass below 150 Hz" in sentences(clean * [1, -1])
    hiss = np.diff(np.random.default_rng(1).standard_normal((4 * 44100 + 1, 2)), axis=0) * 0.2
    assert "15 kHz" in sentences(clean + hiss)


@pytest.mark.parametrize("bits", ["16", "24", "32", "float"])
def test_every_sample_format_is_read_back(tmp_path, bits):
    from host_cli.records.delivery.wave_file import write_wave

    samples = (np.round(mix(0.5)[: 44100 // 2 - 1].T * 2**15) / 2**15).astype(np.float32)
    write_wave(
        tmp_path / "x.wav",
        44100,
        bits,
        samples.shape[1],
        [samples[:, :1000], samples[:, 1000:]],
        after=chunks.packed(b"id3 ", b"x"),
    )
    back, _ = soundfile.read(tmp_path / "x.wav", dtype="float32")
    assert np.array_equal(back.T, samples)
    assert chunks.read(tmp_path / "x.wav", frozenset((b"id3 ",))) == [(b"id3 ", b"x")]


def test_large_files_become_rf64(tmp_path):
    head = wave_header.header([], 96000, "float", 2**30)
    assert head.startswith(b"RF64\xff\xff\xff\xff") and b"ds64" in head
    small = wave_header.header([], 44100, "16", 4, force=True) + np.arange(8, dtype="<i2").tobytes()
    (tmp_path / "x.wav").write_bytes(small)
    assert np.array_equal(soundfile.read(tmp_path / "x.wav", dtype="int16")[0].reshape(-1), np.arange(8))


def test_codes_of_the_album_are_well_formed():
    assert isrc("us-abc-11-11111") == "USABC1111111"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("masters/01 One.wav", lambda data: data[:5000]),
        ("masters/02 Two.wav", lambda data: b"RIFX" + data[4:]),
        ("mp3/01 One.mp3", lambda data: b"ID3" + data[3:40]),
        ("flac/03 Three.flac", lambda data: data[:3000]),
    ],
)
def test_a_damaged_file_fails_by_name_and_the_rest_is_verified(streaming, tmp_path, burnish, name, change):
    folder = shutil.copytree(streaming, tmp_path / "copy")
    (folder / name).write_bytes(change((folder / name).read_bytes()))
    status, out, _ = burnish("--json", "verify", folder)
    found = json.loads(out.splitlines()[0])["findings"]
    assert status == 10 and any(row["grade"] == "FAIL" and name in row["file"] + row["text"] for row in found)
    assert sum("as claimed" in row["text"] for row in found) >= 5


@pytest.mark.parametrize("content", [(), ("readme.txt",)])
def test_a_folder_without_a_delivery_fails(tmp_path, burnish, content):
    for name in content:
        (tmp_path / name).write_text("nothing")
    status, out, _ = burnish("verify", tmp_path)
    assert status == 10 and "contains nothing that can be verified" in out


@pytest.mark.slow
def test_an_album_of_real_music_is_delivered_and_verified(tmp_path, burnish):
    """From a folder of clips at different sampling rates to verified deliveries."""
    clips = sorted(Path(os.environ.get("BURNISH_MUSIC", "../shared/audio")).glob("*.flac"))
    if len(clips) < 2:
        pytest.skip("there are no clips of real music here: set BURNISH_MUSIC to a folder of FLAC files")
    mixes = tmp_path / "mixes"
    mixes.mkdir()
    for clip in clips:
        rate_hz = soundfile.info(clip).samplerate
        soundfile.write(
            mixes / f"{clip.stem}.wav", soundfile.read(clip, 10 * rate_hz, 5 * rate_hz)[0], rate_hz, "PCM_24"
        )
    assert burnish("album", "new", mixes, "-o", tmp_path / "album.toml")[0] == 0
    for kind, options in (("cd", ()), ("streaming", ("--copies", "none")), ("vinyl", ("--disc", "7-45"))):
        status, _, err = burnish("deliver", tmp_path / "album.toml", "--for", kind, "-o", tmp_path / kind, *options)
        assert status == 0, err
        status, out, _ = burnish("verify", tmp_path / kind)
        assert status == 0 and "passed: 0 failed" in out, out


def test_the_choices_of_the_command_are_the_kinds_that_exist():
    assert set(deliver_command._KINDS) == set(KINDS) and set(deliver_command._DISCS) == set(DISCS)
    assert set(deliver_command._CODECS) <= set(CODECS)
