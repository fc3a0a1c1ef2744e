"""Formats of records: the reference image of DDP byte by byte, CD-Text, CUE, codes, times, chunks."""

import hashlib

import numpy as np
import pytest

from host_cli.errors import CliFail
from host_cli.records.delivery import compact_disc, open_image
from host_cli.records.formats import (
    Disc,
    Track,
    cdtext,
    cue,
    ddp,
    ddp_read,
    disc,
    identifiers,
    msf,
    pq_sheet,
    wave_header,
)
from host_cli.tags import broadcast, chunks

ONE = Track((0, 375), None, "USABC1111111", {"title": "One"}, pre_emphasis=True)
TWO = Track((750,), 600, "", {"title": "Two"}, copy_permitted=True, four_channel=True)
#: The disc of the reference image of the project ddp-reverse-eng (MIT licence), and the MD5 sums of its files.
REFERENCE = Disc((ONE, TWO), 1500, "0123456789012", {"title": "Disc"})
SUMS = {
    "DDPID": "dd89c874714f94418b20feea4d9b2ac6",
    "DDPMS": "8cdd88389667f7fdb961eb3e11996f31",
    "SD": "2700efab3adbb14722d72bc321d9589a",
    "CDTEXT.BIN": "665cfffec87796d5236091b226f63deb",
    "IMAGE.DAT": "7b4dad7a5114569b4e25550ca6278dda",
}


@pytest.fixture
def image(tmp_path):
    """The reference image, written: its sample i is i & 0xffff on the left and i >> 16 on the right."""
    i = np.arange(1500 * msf.FRAMES)
    audio = np.stack([i & 0xFFFF, i >> 16], axis=1).astype("<u2").view("<i2")
    compact_disc.write_ddp(tmp_path, REFERENCE, [audio[:1000], audio[1000:]], ddp.Options(isrc_twice=False))
    return tmp_path


def test_ddp_is_the_reference_image_byte_for_byte(image, record):
    sums = {name: hashlib.md5((image / name).read_bytes()).hexdigest() for name in SUMS}
    same = sum(sums[name] == expected for name, expected in SUMS.items())
    record(
        "Records",
        "Files of the DDP reference image that are the same byte for byte",
        same,
        "of 5",
        target="5",
        digits=0,
    )
    assert sums == SUMS
    rows = (image / "CHECKSUM.MD5").read_text().splitlines()
    assert sorted(rows) == sorted(f"{value} *{name}" for name, value in SUMS.items())


def test_ddp_is_read_back(image):
    data = {name: (image / name).read_bytes() for name in SUMS}
    assert ddp_read.disc(data["DDPID"], data["SD"], data["CDTEXT.BIN"]) == REFERENCE
    assert ddp_read.image_map(data["DDPMS"]) == {
        "text": ("CDTEXT.BIN", 90),
        "pq": ("SD", 512),
        "audio": ("IMAGE.DAT", 1650),
    }


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("DDPID", lambda data: b"DDP 1.01" + data[8:], "DDP 2.00"),
        ("SD", lambda data: data[:-3], "multiple of 64"),
        ("SD", lambda data: data[:-128], "lead-out"),
        ("SD", lambda data: data.replace(b"00020011", b"00029911"), "is not a time"),
        ("SD", lambda data: b"X" + data[1:], "record 0 of SD"),
        ("CDTEXT.BIN", lambda data: data[:5] + b"?" + data[6:], "wrong checksum"),
    ],
)
def test_a_damaged_ddp_is_refused_by_name(image, name, change, words):
    data = {name: (image / name).read_bytes() for name in SUMS}
    data[name] = change(data[name])
    with pytest.raises(ValueError, match=words):
        ddp_read.disc(data["DDPID"], data["SD"], data["CDTEXT.BIN"])


def test_cd_text_of_long_titles_and_many_tracks():
    tracks = tuple(
        Track((n * 400,), None, "", {"title": f"Title {n} of a song with a long name", "performer": "É & Ö"})
        for n in range(12)
    )
    whole = Disc(tracks, 12 * 400, "", {"title": "Album", "performer": "É & Ö"})
    found = cdtext.read_cd_text(cdtext.cd_text(whole))
    assert found == [whole.texts, *(track.texts for track in tracks)]
    many = Disc(tuple(Track((n * 400,), None, "", {"title": "x" * 120}) for n in range(40)), 16000, "", {})
    with pytest.raises(ValueError, match="256 packs"):
        cdtext.cd_text(many)


