"""`burnish compare`: versions of a recording side by side, in figures, as files to hear, and in a blind test."""

import math
import random
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import USAGE, CliFail
from host_cli.terminal import one_line, table

from .options import output_option

_KEYS = "a, b, x play; =a, =b say what X is; s stops; q ends"
_KEYS_OF_FILES = "=a, =b say what X is; q ends"


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="A B...")
@output_option("folder to create with the aligned, level-matched versions as float WAV files")
@click.option("--no-align", is_flag=True, help="do not look for an offset: the files begin at the same time")
@click.option("--no-match", is_flag=True, help="keep the levels; by default all get the loudness of the quietest")
@click.option("--abx", is_flag=True, help="blind test: X is A or B at random, and you say which; needs two files")
@click.option("--trials", type=click.IntRange(5, 100), default=16, show_default=True, metavar="NUMBER", help="trials of the blind test")  # fmt: skip
@click.option("--start", "start_s", type=click.FloatRange(0), default=0.0, metavar="SECONDS", help="blind test: where the part begins that is played")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0.5), metavar="SECONDS", help="blind test: length of the part that is played; default: all")  # fmt: skip
@click.option("--seed", type=int, hidden=True)  # fixes the order of a blind test, for tests
@pass_context
def compare(context: Context, files, output, no_align, no_match, abx, trials, start_s, seconds, seed):
    """Compare versions of the same recording at equal loudness: tone, dynamics, width, null depth; hear them; test blindly.

    The first file is the reference of all differences. Offsets are found to a part of a frame and removed. The blind test prints how
    probable its result would be by chance alone. Without a player of sound, it writes the files of all trials with --output.
    """
    from host_cli.compare import brought_together, difference, difference_rows, version_rows

    if len(files) < 2 or len(files) > 26:
        raise click.UsageError("give 2 to 26 files")
    if abx and len(files) != 2:
        raise click.UsageError("--abx compares two files")
    if output and output.exists():
        context.confirm(f"{output} exists. Replace it?")
    versions = brought_together(files, not no_align, not no_match)
    found = [difference(versions[0], other) for other in versions[1:]]
    data = {"versions": [_version(v) for v in versions], "differences": [_plain(d) for d in found]}
    text = f"{table(version_rows(versions))}\n\n{table(difference_rows(versions, found))}"
    blind = _Blind(versions, trials, seed, (start_s, seconds)) if abx else None
    if blind and not (blind.player or output):
        raise CliFail(
            "there is no program or sound card to play with: add --output FOLDER to write the files of all trials",
            USAGE,
        )
    if output:
        data["folder"], text = (
            str(output),
            f"{text}\n\n{output}: {', '.join(map(one_line, _write(versions, output, blind)))}",
        )
    if blind:
        context.note(text)
        data["abx"] = blind.ask(context, output)
        text = _verdict(data["abx"])
    context.out("compare", data, text)


def _write(versions, output: Path, blind: "_Blind | None") -> list[str]:
    """Write all versions, and the trials of a blind test that nothing can play; returns the names of the files."""
    from host_cli.records.delivery import staged

    with staged(output) as folder:
        names = [_write_file(folder / f"{v.letter} {v.path.stem}.wav", v, v.samples) for v in versions]
        if blind and not blind.player:
            blind.write_trials(folder)
    return names


def _write_file(path: Path, version, samples) -> str:
    from host_cli.render import AudioWriter

    with AudioWriter(path, version.rate_hz, "float", samples.shape[1]) as writer:
        writer.write(samples)
    return path.name


class _Blind:
    """A blind test of two versions in the terminal. `part`: start and length of what is played, in s (None: to the end)."""

    def __init__(self, versions, trials: int, seed: int | None, part: tuple[float, float | None]):
        from host_cli.compare import AbxTest, find_player

        rate_hz, frames = versions[0].rate_hz, versions[0].samples.shape[1]
        start = round(part[0] * rate_hz)
        end = frames if part[1] is None else min(frames, start + round(part[1] * rate_hz))
        if end - start < rate_hz // 2:
            raise CliFail(f"--start must be at least 0.5 s before the end of the common part at {frames / rate_hz:.2f} s", USAGE)  # fmt: skip
        self._parts = {v.letter: (v, v.samples[:, start:end]) for v in versions}
        self.test = AbxTest(trials, random.Random(seed) if seed is not None else random.SystemRandom())
        self.player = find_player()

    def write_trials(self, folder: Path) -> None:
        """Write A, B, and X of every trial."""
        for letter, (version, samples) in self._parts.items():
            _write_file(folder / f"{letter}.wav", version, samples)
        for number, letter in enumerate(self.test.hidden, 1):
            shutil.copyfile(folder / f"{letter}.wav", folder / f"X{number:02d}.wav")

    def ask(self, context: Context, output: Path | None) -> dict:
        """Read commands until every trial has an answer, or the input ends; returns the result."""
        if not self.player:
            context.note(f"nothing can play here: listen to A.wav, B.wav and X01.wav, X02.wav... in {output}")
            self._ask(context, {})
            return self.test.plain()
        with tempfile.TemporaryDirectory(prefix="burnish-") as name:
            paths = {letter: Path(name) / f"{letter}.wav" for letter in "ABX"}
            for letter, (version, samples) in self._parts.items():
                _write_file(paths[letter], version, samples)
            try:
                self._ask(context, paths)
            finally:
                self.player.stop()
        return self.test.plain()

    def _ask(self, context: Context, paths: dict[str, Path]) -> None:
        keys = _KEYS if self.player else _KEYS_OF_FILES
        while not self.test.finished:
            click.echo(f"trial {len(self.test.answers) + 1} of {self.test.trials} ({keys}): ", nl=False, err=True)
            line = sys.stdin.readline()
            word = line.strip().lower()
            if not line or word == "q":
                return
            if word in ("=a", "=b"):
                self.test.answer(word[1].upper())
            elif self.player and word in ("a", "b", "x"):
                self._play(word.upper(), paths)
            elif self.player and word == "s":
                self.player.stop()
            else:
                context.note(f"{word!r} is not allowed: {keys}")

    def _play(self, letter: str, paths: dict[str, Path]) -> None:
        self.player.stop()
        if letter == "X":
            shutil.copyfile(paths[self.test.x], paths["X"])
        self.player.play(paths[letter])


def _verdict(found: dict) -> str:
    text = f"{found['correct']} of {found['trials']} right"
    if found["answered"] < found["trials"]:
        text += f" ({found['trials'] - found['answered']} without an answer count as wrong)"
    text += f"; chance alone reaches this with a probability of {found['p_value']:.4f}: "
    if found["heard"]:
        return text + "a difference was heard"
    return text + f"no difference was shown; {found['needed']} right would show one (probability below 0.05)"


def _version(version) -> dict:
    names = ("integrated_lufs", "max_tp_dbtp", "plr_db", "lra_lu", "correlation")
    return {"letter": version.letter, "file": str(version.path), "rate_hz": version.rate_hz, "frames": version.samples.shape[1],
            "offset_frames": version.offset.frames, "inverted": version.offset.inverted, "gain_db": version.gain_db,
            **{name: version.figures[name] for name in names}}  # fmt: skip


def _plain(difference) -> dict:
    """`null_db` is null for equal files, because JSON has no infinity."""
    found = asdict(difference)
    octaves = found.pop("octaves_db")
    return found | {
        "octaves": {"hz": [float(hz) for hz in octaves], "db": list(octaves.values())},
        "null_db": None if difference.null_db == -math.inf else difference.null_db,
    }
