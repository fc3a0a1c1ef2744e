"""Entry point of `burnish`, and the only place where a failure becomes a sentence on stderr and an exit status."""

import os
import sys
import traceback

import click

from firmware.contract import BurnishError, question, suggestions
from host_cli.terminal import json_line, one_line

from . import commands
from .cli import JSON_SCHEMA, cli
from .errors import INTERRUPTED, OK, OTHER, REFUSED, CliFail


def main(arguments: list[str] | None = None) -> int:
    """Run the tool; returns the exit status."""
    commands.register()
    as_json = "--json" in (sys.argv[1:] if arguments is None else arguments)

    def _fail(why: Exception, status: int, text: str | None = None) -> int:
        return _report(why, status, one_line(text or why), as_json)

    try:
        outcome = cli(args=arguments, prog_name="burnish", standalone_mode=False)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else OK
    except click.NoSuchOption as why:
        return _fail(why, why.exit_code, _no_option(why))
    except click.UsageError as why:
        where = f" (`{why.ctx.command_path} --help` explains)" if why.ctx else ""
        return _fail(why, why.exit_code, f"{why.format_message()}{where}")
    except click.ClickException as why:
        return _fail(why, why.exit_code, why.format_message())
    except CliFail as why:
        return _fail(why, why.status)
    except (click.Abort, KeyboardInterrupt) as why:
        return _fail(why, INTERRUPTED, "interrupted")
    except (BrokenPipeError, SystemExit):
        # The program that reads the output has ended (`burnish params | head`), which is not a failure. click turns it into a
        # SystemExit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except BurnishError as why:
        return _fail(why, REFUSED)
    except Exception as why:
        if os.environ.get("BURNISH_DEBUG"):
            traceback.print_exc()
        text = f"unexpected failure: {type(why).__name__}: {why}; please report it with the output of BURNISH_DEBUG=1"
        return _fail(why, OTHER, text)


def _no_option(why: click.NoSuchOption) -> str:
    """The sentence about an option that does not exist."""
    params = why.ctx.command.get_params(why.ctx) if why.ctx else []
    known = [option for param in params for option in (*param.opts, *param.secondary_opts) if option.startswith("--")]
    explained = f"`{why.ctx.command_path} --help` lists the options" if why.ctx else "--help lists the options"
    return f"there is no option {why.option_name}; {question(suggestions(why.option_name, known), explained)}"


def _report(why: Exception, status: int, sentence: str, as_json: bool) -> int:
    """Print the sentence on stderr, and with --json also an error object on stdout; returns the status."""
    if as_json:
        known = isinstance(why, BurnishError)
        error = {
            "message": sentence,
            "status": status,
            "name": getattr(why, "name", "") if known else "",
            "data": getattr(why, "data", {}) if known else {},
        }
        click.echo(json_line({"schema": f"burnish.error/{JSON_SCHEMA}", "error": error}))
    click.echo(f"burnish: {sentence}", err=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
