"""`burnish auto`: a first master from the mix alone."""

from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.commands.presets import push as push_preset
from host_cli.errors import USAGE, CliFail

from . import results

_STYLES = ("open", "balanced", "dense")
_GENRES = ("any", "pop", "jazz")


def chosen_target(click_context, parameter, text: str | None) -> tuple[float | None, float]:
    """(loudness in LUFS, ceiling in dBTP) of --target: a number, or a service. Raises CliFail."""
    if text is None:
        return None, -1.0
    try:
        lufs = float(text.lower().removesuffix("lufs"))
    except ValueError:
        from host_cli.records import targets

        service, *more = targets.chosen(text)
        if more or service.lufs is None:
            raise CliFail(
                f"--target {text}: give one service that has a loudness, or a number of LUFS", USAGE
            ) from None
        return service.lufs, min(-1.0, service.true_peak_dbtp)
    if not -40 <= lufs <= -5:
        raise CliFail(f"--target cannot be {text}: allowed is -40 to -5 LUFS, or a service such as spotify", USAGE)
    return lufs, -1.0


@cli.command()
@click.argument("mix", type=click.Path(path_type=Path))
@click.option("--style", type=click.Choice(_STYLES), default="balanced", show_default=True,
              help="how dense the result is: loudness without --target, floor of the peak to loudness ratio, compression")  # fmt: skip
@click.option("--target", callback=chosen_target, metavar="LUFS|SERVICE",
              help="loudness to reach, or a service such as spotify; without it that of the style, and never less than the mix has")  # fmt: skip
@click.option("--genre", type=click.Choice(_GENRES), default="any", show_default=True, help="the tone to compare with")
@click.option("--push", is_flag=True, help="copy the preset to the box and load it")
@results.outputs
@pass_context
def auto(context: Context, mix, style, target, genre, push, output, audio, page, bits):
    """Make a preset for a first master of MIX: problems, tone, dynamics, width and loudness.

    Only what is outside the usual range is changed, and each setting is explained with the number that led to it. A song that is
    mastered already gives an empty preset.
    """
    results.check_targets(context, output, audio, page, bits, mix)
    from host_cli import assistant

    read = assistant.read(mix)
    wish = assistant.Wish(style, genre, *target)
    plan, blocks = assistant.finished_auto(assistant.auto(read, wish), read, wish, bits if audio else None)
    results.deliver(context, "auto", plan, read, blocks, output, audio, page, bits)
    if push:
        as_json, context.json = context.json, False  # one object on stdout
        try:
            click.get_current_context().invoke(
                push_preset, files=(output,), load_it=True, overwrite=True, dry_run=False
            )
        finally:
            context.json = as_json
