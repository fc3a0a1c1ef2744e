"""`burnish stems`: stem mastering, from a folder of stems to the master of their sum."""

import tempfile
from dataclasses import replace
from pathlib import Path

import click

from host_cli.cli import Commands, Context, cli, pass_context
from host_cli.commands.files import bits_option, output_option
from host_cli.errors import FAILED_QC, REFUSED, CliFail
from host_cli.folders import check_folder, check_source_folder
from host_cli.terminal import one_line, table

from .album import jobs_option

SESSION_FILE = click.Path(path_type=Path, dir_okay=False)


class _StemsGroup(Commands):
    """`burnish stems SESSION.toml` is `burnish stems render SESSION.toml`."""

    def resolve_command(self, context, arguments):
        if arguments and arguments[0] not in self.commands and arguments[0].endswith(".toml"):
            arguments = ["render", *arguments]
        return super().resolve_command(context, arguments)


@cli.group(cls=_StemsGroup)
def stems():
    """Master from stems: a preset for each stem, their sum, a master preset. `burnish stems SESSION.toml` renders."""


@stems.command()
@click.argument("folder", type=click.Path(path_type=Path))
@output_option("file to write; default: stems.toml in the folder", "OUT")
@click.option(
    "--suggest", is_flag=True, help="listen to the stems, and write settings for those that cause a problem of the sum"
)
@pass_context
def new(context: Context, folder, output, suggest):
    """Write a first session file for a FOLDER with 2 to 16 stems. A file whose name contains mix, full or sum is taken as the mix.

    With --suggest, problems, tone and dynamics are changed in the stem that causes them, as `burnish auto` changes them in a mix. Each
    setting has its reason as a comment. Stems get no limiter and no loudness.
    """
    from host_cli.stems import document, drafts

    check_source_folder(folder, "stems")
    output = output or folder / "stems.toml"
    check_folder(output.parent)
    if output.exists():
        context.confirm(f"{output} exists. Overwrite it?")
    found, mix = drafts(folder)
    if suggest:
        found = _suggested(found)
    text = document(found, mix, folder.absolute().name, output.parent)
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as why:
        raise CliFail(f"cannot write {output}: {why.strerror}") from None
    check = "check" if mix else "render"
    said = [{"stem": draft.name, "sentence": reason} for draft in found for reason in draft.reasons]
    lines = [table([(one_line(row["stem"]), row["sentence"]) for row in said]) + "\n"] if said else []
    lines += ["No stem needs a setting of its own.\n"] if suggest and not said else []
    lines.append(f"{output}: {len(found)} stems{f' and the mix {one_line(mix.name)}' if mix else ''}; then `burnish stems {check} {output}`")  # fmt: skip
    context.out("stems.new", {"output": str(output), "stems": [draft.name for draft in found], "mix": str(mix) if mix else None, "suggestions": said},
                "\n".join(lines))  # fmt: skip


def _suggested(found):
    """The drafts with the settings that the assistant suggests. Raises CliFail."""
    from firmware.contract import params
    from host_cli import assistant

    read = [assistant.read(draft.path) for draft in found]
    for draft, recording in zip(found, read, strict=True):
        if recording.rate_hz != read[0].rate_hz:
            raise CliFail(f"{draft.path} has {recording.rate_hz} Hz, but {found[0].path.name} has {read[0].rate_hz} Hz: export all stems at one sampling rate")  # fmt: skip
    drafts = []
    for draft, decisions in zip(found, assistant.suggested(read), strict=True):
        chosen = {id: value for decision in decisions for id, value in decision.settings.items()}
        values = (chosen | assistant.WITHOUT_LIMITER) if chosen else {}
        plain = {id: params.find(id).to_plain(value) for id, value in values.items()}
        drafts.append(replace(draft, settings=plain, reasons=tuple(d.sentence for d in decisions)))
    return drafts


@stems.command()
@click.argument("file", type=SESSION_FILE)
@pass_context
def check(context: Context, file):
    """Check that the stems sum to the mix: null depth, offsets, gains, polarity, missing stems. The exit status is 10 if they do not."""
    from host_cli.stems import chains, checked, read_session, report_rows

    session = read_session(file)
    report = checked(session, chains(session, muted=True))
    rows = [{"name": p.name, "present": p.present, "later_frames": p.offset, "gain_db": p.gain_db, "inverted": p.inverted} for p in report.parts]  # fmt: skip
    text = f"{table(report_rows(report))}\n\nnull depth of the stems as they are: {report.null_db:.1f} dB"
    if not report.passed:
        text += f"\nnull depth at the best offsets and gains: {report.fitted_db:.1f} dB"
    context.out("stems.check", {"passed": report.passed, "null_db": report.null_db, "fitted_null_db": report.fitted_db, "stems": rows,
                                "findings": report.sentences()}, "\n".join([text, *map(one_line, report.sentences())]))  # fmt: skip
    if not report.passed:
        raise CliFail(f"{file}: the stems do not sum to the mix: {report.null_db:.1f} dB remains", FAILED_QC)


