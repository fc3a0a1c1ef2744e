"""`burnish completion`: completion of commands, options and names by the shell."""

import click

from host_cli.cli import cli


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell):
    """Print the completion script for a shell: `source <(burnish completion bash)`."""
    from click.shell_completion import get_completion_class

    click.echo(get_completion_class(shell)(cli, {}, "burnish", "_BURNISH_COMPLETE").source())
