"""`burnish catalogue`: analyses, checks or renders many files."""

import os
from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.commands.files import (
    bits_option,
    complete_preset,
    output_option,
    preset_option,
    preset_values,
    set_option,
    target_option,
)
from host_cli.errors import FAILED_QC, CliFail
from host_cli.terminal import one_line, table

#: Failures that are printed.
_SHOWN = 20


@cli.group()
def catalogue():
    """Analyse, check or render 10 to a million files: plan, run, status, verify. A run can be interrupted and continued at any time."""


@catalogue.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER...")
@output_option("folder of the catalogue", "CATALOGUE", required=True)
@click.option(
    "--do",
    "action",
    type=click.Choice(["analyze", "check", "render"]),
    default="analyze",
    show_default=True,
    help="what is done with each file",
)
@preset_option("render: the preset", complete_preset)
@set_option("render: set a parameter, on top of the preset")
@bits_option("render: sample format")
@target_option("render: integrated loudness to reach")
@pass_context
def plan(context: Context, sources, output, action, preset, assignments, bits, target_lufs):
    """List the audio files below folders in a manifest, with what is to be done. Results that are there already are used again."""
    from host_cli.records.catalogue import RESULTS, Catalogue, Task, files

    preset_id, values = preset_values(preset, assignments) if action == "render" else ("", {})
    task = Task(action, str((output / RESULTS).resolve()), preset_id, tuple(sorted(values.items())), bits, target_lufs)
    count = Catalogue(output).plan(files(sources), task)
    context.out("catalogue.plan", {"catalogue": str(output), "files": count, "do": action},
                f"{output}: {count} files; `burnish catalogue run {output}` starts")  # fmt: skip


@catalogue.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="CATALOGUE")
@click.option(
    "--jobs",
    type=click.IntRange(1, 512),
    default=os.cpu_count() or 1,
    show_default="number of processors",
    metavar="NUMBER",
    help="processes on this machine",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="use a Dask cluster, for example tcp://10.0.0.1:8786; its workers must see the same files",
)
@click.option("--retry", is_flag=True, help="try files again that have failed")
@pass_context
def run(context: Context, folder, jobs, scheduler, retry):
    """Do what is left. Every file ends up done, or listed with a reason; the exit status is 10 if some have failed."""
    from host_cli.records.catalogue import Catalogue, cluster, local_pool
    from host_cli.records.catalogue import run as work

    found = Catalogue(folder)
    with context.progress_bar(len(found.left(retry)), "files") as progress:
        if scheduler:
            with cluster(scheduler) as (make_pool, workers):
                work(found, make_pool, workers, progress, retry)
        else:
            work(found, local_pool(jobs), jobs, progress, retry)
    _report(context, "catalogue.run", found)


@catalogue.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="CATALOGUE")
@pass_context
def status(context: Context, folder):
    """Show how many files are done, have failed (with reasons), and are left."""
    from host_cli.records.catalogue import Catalogue

    _report(context, "catalogue.status", Catalogue(folder), fail=False)


@catalogue.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="CATALOGUE")
@pass_context
def verify(context: Context, folder):
    """Check that every result is there and unchanged. The exit status is 10 if something is wrong."""
    from host_cli.records.catalogue import Catalogue, wrong

    found = wrong(Catalogue(folder))
    context.out(
        "catalogue.verify",
        {"catalogue": str(folder), "wrong": found},
        "\n".join(map(one_line, found)) or "all results are there and unchanged",
    )
    if found:
        raise CliFail(f"{folder}: {len(found)} findings", FAILED_QC)


def _report(context: Context, kind: str, found, fail: bool = True) -> None:
    """Print the status; raise CliFail for failures if `fail`."""
    state = found.status()
    cost = state["seconds_per_file"]
    rows = [("files", str(state["files"])), ("done", str(state["done"])), ("of these duplicates", str(state["duplicates"])),
            ("failed", str(state["failed"])), ("left", str(state["left"])), ("cost", "–" if cost is None else f"{cost:.3f} s of processor time for each file")]  # fmt: skip
    rows += [("", f"{one_line(row['path'])}: {one_line(row['reason'])}") for row in state["failures"][:_SHOWN]]
    context.out(kind, {"catalogue": str(found.folder), **state}, table(rows))
    if fail and state["failed"]:
        raise CliFail(
            f"{found.folder}: {state['failed']} of {state['files']} files have failed; `burnish catalogue run {found.folder} --retry` tries them again",
            FAILED_QC,
        )
