"""The page of a proof: one recording, or an album with its songs."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from host_cli.records import targets
from host_cli.records.codecs import CODECS, encode
from host_cli.records.translation import pictures
from host_cli.render import AudioWriter
from host_cli.report import Audio, Section, Target, plots, rows

from .findings import Proof

#: The codec and bit rate of copies in a page: every browser plays it.
_CODEC, _KBPS, _KIND = "mp3", 192, "audio/mpeg"


def section(proof: Proof, audio: Audio | None = None) -> Section:
    """Verdict, services, faults, translation, and all plots of a recording."""
    notes = [f"Fails: {text}." for text in proof.broken]
    figures = [list(row) for row in rows(proof.found)]
    parts = [
        Section("Figures", rows=[["figure", "value"], *figures]),
        Section(
            "Services", rows=[list(row) for row in targets.preview_rows(proof.services, proof.found, proof.album_lufs)]
        ),
        Section(
            "Silence, clicks and other faults",
            notes=[] if proof.faults else ["Nothing was found."],
            rows=proof.fault_rows(),
        ),
        Section("Translation (models)", rows=pictures.situation_rows(proof.situations)),
        Section("Plots", figures=plots.all_of(proof.samples, proof.rate_hz, proof.found, _target(proof))),
    ]
    return Section(
        proof.name, notes, badge=("pass", "pass") if proof.passed else ("fail", "fail"), audio=audio, parts=parts
    )


def _target(proof: Proof) -> Target:
    """The first service with a loudness, for the plots."""
    service = next((s for s in proof.services if s.lufs is not None), None)
    if service is None:
        return Target("no target", -14.0, 1.0, -1.0)
    return Target(service.name, service.lufs, service.tolerance_lu or 1.0, service.true_peak_dbtp)


def album_section(rows_: Sequence[Sequence[str]], proofs: Sequence[Proof], audio: Audio | None) -> Section:
    """The head of the page of an album. `rows_`: the table of songs."""
    bad = [proof.name for proof in proofs if not proof.passed]
    notes = [f"Songs that fail: {', '.join(bad)}."] if bad else ["All songs pass."]
    return Section(
        "Album", notes, [list(row) for row in rows_], badge=("fail", "fail") if bad else ("pass", "pass"), audio=audio
    )


def copy(blocks, rate_hz: int, frames: int, points: Sequence[tuple[float, str]]) -> Audio:
    """A lossy copy for the page; `points`: times that can be played from. Raises CliFail without ffmpeg."""
    with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
        source, target = Path(folder) / "source.wav", Path(folder) / "copy.mp3"
        with AudioWriter(source, rate_hz, "16", frames) as writer:
            for block in blocks:
                writer.write(block)
        encode(source, target, CODECS[_CODEC], _KBPS)
        return Audio(target.read_bytes(), _KIND, points)


def points(proof: Proof) -> list[tuple[float, str]]:
    """The start, the loudest over, and the faults of a recording."""
    found = [(0.0, "start")]
    found += [
        (max(0.0, over["seconds"] - 1), f"over {over['dbtp']:+.1f} dBTP")
        for over in sorted(proof.found["overs"], key=lambda o: -o["dbtp"])[:3]
    ]
    found += [(max(0.0, fault.times[0][0] - 1), fault.name.replace("_", " ")) for fault in proof.faults if fault.times]
    return sorted(found)
