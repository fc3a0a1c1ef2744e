"""`burnish render`: processes files with the engine of the box, without a box."""

import contextlib
from pathlib import Path

import click

from firmware import presets
from firmware.contract import ParamError, constraints, params
from host_cli.cli import Context, cli, pass_context
from host_cli.errors import FAILED_QC, REFUSED, USAGE, CliFail, Refused
from host_cli.folders import check_folder, data_folder
from host_cli.presets import read, remarks
from host_cli.render import listening
from host_cli.terminal import one_line, table

from .options import bits_option, output_option, preset_option, set_option, target_option

#: The parameter that a loudness target adjusts.
GAIN = "limiter.gain_db"
#: The parameter that the true peak of a service sets.
CEILING = "limiter.ceiling_dbtp"

#: Options that exclude each other: one, the others, and why.
EXCLUSIVE = (
    ("--run-log", ("--preset", "--set"), "contains all settings"),
    ("--run-log", ("--rate",), "contains the sampling rate"),
    ("--run-log", ("--start-frame",), "contains the starting frame"),
    ("--target-lufs", ("--run-log", "--keep-latency"), "searches for a gain in aligned renders"),
    ("--listen", ("--run-log", "--keep-latency", "--target-lufs"), "renders a part of the signal"),
    ("--for", ("--run-log", "--listen", "--keep-latency"), "checks aligned renders of the whole signal"),
    ("-o -", ("--json",), "writes the audio to stdout"),
)


def complete_preset(context, parameter, incomplete) -> list[str]:
    """Shell completion of the presets on this computer."""
    return [entry.name for entry in library().list() if entry.name.lower().startswith(incomplete.lower())]


def library() -> presets.PresetLibrary:
    """The factory presets, and the user's presets on this computer."""
    return presets.PresetLibrary(data_folder() / "presets")