@stems.command()
@click.argument("file", type=SESSION_FILE)
@output_option("file to write; default: the session file's name with -master.wav", "OUT")
@click.option("--sum", "only_sum", is_flag=True, help="write the sum of the processed stems without the master's chain")
@bits_option("sample format of the output")
@jobs_option
@pass_context
def render(context: Context, file, output, only_sum, bits, jobs):
    """Render the stems, add them, and render the sum with the master's preset, to its loudness target if it has one.

    Renders of stems are kept: only stems whose file or settings have changed are rendered again. Latency is compensated.
    """
    from host_cli.records.album import RenderCache
    from host_cli.render import AudioWriter, audiofile
    from host_cli.stems import StemSum, chain_rows, chains, master_settings, read_session, rendered

    session = read_session(file)
    output = output or file.with_name(f"{file.stem}-master.wav")
    audiofile.check_target(output, bits)
    found = chains(session)
    master = None if only_sum else master_settings(session, found[0].rate_hz)
    if output.exists():
        context.confirm(f"{output} exists. Overwrite it?")
    cache = RenderCache()
    cache.shrink()
    with context.progress_bar(sum(chain.frames for chain in found), f"{len(found)} stems") as progress:
        whole = StemSum(found, rendered(found, cache, jobs, progress))
    with tempfile.TemporaryDirectory(prefix="burnish-") as name:
        path = Path(name) / "sum.wav"
        with AudioWriter(path, whole.rate_hz, "float", whole.frames) as writer:
            for block in whole.blocks():
                writer.write(block)
        after = _master(path, output, master, bits) if master else _write_sum(found, path, output, bits)
    names = ("integrated_lufs", "max_tp_dbtp", "plr_db", "lra_lu")
    figures = {name: after[name] for name in names}
    data = {"output": str(output), "rate_hz": whole.rate_hz, "frames": whole.frames, "master": master.preset if master else None,
            "stems": [{"name": c.stem.name, "preset": c.settings.preset if c.settings else None} for c in found], **figures}  # fmt: skip
    shown = " ".join(f"{'–' if v is None else format(v, '.2f')} {unit}" for v, unit in zip(figures.values(), ("LUFS", "dBTP"), strict=False))  # fmt: skip
    context.out("stems.render", data, f"{table(chain_rows(found))}\n\nmaster: {master.preset if master else 'not processed'}\n{output}: {shown}")  # fmt: skip


def _master(path: Path, output: Path, master, bits: str) -> dict:
    """Render the sum with the master's settings; returns the figures of the output."""
    from host_cli.render import AudioReader, Renderer, RenderJob, dithered

    with AudioReader(path, name="the sum of the stems") as source:
        values = dithered(master.values, bits, None, "auto")
        job = RenderJob(source, output, values, bits, target_lufs=master.target_lufs, tags=False)
        return job.run(Renderer(source.rate_hz))["after"]


def _write_sum(found, path: Path, output: Path, bits: str) -> dict:
    """Write the sum as it is; dithered where the output cannot hold its words. Returns its figures. Raises CliFail if it would clip."""
    from dsp_ext.meters import Measurement
    from host_cli.records.album import dithered
    from host_cli.render import AudioReader, AudioWriter

    with AudioReader(path, name="the sum of the stems") as source:
        measurement, peak = Measurement(source.rate_hz), 0.0
        for block in source.blocks():
            measurement.add(block)
            peak = max(peak, float(abs(block).max(initial=0)))
        if peak > 1 and bits != "float":
            raise CliFail(
                f"the sum of the stems exceeds full scale by {measurement.result()['max_tp_dbtp']:.1f} dB and would clip: add --bits float, "
                "lower gain_db of the stems, or give a master preset", REFUSED,
            )  # fmt: skip
        with AudioWriter(output, source.rate_hz, bits, source.frames) as writer:
            blocks = source.blocks()
            if bits in ("16", "24") and not _exact(found, bits):
                blocks = dithered(blocks, source.rate_hz, int(bits), "flat")
            for block in blocks:
                writer.write(block)
    return measurement.result()


def _exact(found, bits: str) -> bool:
    """Whether the words of the sum fit into `bits`: no stem is processed or has more bits."""
    from host_cli.render import AudioReader

    for chain in found:
        with AudioReader(chain.stem.path, mono=True) as reader:
            if chain.settings or chain.stem.gain_db or reader.bits is None or reader.bits > int(bits):
                return False
    return True
