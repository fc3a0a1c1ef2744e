"""Entry point of `burnish`, and the only place where a failure becomes a sentence on stderr and an exit status."""

import os
import sys
import traceback

import click

from firmware.contract import BurnishError

from . import commands
from .cli import cli
from .errors import INTERRUPTED, OK, OTHER, REFUSED, CliFail


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns the exit status."""
    commands.register()
    try:
        outcome = cli(args=arguments, prog_name="burnish", standalone_mode=False)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else OK
    except click.UsageError as why:
        where = f" (`{why.ctx.command_path} --help` explains)" if why.ctx else ""
        return _fail(f"{why.format_message()}{where}", why.exit_code)
    except click.ClickException as why:
        return _fail(why.format_message(), why.exit_code)
    except CliFail as why:
        return _fail(str(why), why.status)
    except (click.Abort, KeyboardInterrupt):
        return _fail("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):
        # The program that reads the output has ended (`burnish params | head`), which is no failure. click turns it into a
        # SystemExit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except BurnishError as why:
        return _fail(str(why), REFUSED)
    except Exception as why:
        if os.environ.get("BURNISH_DEBUG"):
            traceback.print_exc()
        return _fail(
            f"unexpected failure: {type(why).__name__}: {why}; please report it with the output of BURNISH_DEBUG=1",
            OTHER,
        )


def _fail(sentence: str, status: int) -> int:
    click.echo(f"burnish: {sentence}", err=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