@cli.command()
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@output_option(
    "file to write, or a folder for several inputs; the extension selects the format: .wav, .flac, .aiff; - writes WAV to stdout",
    "OUT",
    required=True,
)
@preset_option("factory preset, user preset on this computer, or preset file (.toml)", complete_preset)
@set_option("set a parameter, on top of the preset; can be given several times")
@click.option(
    "--run-log",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="repeat a run of the box, with every change at its frame, from the run log (run.json) of the box",
)
@click.option("--session", type=click.Path(path_type=Path), hidden=True)  # the former name of --run-log
@bits_option("sample format of the output")
@click.option(
    "--dither",
    type=click.Choice(["auto", "none", "flat", "gentle", "strong"]),
    metavar="SHAPE",
    default="auto",
    show_default=True,
    help="dither of an output with 16 or 24 bits: none, flat, gentle, strong; auto is flat, or none if nothing is processed",
)
@target_option(
    "adjust the limiter gain until the integrated loudness is within 0.05 LU of this; the ceiling stays as it is"
)
@click.option(
    "--for",
    "service",
    metavar="SERVICE",
    help="render to the loudness and the true peak of a service, for example spotify or r128, and check its rules",
)
@click.option("--no-target", is_flag=True, help="ignore the loudness target of the preset: render with its own gain")
@click.option(
    "--listen",
    metavar="WHAT",
    help=f"render only a part of the signal: {listening.FORMS}; delta is the difference to the input",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="NUMBER",
    help="number of files that are rendered at the same time",
)
@click.option(
    "--rate",
    "rate_hz",
    type=click.INT,
    metavar="HZ",
    help="convert the input to this sampling rate before it is processed, so that the ceiling holds in the output",
)
@click.option("--no-tags", is_flag=True, help="write no tags; by default those of the input are carried over")
@click.option("--mono", is_flag=True, help="accept files with one channel; the output has two equal channels")
@click.option(
    "--keep-latency", is_flag=True, help="keep the latency at the start of the file, as if recorded from the box"
)
@click.option(
    "--start-frame",
    type=click.IntRange(min=0),
    default=0,
    metavar="FRAME",
    help="give the bits of a box that had been running for this many frames when the music began",
)
@pass_context
def render(
    context: Context,
    inputs,
    output,
    preset,
    assignments,
    run_log,
    session,
    bits,
    dither,
    target_lufs,
    service,
    no_target,
    listen,
    jobs,
    rate_hz,
    no_tags,
    mono,
    keep_latency,
    start_frame,
):
    """Master files with the engine of the box: the same settings give the same bits.

    IN can be - for stdin. Latency is compensated: output and input line up frame for frame. A preset with a loudness target is rendered to that
    target, unless its gain is set with --set limiter.gain_db.
    """  # fmt: skip
    from host_cli.render import audiofile, piped

    if rate_hz is not None:
        audiofile.check_rate(rate_hz)
    run_log = run_log or session
    _check_combination({
        "--run-log": run_log, "--preset": preset, "--set": assignments, "--rate": rate_hz, "--start-frame": start_frame,
        "--target-lufs": target_lufs is not None, "--keep-latency": keep_latency, "--listen": listen, "--for": service,
        "--json": context.json, "-o -": output == Path("-"),
    })  # fmt: skip
    run = _read_run_log(run_log) if run_log else None
    chosen = _preset(preset) if preset else None
    values, events = (run["start"], run["events"]) if run else (_values(chosen, assignments), ())
    wanted = _service(service) if service else None
    if wanted:
        target_lufs = wanted.lufs if target_lufs is None else target_lufs
        values = values | {CEILING: min(values[CEILING], wanted.true_peak_dbtp)}
    if target_lufs is None and chosen and not (no_target or listen or keep_latency or GAIN in _assigned(assignments)):
        target_lufs = chosen.target_lufs
    if listen:
        values = listening.soloed(values, listen)
    if not run:
        _check(values)
    for remark in remarks({id: values[id] for id in _assigned(assignments)}, values, "--set"):
        context.note(remark)
    options = {"bits": bits, "events": events, "target_lufs": target_lufs, "align": not keep_latency, "start_frame": start_frame,
               "delta": listen == "delta", "tags": not (no_tags or listen)}  # fmt: skip
    with piped(inputs, output) as (sources, target):
        pairs = _targets(context, sources, target, bits)
        results = _render(context, pairs, values, run, dither, {"mono": mono, "rate_hz": rate_hz}, jobs, options)
    for remark in dict.fromkeys(remark for result in results for remark in result["remarks"]):
        context.note(remark)
    if output == Path("-"):
        context.note("\n".join("  ".join(["stdout", *_row(result)[1:]]).rstrip() for result in results))
    else:
        context.out("render", {"rendered": results}, table([_row(result) for result in results]))
    if wanted:
        _check_service(wanted, results)


def _check_combination(given: dict) -> None:
    """Refuse options that exclude each other. `given`: whether each option was given, by its name."""
    for option, others, why in EXCLUSIVE:
        if given[option] and (omit := [other for other in others if given[other]]):
            raise click.UsageError(f"{option} {why}: omit {' and '.join(omit)}")


def _render(
    context: Context, pairs, values: dict[str, float], run: dict | None, dither, reading, jobs, options
) -> list[dict]:
    """Render the pairs of input and output, `jobs` at the same time; returns the figures of each. Raises CliFail."""
    from host_cli.render import AudioReader, RenderJob, dithered, render_all

    with contextlib.ExitStack() as files:
        sources = [files.enter_context(AudioReader(source.path, name=source.name, **reading)) for source, _ in pairs]
        targets = {id(source): target for source, (_, target) in zip(sources, pairs, strict=True)}
        for source in sources:
            if run and source.rate_hz != run["rate_hz"]:
                raise CliFail(
                    f"{source.name} has a sampling rate of {source.rate_hz} Hz, but the run had {run['rate_hz']} Hz: "
                    "give the mix of that run"
                )
            if not run:
                _check(values, source.rate_hz)

        def job_for(source: AudioReader) -> RenderJob:
            chosen = values if run else dithered(values, options["bits"], source.bits, dither)
            return RenderJob(source, targets[id(source)], chosen, **options)

        label = one_line(Path(pairs[0][0].name).name) if len(pairs) == 1 else f"{len(pairs)} files"
        with context.progress_bar(sum(source.frames for source in sources), label) as progress:
            return render_all(sources, job_for, jobs, progress)


