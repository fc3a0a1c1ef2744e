"""`burnish render`: files through the engine of the box, without a box."""

from pathlib import Path

import click
import platformdirs

from firmware import presets
from firmware.contract import ParamError, constraints, params
from host_cli.cli import Context, cli, pass_context
from host_cli.errors import REFUSED, USAGE, CliFail, Refused
from host_cli.presets import read
from host_cli.render import listening
from host_cli.terminal import table

from .parameters import complete_assignment


def complete_preset(context, parameter, incomplete) -> list[str]:
    """Shell completion of the presets at hand here; files complete themselves."""
    return [entry.name for entry in library().list() if entry.name.lower().startswith(incomplete.lower())]


def library() -> presets.PresetLibrary:
    """The factory presets, and those kept on this laptop."""
    return presets.PresetLibrary(platformdirs.user_data_path("burnish") / "presets")


@cli.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="OUT",
    help="file to write; a folder for several inputs. The ending says the format: .wav, .flac, .aiff",
)
@click.option(
    "-p",
    "--preset",
    metavar="NAME|FILE",
    shell_complete=complete_preset,
    help="factory preset, one kept here, or a preset's file (.toml)",
)
@click.option(
    "-s",
    "--set",
    "assignments",
    multiple=True,
    metavar="PATH=VALUE",
    shell_complete=complete_assignment,
    help="change a parameter of it; may be given several times",
)
@click.option(
    "--session",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="repeat a run of the box, with each change at its frame (its run.json)",
)
@click.option(
    "--bits",
    type=click.Choice(["16", "24", "32", "float"]),
    default="24",
    show_default=True,
    help="depth of the output",
)
@click.option(
    "--target-lufs",
    type=click.FloatRange(-50, 0),
    metavar="LUFS",
    help="find the limiter gain that gives this integrated loudness, within 0.05 LU; the ceiling holds",
)
@click.option(
    "--listen",
    metavar="WHAT",
    help=f"hear a part: {listening.FORMS}; delta is all that the chain changes",
)
@click.option("--keep-latency", is_flag=True, help="as a recorder at the box would tape it: the latency in front")
@pass_context
def render(context: Context, inputs, output, preset, assignments, session, bits, target_lufs, listen, keep_latency):
    """Master files with the very engine of the box: same preset, same bits.

    The output lies on the input, frame for frame: the latency of the chain is taken off.
    """  # fmt: skip
    from host_cli.render import audiofile, loudness_target
    from host_cli.render import engine as engine

    if session and (preset or assignments):
        raise click.UsageError("--session has its own values: leave --preset and --set out")
    if target_lufs is not None and (session or keep_latency):
        raise click.UsageError("--target-lufs renders several times: leave --session and --keep-latency out")
    if listen and (session or keep_latency or target_lufs is not None):
        raise click.UsageError("--listen is for the ear alone: leave --session, --keep-latency and --target-lufs out")
    run = _read_run(session) if session else None
    values, events = (run["start"], run["events"]) if run else (_values(preset, assignments), ())
    if listen:
        values = listening.soloed(values, listen)
    if not run:
        _check(values)
    rows, results = [], []
    for path, target in context.progress(_targets(context, inputs, output, bits), "rendering"):
        words, rate_hz = audiofile.read_words(path)
        if run and rate_hz != run["rate_hz"]:
            raise CliFail(f"{path} is at {rate_hz} Hz, the session ran at {run['rate_hz']} Hz: give the mix it had")
        if not run:
            _check(values, rate_hz)
        gain_db = None
        if target_lufs is None:
            done = engine.render(words, rate_hz, values, events, align=not keep_latency)
        else:
            reached = loudness_target.render_to(words, rate_hz, values, target_lufs)
            done, gain_db = reached.rendered, reached.gain_db
        out = listening.difference(words, done.words) if listen == "delta" else done.words
        audiofile.write_words(target, out, rate_hz, bits)
        before, after = (audiofile.figures(w, rate_hz) for w in (words, out))
        results.append(
            {"input": str(path), "output": str(target), "rate_hz": rate_hz, "frames": len(out), "latency": done.latency,
             "before": before, "after": after, "clamps": done.clamps, "bad_blocks": done.bad_blocks,
             "limiter_gain_db": gain_db}
        )  # fmt: skip
        rows.append(
            (
                str(target),
                _arrow(before, after, "integrated_lufs", "LUFS"),
                _arrow(before, after, "max_tp_dbtp", "dBTP"),
                "" if gain_db is None else f"limiter gain {gain_db:+.2f} dB",
            )
        )
    context.out("render", {"rendered": results}, table(rows))


def _read_run(path: Path) -> dict:
    """A session of the box. Raises CliFail."""
    from firmware.engine import replay  # brings the DSP along: too slow for completion, which imports this module

    try:
        return replay.read_session(path)
    except (OSError, ValueError) as why:
        raise CliFail(f"cannot repeat the session of {path}: {why}", USAGE) from None


def _arrow(before: dict, after: dict, name: str, unit: str) -> str:
    texts = ("–" if figures[name] is None else f"{figures[name]:.2f}" for figures in (before, after))
    return f"{' → '.join(texts)} {unit}"


def _values(preset: str | None, assignments) -> dict[str, float]:
    """All parameters: defaults, the preset over them, the assignments over that. Raises Refused, CliFail."""
    values = dict(params.DEFAULTS)
    if preset:
        values |= _preset(preset).values
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals:
            raise click.UsageError(f"{assignment!r} is no assignment; write {path}=VALUE")
        try:
            param = params.find(path.strip())
            values[param.id] = param.parse(text)
        except ParamError as why:
            raise Refused(str(why), why.name, why.data, REFUSED) from None
    return values


def _check(values: dict[str, float], rate_hz: int | None = None) -> None:
    """Raise Refused for values that do not go together, or not with that sampling rate."""
    try:
        constraints.check(values, values, rate_hz)
    except ParamError as why:
        raise Refused(str(why), why.name, why.data, REFUSED) from None


def _preset(name: str) -> presets.Preset:
    if name.endswith(".toml"):
        return read(Path(name))[1]
    try:
        return library().load(name)
    except presets.PresetError as why:
        raise Refused(str(why), why.name, why.data, REFUSED) from None


def _targets(context: Context, inputs, output: Path, bits: str) -> list[tuple[Path, Path]]:
    """Each input with the file to write. What can fail without a render fails here. Asks before overwriting. Raises CliFail."""
    from host_cli.render import audiofile

    for path in inputs:
        audiofile.check_source(path)
    folder = output.is_dir() or len(inputs) > 1
    if folder and output.exists() and not output.is_dir():
        raise CliFail(f"{output} is a file: give a folder for {len(inputs)} inputs", USAGE)
    if folder:
        output.mkdir(parents=True, exist_ok=True)
    targets = [output / f"{path.stem}.wav" if folder else output for path in inputs]
    for path, target in zip(inputs, targets, strict=True):
        if target.exists() and path.exists() and target.samefile(path):
            raise CliFail(f"{target} would overwrite its own input: write elsewhere", USAGE)
        if targets.count(target) > 1:
            raise CliFail(f"several inputs would become {target}: render them one by one", USAGE)
        audiofile.check_target(target, bits)
        if target.exists():
            context.confirm(f"{target} exists. Overwrite it?")
    return list(zip(inputs, targets, strict=True))