def test_cue_is_read_back():
    text = cue.cue(REFERENCE, "disc.bin")
    found, name, kind = cue.read_cue(text)
    assert (name, kind) == ("disc.bin", "BINARY")
    assert found == Disc(REFERENCE.tracks, 0, REFERENCE.ean, REFERENCE.texts)
    with pytest.raises(ValueError, match="line 3: '00:99:00' is not a time"):
        cue.read_cue('FILE "a.bin" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:99:00\n')


@pytest.mark.parametrize(
    ("tracks", "sectors", "words"),
    [
        ((Track((0,)), Track((299,))), 1000, "track 1 lasts 3.99 s"),
        ((Track((0, 0)),), 1000, "not in order"),
        ((), 1000, "1 to 99 tracks"),
        ((Track((0,), copy_permitted=True, scms=True),), 1000, "SCMS"),
        ((Track((0,), texts={"title": "Ω"}),), 1000, "Latin-1"),
        ((Track((0,)),), msf.sector("99:58:00"), "longer than 99:59:74"),
    ],
)
def test_what_a_cd_cannot_hold_is_refused(tracks, sectors, words):
    assert words in "; ".join(disc.problems(Disc(tracks, sectors)))


def test_times_and_codes():
    assert msf.text(msf.sector("79:48:05")) == "79:48:05"
    assert identifiers.ean("036000291452") == "0036000291452"
    assert identifiers.isrc("ISRC AA-6Q7-20-00047") == "AA6Q72000047"
    for wrong in ("4006381333932", "12", "40063813339310"):
        with pytest.raises(ValueError):
            identifiers.ean(wrong)
    assert identifiers.ean("4006381333931") == "4006381333931"


def test_pq_sheet_lists_every_point(tmp_path):
    text = pq_sheet.pq_sheet(REFERENCE, {"loudness": "-9.00 LUFS"})
    assert "    1      1  00:02:00  00:05:00  PRE       USABC1111111  One" in text
    assert "    2      0  00:10:00  00:02:00" in text and "pause" in text
    assert "AA      1  00:22:00" in text.replace("   AA", "AA")
    assert pq_sheet.pdf(text, "PQ").startswith(b"%PDF-")


def test_chunks_of_a_wav_file_are_read_back(tmp_path):
    texts = {"DESCRIPTION": "Déscription", "ORIGINATOR": "Burnish", "ORIGINATION_DATE": "2026-11-21"}
    figures = {"integrated_lufs": -22.644, "lra_lu": 5.5, "max_tp_dbtp": -1.02, "max_short_lufs": -18}
    body = broadcast.built(texts, 12345, figures, ["A=PCM,F=48000"])
    assert body[412:414] == (-2264).to_bytes(2, "little", signed=True)
    assert body[418:420] == b"\xff\x7f"
    assert broadcast.loudness(body) == figures | {"integrated_lufs": -22.64, "max_momentary_lufs": None}
    assert broadcast.to_comments(body) == texts | {
        "DESCRIPTION": "D?scription", "TIME_REFERENCE": "12345", "CODING_HISTORY": "A=PCM,F=48000",
    }  # fmt: skip
    with pytest.raises(ValueError, match="at least 602"):
        broadcast.loudness(body[:600])
    for force in (False, True):
        head = wave_header.header([(b"bext", body)], 48000, "24", 10, 0, force)
        assert len(head) == len(wave_header.header([(b"bext", body)], 48000, "24", 10, 0, not force))
        (tmp_path / "x.wav").write_bytes(head + bytes(60))
        assert chunks.read(tmp_path / "x.wav", frozenset((b"bext",))) == [(b"bext", body)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('FILE "a.bin" BINARY\nTRACK 01 AUDIO\nINDEX 01\n', "line 3: INDEX is incomplete"),
        ("ISRC AA6Q72000047\n", "line 1: ISRC stands before the first TRACK"),
        ('FILE "a.bin" BINARY\nTRACK 02 AUDIO\n', "is not audio track 1"),
        ('FILE "a.bin" BINARY\nTRACK 01 MODE1/2352\n', "is not audio track 1"),
        ('FILE "a.bin" BINARY\nTRACK 01 AUDIO\nPREGAP 00:02:00\n', "write it into the file"),
        ("", "one FILE"),
    ],
)
def test_a_wrong_cue_sheet_is_refused_with_its_line(text, words):
    with pytest.raises(ValueError, match=words):
        cue.read_cue(text)


def test_files_outside_the_image_are_not_opened(image, tmp_path):
    data = (image / "DDPMS").read_bytes()
    with pytest.raises(ValueError, match="not beside it"):
        ddp_read.image_map(data.replace(b"IMAGE.DAT ", b"../IMAGE.D"))
    (tmp_path / "x.cue").write_text('FILE "../a.bin" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n')
    with pytest.raises(CliFail, match="does not exist beside it"):
        open_image(tmp_path / "x.cue")