def _service(name: str):
    """The service of --for. Raises UsageError, CliFail."""
    from host_cli.records import targets

    chosen = targets.chosen(name)
    if len(chosen) != 1:
        raise click.UsageError("--for takes one service here; `burnish analyze --for` compares with several")
    return chosen[0]


def _check_service(service, results: list[dict]) -> None:
    """Raise CliFail if a result breaks a rule of the service."""
    from host_cli.records import targets

    for result in results:
        for rule in targets.rules(service, result["after"]):
            if rule.passed is False:
                raise CliFail(
                    f"{result['output']} breaks a rule of {service.name}: {rule.name} {rule.measured:.1f}, {rule.allowed}",
                    FAILED_QC,
                )


def _row(result: dict) -> tuple[str, ...]:
    before, after, gain_db = result["before"], result["after"], result["limiter_gain_db"]
    return (
        result["output"],
        _arrow(before, after, "integrated_lufs", "LUFS"),
        _arrow(before, after, "max_tp_dbtp", "dBTP"),
        "" if gain_db is None else f"limiter gain {gain_db:+.2f} dB",
    )


def _read_run_log(path: Path) -> dict:
    """The run log of a box. Raises CliFail."""
    from firmware.engine import replay  # imports the DSP, which is too slow for completion, which imports this module

    try:
        return replay.read_run_log(path)
    except (OSError, ValueError) as why:
        raise CliFail(f"cannot repeat the run of {path}: {why}", USAGE) from None


def _arrow(before: dict, after: dict, name: str, unit: str) -> str:
    texts = ("–" if figures[name] is None else f"{figures[name]:.2f}" for figures in (before, after))
    return f"{' → '.join(texts)} {unit}"


def _values(preset: presets.Preset | None, assignments) -> dict[str, float]:
    """The values of all parameters: the defaults, replaced by those of the preset, replaced by those of the assignments.

    Raises Refused, CliFail."""
    values = dict(params.DEFAULTS)
    if preset:
        values |= preset.values
    return values | _assigned(assignments)


def _assigned(assignments) -> dict[str, float]:
    """The values of the assignments. Raises Refused."""
    values = {}
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals:
            raise click.UsageError(f"{assignment!r} is not an assignment; write {path}=VALUE")
        try:
            param = params.find(path.strip())
            values[param.id] = param.parse(text)
        except ParamError as why:
            raise Refused(str(why), why.name, why.data, REFUSED) from None
    return values


def _check(values: dict[str, float], rate_hz: int | None = None) -> None:
    """Raise Refused for values that contradict each other or are not possible at the sampling rate."""
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


def preset_values(name: str | None, assignments) -> tuple[str, dict[str, float]]:
    """(content id of the preset, values of all parameters) for a preset and assignments. Raises Refused, CliFail."""
    chosen = _preset(name) if name else None
    values = _values(chosen, assignments)
    _check(values)
    return chosen.content_id if chosen else "", values


def _targets(context: Context, inputs: list, output: Path, bits: str) -> list[tuple]:
    """Pairs of input (`pipes.Input`) and output file. Makes every check that needs no render, asks before overwriting. Raises CliFail."""
    from host_cli.render import audiofile

    for source in inputs:
        audiofile.check_source(source.path, source.name)
    folder = output.is_dir() or len(inputs) > 1
    if folder and not output.is_dir() and (output.exists() or output.suffix.lower() in audiofile.FORMATS):
        raise CliFail(f"{output} is a file: give a folder as the output of {len(inputs)} inputs", USAGE)
    if folder:
        check_folder(output)
    targets = [output / f"{source.path.stem}.wav" if folder else output for source in inputs]
    for source, target in zip(inputs, targets, strict=True):
        if target.exists() and target.samefile(source.path):
            raise CliFail(f"{target} would overwrite its own input: give another output", USAGE)
        if targets.count(target) > 1:
            raise CliFail(f"several inputs would be written to {target}: render them one by one", USAGE)
        audiofile.check_target(target, bits)
        if target.exists():
            context.confirm(f"{target} exists. Overwrite it?")
    return list(zip(inputs, targets, strict=True))
