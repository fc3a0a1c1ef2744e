"""Options that several commands have."""

from pathlib import Path

import click

from host_cli.commands.presets import complete_assignment

BITS = ("16", "24", "32", "float")


def bits_option(help: str, default: str | None = "24"):
    """`--bits`: the sample format of files that are written."""
    return click.option("--bits", type=click.Choice(BITS), default=default, show_default=default is not None, help=help)


def preset_option(help: str, complete=None):
    """`--preset`: a name or a file."""
    return click.option("-p", "--preset", metavar="NAME|FILE", shell_complete=complete, help=help)


def set_option(help: str):
    """`--set`: parameters on top of the preset, as `assignments`."""
    return click.option("-s", "--set", "assignments", multiple=True, metavar="PATH=VALUE", shell_complete=complete_assignment, help=help)  # fmt: skip


def target_option(help: str):
    """`--target-lufs`: the loudness to reach."""
    return click.option("--target-lufs", type=click.FloatRange(-50, 0), metavar="LUFS", help=help)


def output_option(help: str, metavar: str = "FOLDER", required: bool = False):
    """`--output`: a file or a folder."""
    return click.option("-o", "--output", type=click.Path(path_type=Path), metavar=metavar, required=required, help=help)  # fmt: skip
