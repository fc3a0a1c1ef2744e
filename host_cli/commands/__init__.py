"""The commands of `burnish`. Importing a module of the packages below adds its commands to the group `cli`."""

import importlib
import pkgutil

import click

from host_cli.cli import Context, cli


def register() -> None:
    """Import every module below. They import large libraries inside their functions, because completion must be fast."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    _flags_anywhere(cli)


def _flags_anywhere(group: click.Group) -> None:
    """Let every command below `group` accept --yes and --json after its name too, because users add them there."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            _flags_anywhere(command)
            continue
        taken = {option for param in command.params for option in param.opts}
        for name, options in (("yes", ("-y", "--yes")), ("json", ("--json",))):
            if taken.isdisjoint(options):
                command.params.append(
                    click.Option([*options, name], is_flag=True, hidden=True, expose_value=False, callback=_turn_on)
                )


def _turn_on(click_context: click.Context, param: click.Parameter, value: bool) -> None:
    context = click_context.find_object(Context)
    if value and context:  # there is no context during completion
        setattr(context, param.name, True)
