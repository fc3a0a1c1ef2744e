"""Tags, ISRC, artwork and broadcast chunks pass from the input of a render to its output."""

import base64
import struct

import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, COMM, ID3, TIT2, TSRC, TXXX
from mutagen.oggvorbis import OggVorbis

from host_cli.tags import broadcast, chunks, documents, id3, info, reading
from tests.host_cli.render.test_files import burnish

RATE_HZ = 48000
ISRC = "AA6Q72000047"
COVER = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
TEXTS = {"TITLE": ["Sea"], "ARTIST": ["One", "Two"], "TRACKNUMBER": ["3"], "TRACKTOTAL": ["12"], "DATE": ["2024-05-01"],
         "ISRC": [ISRC], "COMMENT": ["für Elise"], "MUSICBRAINZ_ALBUMID": ["5d5a"]}  # fmt: skip
ALL = frozenset((b"bext", b"iXML", b"axml", b"LIST", b"id3 ", b"cue ", b"JUNK", b"cart"))


def sound(path, rate_hz=RATE_HZ, **options):
    x = 0.1 * np.sin(2 * np.pi * 440 / rate_hz * np.arange(rate_hz))
    soundfile.write(path, np.stack([x, x], 1), rate_hz, **options)
    return path


def picture() -> Picture:
    found = Picture()
    found.type, found.mime, found.desc, found.data = 3, "image/png", "front", COVER
    return found


def flac(path):
    file = FLAC(sound(path))
    file.tags.update(TEXTS | {"REPLAYGAIN_TRACK_GAIN": ["-6.1 dB"], "ENCODER": ["x"]})
    file.add_picture(picture())
    file.save()


def ogg(path):
    file = OggVorbis(sound(path, format="OGG", subtype="VORBIS"))
    file.update(TEXTS | {"METADATA_BLOCK_PICTURE": [base64.b64encode(picture().write()).decode()]})
    file.save()


def id3_tag(tag) -> None:
    for frame in (TIT2(encoding=3, text=["Sea"]), TSRC(encoding=3, text=[ISRC]), COMM(encoding=3, lang="deu", desc="", text=["für Elise"]),
                  TXXX(encoding=3, desc="MUSICBRAINZ_ALBUMID", text=["5d5a"]), TXXX(encoding=3, desc="replaygain_track_gain", text=["-6"]),
                  APIC(encoding=3, mime="image/png", type=3, desc="front", data=COVER)):  # fmt: skip
        tag.add(frame)


def mp3(path):
    sound(path, format="MP3", subtype="MPEG_LAYER_III")
    tag = ID3()
    id3_tag(tag)
    tag.save(path)


def aiff(path):
    file = AIFF(sound(path))
    file.add_tags()
    id3_tag(file.tags)
    file.save()


def bext(time_reference: int = 172800000) -> bytes:
    head = b"Scene 1".ljust(256, b"\0") + b"Field".ljust(32, b"\0") + b"REF1".ljust(32, b"\0") + b"2024-05-0111:22:33"
    return head + struct.pack("<QH", time_reference, 1) + bytes(254) + b"A=PCM,F=48000,W=24,M=stereo,T=Recorder\r\n"


IXML = b"<BWFXML><PROJECT>P</PROJECT><SPEED><FILE_SAMPLE_RATE>48000</FILE_SAMPLE_RATE><AUDIO_BIT_DEPTH>24</AUDIO_BIT_DEPTH></SPEED></BWFXML>"
CUE = struct.pack("<I", 1) + struct.pack("<II4sIII", 1, 480, b"data", 0, 0, 480)


def wav(path):
    sound(path, subtype="PCM_24")
    listed = info.from_comments({"TITLE": ["Sea"], "ARTIST": ["One"]})
    new = [
        (b"bext", bext()),
        (b"iXML", IXML),
        (b"axml", documents.axml_with(ISRC)),
        (b"LIST", listed),
        (b"cue ", CUE),
        (b"JUNK", b"x" * 7),
    ]
    chunks.append(path, new)


MAKERS = {".flac": flac, ".ogg": ogg, ".mp3": mp3, ".aiff": aiff, ".wav": wav}


def rendered(tmp_path, kind: str, to: str, *options) -> tuple:
    """The output of a render from a tagged file of one kind, and its tags."""
    source, out = tmp_path / f"in{kind}", tmp_path / f"out{to}"
    MAKERS[kind](source)
    status, _, stderr = burnish("render", source, "-o", out, *options)
    assert status == 0, stderr
    return out, reading.read(out), stderr


