"""Installs a new version into the slot that does not run, and tries it: `sudo python3 -m firmware.install.update burnish-….whl`.

The new version must run for a minute without a fault; otherwise the old one runs again. If the power fails before the decision,
burnish-slot.service makes the old version current at the next start-up. So `current` is a complete version at every moment, and
a version that has not passed its trial never survives a restart. The file `trial` in /opt/burnish names the slot to return to;
it exists from before the switch until the decision.
"""

import argparse
import os
import sys
from pathlib import Path

from .application import CURRENT, FOLDER, SLOTS, current, fill, switch
from .target import InstallError, Target

TRIAL = f"{FOLDER}/trial"
#: Time for which the new version must run without a fault, in seconds.
PROOF_S = 60
FAILED, USAGE = 1, 2


def update(target: Target, wheel: Path) -> bool:
    """Install `wheel` and try it. Keep it, or return to the old version; returns whether it was kept. Raises InstallError."""
    settle(target)
    old = current(target)
    if old is None:
        raise InstallError("Burnish is not installed here: run `python3 -m firmware.install` first")
    new = next(slot for slot in SLOTS if slot != old)
    print(f"installing {wheel.name} into slot {new}", flush=True)
    fill(target, new, wheel)
    target.write(TRIAL, f"{old}\n")
    switch(target, new)
    print(f"trying slot {new} for {PROOF_S} s", flush=True)
    if not restart(target):
        print("its service does not start: `journalctl -u burnishd` shows why", flush=True)
    elif proves_itself(target):
        target.remove(TRIAL)
        print(f"slot {new} is kept", flush=True)
        return True
    settle(target)
    restart(target)
    print(f"slot {new} failed its trial; slot {old} runs again", flush=True)
    return False


def settle(target: Target) -> None:
    """End a trial that was interrupted, as /usr/local/lib/burnish/slot-settle does at start-up."""
    old = (target.read(TRIAL) or "").strip()
    if old in SLOTS:
        switch(target, old)
    target.remove(TRIAL)


def restart(target: Target) -> bool:
    """Whether the box starts: systemctl returns when the audio runs, or when the start has failed."""
    return target.succeeds("systemctl", "restart", "burnishd.service")


def proves_itself(target: Target) -> bool:
    """Whether audio, relays and control process work for PROOF_S, according to the new version's own check, which prints the
    fault that it finds."""
    try:
        target.run(f"{CURRENT}/bin/python", "-m", "firmware.health", "--seconds", PROOF_S)
    except InstallError:
        return False
    return True


def main(arguments=None) -> int:
    """The whole program; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m firmware.install.update",
        description="Installs a new version of Burnish beside the old one, tries it, and returns to the old one if the new one fails.",
        epilog="Exit status: 0 the new version runs, 1 the old version runs, 2 usage.",
    )
    parser.add_argument(
        "wheel", type=Path, metavar="WHEEL", help="the new version, as `pip wheel --no-deps .` makes it"
    )
    wheel = parser.parse_args(arguments).wheel
    if os.geteuid() != 0 or not wheel.is_file():
        print(
            f"burnish update: {'there is no file ' + str(wheel) if os.geteuid() == 0 else 'run it with sudo'}",
            file=sys.stderr,
        )
        return USAGE
    try:
        return 0 if update(Target(), wheel) else FAILED
    except (InstallError, OSError) as error:
        print(f"burnish update: {error}; slot {current(Target())} runs", file=sys.stderr)
        return FAILED


if __name__ == "__main__":
    sys.exit(main())
