"""`burnish doctor`: checks the computer, the connection and the box, or watches the box for some time (soak test)."""

import dataclasses
import sys
import time
from pathlib import Path

import click

from firmware.contract import protocol
from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OK, OTHER, CliFail
from host_cli.terminal import one_line, table

from .meters import Seconds

_USB = f'ATTRS{{idVendor}}=="{protocol.USB_VID:04x}", ATTRS{{idProduct}}=="{protocol.USB_PID:04x}"'
#: Keeps ModemManager from probing the box, and gives the user who is logged in at the screen access to it.
UDEV_RULE = f'SUBSYSTEM=="tty", {_USB}, ENV{{ID_MM_DEVICE_IGNORE}}="1", TAG+="uaccess"'
UDEV_FILE = "/etc/udev/rules.d/70-burnish.rules"
#: If a round trip takes longer than this, work at the laptop feels slow, in ms.
_MOST_TRIP_MS = 100
#: Time between two lines of progress of a soak, in seconds.
_PROGRESS_S = 60


@cli.command()
@click.option("--udev", is_flag=True, help="print only the udev rule for Linux")
@click.option("--soak", "soak_s", type=Seconds(), metavar="DURATION",
              help="watch the box for this long (30s, 10m, 24h): xruns, worst margin, histogram of the load; Ctrl-C ends it early")  # fmt: skip
@pass_context
def doctor(context: Context, udev, soak_s):
    """Check everything between this program and the audio of the box, and advise what to do. Exit status 0 if all is well."""
    if udev:
        click.echo(UDEV_RULE)
        return OK
    if soak_s is not None:
        return _soak(context, soak_s)
    from host_cli.box import Finding

    checks = _check_computer()
    status = OK
    try:
        checks += _check_box(context)
    except CliFail as why:
        checks.append(Finding("box", False, str(why)))
        status = why.status
    rows = [("ok" if each.good else "!!", each.check, one_line(each.text)) for each in checks]
    data = {"checks": [{"check": each.check, "ok": each.good, "finding": each.text} for each in checks]}
    context.out("doctor", data, table(rows))
    return status or (OK if all(each.good for each in checks) else OTHER)


def _check_computer() -> list:
    from host_cli.box import Finding, ports

    version = ".".join(map(str, sys.version_info[:3]))
    checks = [Finding("tool", True, f"burnish {protocol.VERSION}, protocol {protocol.PROTO}, Python {version}")]
    boxes = [port for port in ports() if port.box]
    text = ", ".join(f"{p.path} (serial {p.serial or '?'})" for p in boxes) or "no box on USB"
    checks.append(Finding("usb", True, text))
    if not sys.platform.startswith("linux"):
        return checks
    ruled = any(
        Path(folder, Path(UDEV_FILE).name).exists() for folder in ("/etc/udev/rules.d", "/usr/lib/udev/rules.d")
    )
    advice = f"there is no udev rule; run `burnish doctor --udev | sudo tee {UDEV_FILE}`, then plug the box in again"
    if not boxes:
        advice = "there is no udev rule; a box on USB needs one, and `burnish doctor` then says how to install it"
    checks.append(Finding("udev", ruled or not boxes, "rule installed" if ruled else advice))
    modem = any(comm.read_text().strip() == "ModemManager" for comm in _readable(Path("/proc").glob("[0-9]*/comm")))
    text = "running; without the udev rule it probes the box for 10 s" if modem else "not running"
    checks.append(Finding("modem", ruled or not (modem and boxes), f"ModemManager is {text}"))
    return checks


def _readable(files):
    """The files that can be read; a process may end at any time."""
    for file in files:
        try:
            file.read_text()
            yield file
        except OSError:
            continue


def _check_box(context: Context) -> list:
    from firmware.contract import params
    from host_cli.box import Finding, judge

    box = context.box
    welcome = box.welcome
    checks = [
        Finding("port", True, f"{box.link.name} ({welcome.link.kind})"),
        Finding("box", True, f"{welcome.product} {welcome.fw}, serial {welcome.serial}, protocol {welcome.proto}"),
    ]
    same = welcome.params == params.digest()
    text = (
        "the tool and the box have the same"
        if same
        else "the tool and the box have different ones: update the older of the two"
    )
    checks.append(Finding("parameters", same, text))
    trips_ms = []
    for _ in range(20):
        began = time.perf_counter()
        box.get(["input.trim_db"])
        trips_ms.append(1000 * (time.perf_counter() - began))
    trips_ms.sort()
    text = f"{trips_ms[10]:.1f} ms median, {trips_ms[-1]:.1f} ms longest of 20"
    checks.append(Finding("round trip", trips_ms[10] < _MOST_TRIP_MS, text))
    now = box.info()
    return [*checks, *judge(now.info, now.counters)]


def _soak(context: Context, seconds: float) -> int:
    from host_cli.box import histogram_rows, watch

    box = context.box
    said_s = 0.0

    def progress(done_s: float, counters) -> None:
        nonlocal said_s
        if done_s - said_s >= _PROGRESS_S and done_s < seconds:
            said_s = done_s
            context.note(
                f"{done_s / 60:.0f} of {seconds / 60:.0f} min, {counters['xruns']} xruns since the box started"
            )

    report = watch(lambda: box.info().counters, seconds, progress=progress)
    faults = ", ".join(f"{name} +{number}" for name, number in report.grown.items()) or "no fault was counted"
    rows = [
        ("time", f"{report.seconds:.0f} s, {report.frames} frames"),
        ("xruns", str(report.grown.get("xruns", 0))),
        ("faults", faults),
        ("worst margin", f"{report.worst_margin_pct:.1f} % of the duration of a block"),
    ]
    shown = table(rows)
    if any(report.histogram):
        shown += "\n\n" + table(histogram_rows(report.histogram), ("load", "blocks", "(logarithmic)"))
    context.out("doctor", {"soak": dataclasses.asdict(report) | {"good": report.good}}, shown)
    return OK if report.good else OTHER
