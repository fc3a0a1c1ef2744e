"""Commands for troubleshooting and scripts: doctor, broker, log, raw, completion."""

import json
import sys
import time
from pathlib import Path

import click

from firmware.contract import protocol
from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OK, OTHER, USAGE, CliFail
from host_cli.terminal import json_line, one_line, table

_USB = f'ATTRS{{idVendor}}=="{protocol.USB_VID:04x}", ATTRS{{idProduct}}=="{protocol.USB_PID:04x}"'
#: Keeps ModemManager from probing the box, and gives the user who is logged in at the screen access to it.
UDEV_RULE = f'SUBSYSTEM=="tty", {_USB}, ENV{{ID_MM_DEVICE_IGNORE}}="1", TAG+="uaccess"'
UDEV_FILE = "/etc/udev/rules.d/70-burnish.rules"
#: Counters of the box that are zero if nothing has gone wrong.
_FAULTS = ("xruns", "overloads", "bad_blocks", "link_junk_lines", "link_dropped_replies", "undervoltage")


@cli.command()
@click.option("--udev", is_flag=True, help="print only the udev rule for Linux")
@pass_context
def doctor(context: Context, udev):
    """Check everything between this program and the audio of the box, and advise what to do. Exit status 0 if all is well."""
    if udev:
        click.echo(UDEV_RULE)
        return OK
    checks: list[tuple[str, bool, str]] = []
    status = OK
    _check_computer(checks)
    try:
        _check_box(context, checks)
    except CliFail as why:
        checks.append(("box", False, str(why)))
        status = why.status
    rows = [("ok" if good else "!!", what, one_line(text)) for what, good, text in checks]
    data = {"checks": [{"check": what, "ok": good, "finding": text} for what, good, text in checks]}
    context.out("doctor", data, table(rows))
    return status or (OK if all(good for _, good, _ in checks) else OTHER)


def _check_computer(checks: list) -> None:
    from host_cli.box import ports

    version = ".".join(map(str, sys.version_info[:3]))
    checks.append(("tool", True, f"burnish {protocol.VERSION}, protocol {protocol.PROTO}, Python {version}"))
    boxes = [port for port in ports() if port.box]
    checks.append(("usb", True, ", ".join(f"{p.path} (serial {p.serial or '?'})" for p in boxes) or "no box on USB"))
    if not sys.platform.startswith("linux"):
        return
    ruled = any(
        Path(folder, Path(UDEV_FILE).name).exists() for folder in ("/etc/udev/rules.d", "/usr/lib/udev/rules.d")
    )
    command = f"`burnish doctor --udev | sudo tee {UDEV_FILE}`"
    advice = f"there is no udev rule; run {command}, then plug the box in again" if boxes else (
        f"not needed without a box on USB; {command} installs the rule")  # fmt: skip
    checks.append(("udev", ruled or not boxes, "rule installed" if ruled else advice))
    modem = any(comm.read_text().strip() == "ModemManager" for comm in _readable(Path("/proc").glob("[0-9]*/comm")))
    text = "running; without the udev rule it probes the box for 10 s" if modem else "not running"
    checks.append(("modem", ruled or not (modem and boxes), f"ModemManager is {text}"))


def _readable(files):
    """The files that can be read; a process may end at any time."""
    for file in files:
        try:
            file.read_text()
            yield file
        except OSError:
            continue


def _check_box(context: Context, checks: list) -> None:
    from firmware.contract import params

    box = context.box
    welcome = box.welcome
    checks.append(("port", True, f"{box.link.name} ({welcome.link.kind})"))
    checks.append(("box", True, f"{welcome.product} {welcome.fw}, serial {welcome.serial}, protocol {welcome.proto}"))
    same = welcome.params == params.digest()
    text = (
        "the tool and the box have the same"
        if same
        else "the tool and the box have different ones: update the older of the two"
    )
    checks.append(("parameters", same, text))
    trips_ms = []
    for _ in range(20):
        began = time.perf_counter()
        box.get(["input.trim_db"])
        trips_ms.append(1000 * (time.perf_counter() - began))
    trips_ms.sort()
    checks.append(
        ("round trip", trips_ms[10] < 100, f"{trips_ms[10]:.1f} ms median, {trips_ms[-1]:.1f} ms longest of 20")
    )
    now = box.info()
    faults = [f"{name} {now.counters[name]}" for name in _FAULTS if now.counters.get(name)]
    checks.append(("faults", not faults, ", ".join(faults) or "none counted since the box started"))
    if stalls := now.counters.get("host_stalls"):  # of a simulated box
        text = f"{stalls} times this computer did not run the simulated box in time, which waited and lost nothing"
        checks.append(("simulator", True, text))
    load = now.counters.get("load_pct", 0.0)
    checks.append(("load", load < 85, f"{load:.0f} % of the time available for a block"))


@cli.command()
@pass_context
def broker(context: Context):
    """Hold the port of the box and share it with your other programs until Ctrl-C. `meters` and `monitor` share it too."""
    from host_cli.box import hold_box

    with hold_box(context.device, context.timeout_s) as box:
        context.note(f"sharing {box.link.name}; press Ctrl-C to stop")
        for _ in box.changes():
            pass


@cli.command()
@click.option("-f", "--follow", is_flag=True, help="keep printing new lines until Ctrl-C")
@pass_context
def log(context: Context, follow):
    """Show the log of the box."""
    box, first = context.box, 0
    while True:
        page = box.log(first)
        if page.lines:
            context.out("log", {"lines": page.lines, "next": page.next}, "\n".join(map(one_line, page.lines)))
            sys.stdout.flush()
        elif not follow:
            return
        else:
            time.sleep(0.5)
        first = page.next


def complete_method(click_context, parameter, incomplete) -> list[str]:
    """Shell completion of the methods of the protocol."""
    return [name for name in protocol.METHODS if name.startswith(incomplete)]


@cli.command()
@click.argument("method", shell_complete=complete_method)
@click.argument("arguments", metavar="[JSON]", default="{}")
@pass_context
def raw(context: Context, method, arguments):
    """Send any request of docs/PROTOCOL.md and print the result as JSON: `raw get '{"paths": ["input.trim_db"]}'`."""
    try:
        plain = json.loads(arguments)
    except (ValueError, RecursionError) as why:
        raise CliFail(f"the parameters are not JSON: {why}", USAGE) from None
    if not isinstance(plain, dict):
        raise CliFail(f"the parameters of {method!r} must be one JSON object, not {arguments[:40]}", USAGE)
    result = context.box.raw(method, plain)
    context.out("raw", {"method": method, "result": result}, json_line(result))


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell):
    """Print the completion script for a shell: `source <(burnish completion bash)`."""
    from click.shell_completion import get_completion_class

    click.echo(get_completion_class(shell)(cli, {}, "burnish", "_BURNISH_COMPLETE").source())
