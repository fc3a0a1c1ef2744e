"""`burnish deliver --for cd`, `import` and `verify`: the delivery of three songs, read back by other programs and by our own import."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from host_cli.__main__ import main
from host_cli.records.delivery import compact_disc, importing, open_image, staging
from host_cli.records.formats import Disc, Track, cue, msf
from tests.support.mixes import write_album
from tests.support.paths import ROOT
from tests.support.programs import needs

HEAD = '[album]\ntitle = "Disc"\nartist = "Bänd"\nupc = "4006381333931"\n'
SONGS = (
    'isrc = "USABC1111111"\ncomposer = "C. Omposer"\nindex_s = [2.5]',
    'isrc = "USABC1111112"\ngap_s = 2.5\ncopy_permitted = true',
    'isrc = "USABC1111113"\ngap_s = 0',
)


@pytest.fixture(scope="module")
def delivered(mixes, tmp_path_factory):
    """A folder with the delivery `cd` and the album file."""
    folder = tmp_path_factory.mktemp("delivery")
    file = write_album(folder / "album.toml", mixes, SONGS, HEAD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        assert main(["deliver", str(file), "--for", "cd", "-o", str(folder / "cd")]) == 0
    return folder


@pytest.fixture
def delivery(delivered, tmp_path):
    """A copy of the delivery, which a test may damage."""
    shutil.copy(delivered / "album.toml", tmp_path)
    return shutil.copytree(delivered / "cd", tmp_path / "cd")


def test_contents_and_verification(delivery, burnish, tmp_path):
    names = sorted(path.relative_to(delivery).as_posix() for path in delivery.rglob("*") if path.is_file())
    assert names == [
        "CUE/disc.bin", "CUE/disc.cue", "DDP/CDTEXT.BIN", "DDP/CHECKSUM.MD5", "DDP/DDPID", "DDP/DDPMS", "DDP/IMAGE.DAT", "DDP/SD",
        "DELIVERY.txt", "PQ.pdf", "PQ.txt", "SHA256SUMS", "delivery.json",
    ]  # fmt: skip
    status, out, _ = burnish("--json", "verify", delivery, "--album", tmp_path / "album.toml")
    found = json.loads(out.splitlines()[0])
    assert status == 0 and found["passed"], out
    assert {row["grade"] for row in found["findings"]} == {"ok"}


def test_import_gives_back_every_sample_and_the_same_disc(delivery, burnish, tmp_path, record):
    for source in ("DDP", "CUE/disc.cue"):
        target = tmp_path / f"back-{source[:3]}"
        assert burnish("import", delivery / source, "-o", target)[0] == 0
        again = tmp_path / f"again-{source[:3]}"
        status, _, err = burnish("deliver", target / "album.toml", "--for", "cd", "-o", again, "--dither", "none")
        assert status == 0, err
        one, two = open_image(delivery / "DDP"), open_image(again / "DDP")
        assert two.disc == one.disc
        first, second = (image.samples(0, image.disc.sectors) for image in (one, two))
        record(
            "Records",
            f"Samples that differ after import of {source[:3]} and delivery",
            np.count_nonzero(first != second),
            "",
            target="0",
            digits=0,
        )
        assert np.array_equal(first, second)


def test_cdrdao_reads_the_sheet(delivery):
    needs("cdrdao")
    done = subprocess.run(
        ["cdrdao", "show-toc", "disc.cue"], cwd=delivery / "CUE", capture_output=True, encoding="latin-1", check=True
    )
    text = done.stdout + done.stderr
    assert "CATALOG NUMBER: 4006381333931" in text
    assert re.findall(r"ISRC (.*)", text) == ["US ABC 11 11111", "US ABC 11 11112", "US ABC 11 11113"]
    assert re.findall(r"COPY (NOT )?PERMITTED", text) == ["NOT ", "", "NOT "]
    assert re.findall(r"(INDEX  2|PREGAP|START) +(\S+)\(", text) == [
        ("START", "00:00:00"), ("INDEX  2", "00:02:37"), ("PREGAP", "00:02:37"), ("START", "00:08:37"), ("START", "00:13:37"),
    ]  # fmt: skip


def test_cuetools_read_times_and_titles(delivery):
    needs("cueprint")
    sheet = delivery / "CUE" / "disc.cue"
    done = subprocess.run(
        ["cueprint", "-d", "%T|%N\n", "-t", "%n|%t|%i\n", sheet], capture_output=True, encoding="latin-1", check=True
    )
    assert done.stdout.splitlines() == [
        "Disc|3", "1|One|USABC1111111", "2|Two|USABC1111112", "3|Three|USABC1111113",
    ]  # fmt: skip
    toc = subprocess.run(
        ["cueconvert", "-i", "cue", "-o", "cue", sheet], capture_output=True, encoding="latin-1", check=True
    ).stdout
    assert re.findall(r"INDEX (\d\d) (\S+)", toc) == re.findall(r"INDEX (\d\d) (\S+)", sheet.read_text("latin-1"))


def test_cd_info_finds_the_tracks_of_the_bin(delivery):
    needs("cd-info")
    command = ["cd-info", "--cue-file", "disc.cue", "--no-header", "--no-device-info", "--no-cddb"]
    text = subprocess.run(command, cwd=delivery / "CUE", capture_output=True, encoding="latin-1").stdout
    starts = re.findall(r"^\s*([123]): (\d\d:\d\d:\d\d)", text, re.M)
    disc = open_image(delivery / "DDP").disc
    assert starts == [(str(n), msf.text(track.indexes[0] + msf.LEAD)) for n, track, _ in disc.ends()]


def damage(path, at=0):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: damage(folder / "DDP" / "IMAGE.DAT", 400_000), "IMAGE.DAT has changed"),
        (lambda folder: (folder / "PQ.pdf").unlink(), "PQ.pdf is missing"),
        (lambda folder: (folder / "extra.wav").write_bytes(b"x"), "extra.wav is not in the manifest"),
        (lambda folder: (folder / "DDP" / "SD").unlink(), "not a complete DDP image"),
        (lambda folder: (folder / "delivery.json").write_text("{"), "delivery.json cannot be read"),
        (lambda folder: (folder / "CUE" / "disc.cue").write_text("FILE x"), "not a CUE sheet"),
    ],
)
def test_every_damage_fails(delivery, burnish, change, words):
    change(delivery)
    status, out, _ = burnish("verify", delivery)
    assert status == 10 and words in out, out


def test_an_impossible_disc_leaves_nothing(album_file, tmp_path, burnish):
    status, _, err = burnish("deliver", album_file("start_s = 0\nend_s = 1", ""), "--for", "cd", "-o", tmp_path / "cd")
    assert status == 8 and "track 1 lasts" in err
    assert not list(tmp_path.glob("*cd*")) and not list(tmp_path.glob(".cd*"))


def test_an_existing_folder_stays_until_the_new_one_is_complete(tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(RuntimeError), staging.staged(target) as folder:
        (folder / "new").write_text("new")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["out"] and (target / "old").exists()
    with staging.staged(target) as folder:
        (folder / "new").write_text("new")
    assert [path.name for path in target.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_gapless_marks_are_at_sectors_and_move_no_sample(delivery):
    found, _, _ = cue.read_cue((delivery / "CUE" / "disc.cue").read_text("latin-1"))
    starts = [track.indexes[0] for track in found.tracks]
    assert starts == [0, int((6 + 5 - 5 + 2.5) * 75), int((6 + 2.5 + 5) * 75)]
    assert found.tracks[0].indexes[1] == int(2.5 * 75)


def test_sound_before_track_1_is_imported_as_a_file_of_its_own(tmp_path):
    noise = np.random.default_rng(1).integers(-9000, 9000, (2400 * msf.FRAMES, 2)).astype("<i2")
    (tmp_path / "DDP").mkdir()
    hidden = Disc((Track((400,)), Track((1200,), 1100)), 2400)
    compact_disc.write_ddp(tmp_path / "DDP", hidden, [noise])
    (tmp_path / "back").mkdir()
    names = importing.write(open_image(tmp_path / "DDP"), tmp_path / "back")
    parts = [soundfile.read(tmp_path / "back" / name, dtype="int16")[0] for name in ("00 hidden.wav", *names)]
    assert np.array_equal(np.concatenate(parts), noise)
    text = (tmp_path / "back" / "album.toml").read_text()
    assert "00 hidden.wav is what" in text and "pause_s = 1.3333333" in text


def test_details_of_ddp_that_differ_between_programs(album_file, tmp_path, burnish):
    file = album_file(*SONGS[:2], head=HEAD)
    status, _, err = burnish("deliver", file, "--for", "cd", "-o", tmp_path / "cd", "--isrc-once", "--ddp-zeros")
    assert status == 0, err
    ms, sd = ((tmp_path / "cd" / "DDP" / name).read_bytes() for name in ("DDPMS", "SD"))
    assert ms[-128:][38:42] == b"DA00" and sd.count(b"USABC1111112") == 1
    assert burnish("verify", tmp_path / "cd")[0] == 0


def test_a_killed_delivery_leaves_nothing_under_the_name_of_the_folder(album_file, tmp_path):
    """The process is killed as soon as audio is being written."""
    file = album_file(*SONGS, head=HEAD)
    command = [sys.executable, "-m", "host_cli", "deliver", str(file), "--for", "cd", "-o", str(tmp_path / "cd")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not list(tmp_path.glob(".cd.*.part/DDP/IMAGE.DAT")):
            time.sleep(0.002)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -9, "the delivery was complete before it could be killed"
    assert not (tmp_path / "cd").exists()


def test_a_full_disk_leaves_nothing(album_file, tmp_path, burnish, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compact_disc.pq_sheet, "pdf", full)
    status, _, err = burnish("deliver", album_file(*SONGS, head=HEAD), "--for", "cd", "-o", tmp_path / "cd")
    assert status == 1 and "No space left on device; nothing was left there" in err
    assert [path.name for path in tmp_path.iterdir() if "cd" in path.name] == []


@pytest.mark.parametrize("kind", ["cd", "streaming", "broadcast", "vinyl", "archive"])
def test_a_disk_that_becomes_full_in_the_middle_leaves_nothing(kind, album_file, tmp_path, burnish):
    """The operating system refuses to let any file grow beyond 200 kB. The renders are in the cache already."""
    file = album_file(*SONGS, head=HEAD)
    deliver = ("deliver", file, "--for", kind, "--copies", "none", "-o", tmp_path / "out")
    assert burnish("album", "listen", file, "-o", tmp_path / "joins")[0] == 0
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        status, _, err = burnish(*deliver)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert status == 1 and err.count("\n") == 1 and str(tmp_path / "out") in err, err
    assert not [path.name for path in tmp_path.iterdir() if "out" in path.name]


def test_folders_of_deliveries_that_were_killed_long_ago_are_deleted(tmp_path):
    old, new = (tmp_path / f".cd.{name}.part" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    with staging.staged(tmp_path / "cd") as folder:
        (folder / "x").write_text("x")
    assert not old.exists() and new.exists() and (tmp_path / "cd" / "x").exists()
