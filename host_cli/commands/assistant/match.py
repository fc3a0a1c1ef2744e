"""`burnish match`: a preset that moves a mix towards references."""

from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import CliFail

from . import results

#: The words of --only.
PARTS = ("tone", "width", "dynamics", "loudness")


def chosen_parts(click_context, parameter, text: str) -> tuple[str, ...]:
    """The parts in the text of --only. Raises BadParameter."""
    words = tuple(word.strip().lower() for word in text.split(",") if word.strip())
    if wrong := [word for word in words if word not in PARTS]:
        raise click.BadParameter(
            f"there is no part {wrong[0]!r}: allowed are {', '.join(PARTS)}, with commas between them"
        )
    return words or PARTS


@cli.command()
@click.argument("mix", type=click.Path(path_type=Path))
@click.option("-r", "--reference", "references", multiple=True, required=True, type=click.Path(path_type=Path), metavar="REF",
              help="a recording that sounds as the mix should; can be given several times")  # fmt: skip
@click.option("-w", "--weight", "weights", multiple=True, type=click.FloatRange(0, 1000, min_open=True), metavar="NUMBER",
              help="weight of each reference, in their order; without it all count the same")  # fmt: skip
@click.option("--amount", "amount_pct", type=click.FloatRange(0, 100), default=100.0, show_default=True, metavar="PERCENT",
              help="how far to go towards the references")  # fmt: skip
@click.option("--only", "parts", callback=chosen_parts, default="", metavar="PARTS",
              help=f"change these only, with commas between them: {', '.join(PARTS)}")  # fmt: skip
@results.outputs
@pass_context
def match(context: Context, mix, references, weights, amount_pct, parts, output, audio, page, bits):
    """Make a preset that moves MIX towards references: tone, width, dynamics and loudness.

    Each setting is explained with the number that led to it. The preset is an ordinary one: edit it, render with it, or load it into
    the box.
    """
    if weights and len(weights) != len(references):
        raise click.UsageError(
            f"{len(references)} references need {len(references)} weights: give --weight once for each"
        )
    results.check_targets(context, output, audio, page, bits, mix)
    from host_cli import assistant

    read = assistant.read(mix)
    others = [assistant.read(path, reference=True) for path in references]
    for path, other in zip(references, others, strict=True):
        if other.lufs is None:
            raise CliFail(f"{path} is silent or shorter than 0.4 s: give a reference whose loudness can be measured")
    plan = assistant.match(read, others, weights, amount_pct / 100, parts)
    plan, blocks = assistant.finished(plan, read, bits if audio else None)
    results.deliver(context, "match", plan, read, blocks, output, audio, page, bits)