@pytest.mark.parametrize("to", [".wav", ".flac", ".aiff"])
@pytest.mark.parametrize("kind", MAKERS)
def test_title_and_isrc_reach_every_format(tmp_path, kind, to):
    out, tags, _ = rendered(tmp_path, kind, to)
    assert tags.comments["TITLE"] == ["Sea"] and tags.comments["ISRC"] == [ISRC]
    assert soundfile.info(out).frames >= RATE_HZ  # it is still a valid file
    assert not any(name.startswith("REPLAYGAIN") for name in tags.comments)


@pytest.mark.parametrize("to", [".wav", ".flac", ".aiff"])
@pytest.mark.parametrize("kind", [".flac", ".ogg", ".mp3", ".aiff"])
def test_artwork_and_unknown_tags_reach_every_format(tmp_path, kind, to):
    _, tags, _ = rendered(tmp_path, kind, to)
    assert [(p.data, p.mime, p.type) for p in tags.pictures] == [(COVER, "image/png", 3)]
    assert tags.comments["MUSICBRAINZ_ALBUMID"] == ["5d5a"] and tags.comments["COMMENT"] == ["für Elise"]


def test_all_comments_of_flac_survive_both_ways(tmp_path):
    for to in (".flac", ".wav", ".aiff"):
        _, tags, _ = rendered(tmp_path, ".flac", to)
        assert {name: sorted(tags.comments[name]) for name in TEXTS} == TEXTS, to
        assert "ENCODER" not in tags.comments


def test_other_programs_find_the_tags_of_a_wav_file(tmp_path):
    """mutagen finds the ID3 chunk, libsndfile the LIST chunk."""
    out, _, _ = rendered(tmp_path, ".flac", ".wav")
    assert mutagen.File(out).tags["TSRC"].text == [ISRC]
    with soundfile.SoundFile(out) as file:
        assert (file.copy_metadata()["title"], file.copy_metadata()["date"]) == ("Sea", "2024-05-01")


