"""`burnish curve`: the curves of a section at the current settings of the box."""

import click
import msgspec

from host_cli.cli import Context, cli, pass_context
from host_cli.terminal import table

SECTIONS = click.Choice(["eq", "multiband", "limiter", "saturator"])


@cli.command()
@click.argument("section", type=SECTIONS)
@click.option("--points", type=click.IntRange(2, 1000), default=31, show_default=True, help="number of points")
@pass_context
def curve(context: Context, section: str, points: int):
    """Show the curves of a SECTION at its current settings, as if the section were on.

    EQ and multiband: magnitude in dB over frequency, of the whole section and of each band. Limiter, saturator and the bands of
    the compressor: level of the output in dB over the level of the input. The box computes them with the code that makes the sound.
    """
    found = context.box.curve(section, points)
    texts = []
    if found.hz:
        columns = {"all": found.db, **found.placements, **{f"band {band.index}": band.db for band in found.bands}}
        texts.append(_columns("frequency", [f"{hz:.5g} Hz" for hz in found.hz], columns))
    if found.in_db:
        columns = {"out": found.out_db, "out (negative)": found.out_negative_db}
        columns |= {f"band {band.index}": band.out_db for band in found.bands}
        texts.append(_columns("in", [f"{level:.1f} dB" for level in found.in_db], columns))
    context.out("curve", {"section": section, **msgspec.to_builtins(found)}, "\n\n".join(texts))


def _columns(head: str, places: list[str], columns: dict[str, list[float]]) -> str:
    """A table of those columns that are not empty."""
    used = {name: column for name, column in columns.items() if column}
    rows = [
        (place, *(f"{value:.2f}" for value in values)) for place, *values in zip(places, *used.values(), strict=True)
    ]
    return table(rows, (head, *used))