class TestBroadcast:
    def test_chunks_pass_with_the_loudness_of_the_output(self, tmp_path):
        out, _, stderr = rendered(tmp_path, ".wav", ".wav", "-s", "limiter.gain_db=6", "--bits", "16")
        found = dict(chunks.read(out, ALL))
        assert set(found) == {b"bext", b"iXML", b"axml", b"LIST", b"cue "} and not stderr
        fields = broadcast.to_comments(found[b"bext"])
        assert fields["DESCRIPTION"] == "Scene 1" and fields["TIME_REFERENCE"] == "172800000"
        history = fields["CODING_HISTORY"].splitlines()
        assert history[0].endswith("T=Recorder") and history[1].startswith("A=PCM,F=48000,W=16,M=stereo,T=Burnish")
        version, integrated, _, peak = struct.unpack_from("<H64xhhh", found[b"bext"], 346)
        assert version == 2
        assert integrated / 100 == pytest.approx(-14.68, abs=0.05)  # a sine of -20 dBFS at 440 Hz, 6 dB louder
        assert peak / 100 == pytest.approx(-14.0, abs=0.05)
        assert b"<AUDIO_BIT_DEPTH>16<" in found[b"iXML"] and found[b"cue "] == CUE

    def test_a_conversion_moves_the_time_reference_and_drops_positions(self, tmp_path):
        out, _, stderr = rendered(tmp_path, ".wav", ".wav", "--rate", "44100")
        found = dict(chunks.read(out, ALL))
        assert broadcast.to_comments(found[b"bext"])["TIME_REFERENCE"] == str(172800000 * 441 // 480)
        assert b"<FILE_SAMPLE_RATE>44100<" in found[b"iXML"]
        assert b"cue " not in found and "cue chunk has positions" in stderr

    def test_kept_latency_moves_the_time_reference(self, tmp_path):
        out, _, _ = rendered(tmp_path, ".wav", ".wav", "--keep-latency")
        latency = soundfile.info(out).frames - RATE_HZ
        time = broadcast.to_comments(dict(chunks.read(out, ALL))[b"bext"])["TIME_REFERENCE"]
        assert latency > 0 and int(time) == 172800000 - latency

    def test_fields_pass_through_flac_and_back(self, tmp_path):
        first, tags, _ = rendered(tmp_path, ".wav", ".flac")
        assert tags.comments["ORIGINATOR"] == ["Field"] and tags.comments["ORIGINATION_TIME"] == ["11:22:33"]
        assert burnish("render", first, "-o", tmp_path / "back.wav")[0] == 0
        found = dict(chunks.read(tmp_path / "back.wav", ALL))[b"bext"]
        assert found[:338] == bext()[:338]
        assert broadcast.to_comments(found)["CODING_HISTORY"].count("T=Burnish") == 2

    def test_rf64_files_keep_their_chunks(self, tmp_path, monkeypatch):
        monkeypatch.setattr("host_cli.render.writer._RF64_BYTES", 1000)
        out, _, _ = rendered(tmp_path, ".wav", ".wav")
        assert soundfile.info(out).format == "RF64" and b"bext" in dict(chunks.read(out, ALL))
        size = struct.unpack_from("<Q", out.read_bytes(), 20)[0]
        assert size == out.stat().st_size - 8


def test_tags_can_be_refused(tmp_path):
    _, tags, _ = rendered(tmp_path, ".flac", ".wav", "--no-tags")
    assert not tags.comments and not tags.chunks


def test_damaged_tags_do_not_stop_a_render(tmp_path):
    source = tmp_path / "in.wav"
    sound(source)
    chunks.append(
        source,
        [(b"id3 ", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\xff" * 40), (b"bext", b"short"), (b"LIST", b"INFOINAM\xff\xff")],
    )
    status, _, _ = burnish("render", source, "-o", tmp_path / "out.wav")
    assert status == 0 and soundfile.info(tmp_path / "out.wav").frames == RATE_HZ


def test_without_mutagen_wav_chunks_pass_and_a_remark_names_the_package(tmp_path, monkeypatch):
    flac(tmp_path / "in.flac")
    wav(tmp_path / "in.wav")
    monkeypatch.setattr(reading, "has_mutagen", lambda: False)
    assert burnish("render", tmp_path / "in.wav", "-o", tmp_path / "a.wav")[2] == ""
    assert b"bext" in dict(chunks.read(tmp_path / "a.wav", ALL))
    _, _, stderr = burnish("render", tmp_path / "in.flac", "-o", tmp_path / "b.wav")
    assert "burnish[files]" in stderr and stderr.count("\n") == 1


@pytest.mark.parametrize("isrc", ["", "AA-6Q7-20-0004", "AA6Q7200004x"])
def test_an_invalid_isrc_is_not_written_into_xml(isrc):
    assert documents.axml_with(isrc) is None
    assert documents.isrc_of(documents.axml_with("aa-6q7-20-00047")) == ISRC


@pytest.mark.parametrize("kind", [".flac", ".mp3", ".ogg", ".aiff"])
def test_a_wrong_file_name_does_not_matter(tmp_path, kind):
    MAKERS[kind](tmp_path / f"in{kind}")
    (tmp_path / f"in{kind}").rename(tmp_path / "in.wav")
    assert burnish("render", tmp_path / "in.wav", "-o", tmp_path / "out.flac")[2] == ""
    assert reading.read(tmp_path / "out.flac").comments["ISRC"] == [ISRC]


def test_an_id3_tag_and_chunks_of_a_wav_file_meet_in_aiff(tmp_path):
    wav(tmp_path / "in.wav")
    tag = ID3()
    tag.add(TIT2(encoding=3, text=["From ID3"]))
    tag.add(APIC(encoding=3, mime="image/png", type=3, desc="front", data=COVER))
    chunks.append(tmp_path / "in.wav", [(b"id3 ", id3.written(tag))])
    assert burnish("render", tmp_path / "in.wav", "-o", tmp_path / "out.aiff")[2] == ""
    tags = reading.read(tmp_path / "out.aiff")
    assert (tags.comments["TITLE"], tags.comments["ISRC"]) == (["From ID3"], [ISRC])
    assert tags.comments["ORIGINATOR"] == ["Field"] and len(tags.pictures) == 1


@pytest.mark.parametrize("kind", [".flac", ".mp3", ".aiff", ".wav"])
def test_random_damage_of_tags_raises_nothing(tmp_path, rng, kind):
    """Damage in the first or last 7000 bytes, where the tags are. Ogg files have checksums, so that libsndfile refuses them."""
    MAKERS[kind](tmp_path / f"in{kind}")
    whole = (tmp_path / f"in{kind}").read_bytes()
    read = 0
    for _ in range(60):
        damaged = bytearray(whole)
        for at in rng.integers(0, min(7000, len(whole)), rng.integers(1, 20)):
            damaged[-1 - at if kind in (".wav", ".aiff") else at] = rng.integers(0, 256)
        (tmp_path / "damaged").write_bytes(damaged)
        try:
            soundfile.info(tmp_path / "damaged")
        except soundfile.LibsndfileError:
            continue  # refused before its tags are read
        reading.read(tmp_path / "damaged")
        read += 1
    assert read > 5
