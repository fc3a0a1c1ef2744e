"""Prints what `pip install` of Burnish needs, for each extra, version of Python and machine. Fails if an installation is
impossible.

pip resolves each set of libraries as if it ran on that machine (`--dry-run --python-version --platform`), wheels only.
Libraries without wheels are compiled from source; the Debian packages that this needs are printed. pip evaluates the
markers of libraries that are required indirectly for the Python that runs it; those of pyproject.toml are evaluated here.
"""

import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.requirements import Requirement

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
#: The glibc of Debian 12 is 2.36; a wheel for an older glibc works there, too.
GLIBCS = range(17, 37)
#: Libraries that PyPI has only as source, with the Debian packages that compile them.
COMPILED = {
    "pyalsaaudio": "build-essential python3-dev libasound2-dev",
    "spidev": "build-essential python3-dev",
}
#: Libraries that have no wheel on PyPI and cannot be compiled, with the advice for the user.
FROM_SYSTEM = {"lgpio": "lgpio for the pins of a Pi: apt-get install python3-lgpio (Raspberry Pi OS)"}


def requirements() -> dict[str, list[Requirement]]:
    """The libraries of the plain install and of each extra."""
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    groups = {"plain": project["dependencies"]}
    groups |= {extra: project["dependencies"] + wanted for extra, wanted in project["optional-dependencies"].items()}
    return {name: [Requirement(line) for line in lines] for name, lines in groups.items()}


def environment(python: str, machine: str) -> dict[str, str]:
    """The variables of markers on Linux."""
    return {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": machine, "os_name": "posix",
            "python_version": python, "python_full_version": f"{python}.0", "implementation_name": "cpython",
            "platform_python_implementation": "CPython", "extra": ""}  # fmt: skip


def resolve(wheels: list[str], python: str, machine: str) -> str:
    """pip's error message about `wheels`; empty if all of them can be installed."""
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in GLIBCS]
    with tempfile.TemporaryDirectory() as target:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
                   "--only-binary=:all:", f"--python-version={python}", "--implementation=cp", f"--target={target}",
                   *platforms, *wheels]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def check(case: tuple[str, str, str, list[Requirement]]) -> tuple[str, bool]:
    """One row of the table, and whether it can be installed."""
    group, python, machine, wanted = case
    target = environment(python, machine)
    here = [one for one in wanted if one.marker is None or one.marker.evaluate(target)]
    names = {one.name for one in wanted} - {one.name for one in here}
    compiled = [one.name for one in here if one.name in COMPILED]
    wheels = [f"{one.name}{one.specifier}" for one in here if one.name not in COMPILED]
    complaint = resolve(wheels, python, machine)
    notes = []
    if compiled:
        packages = sorted({word for name in compiled for word in COMPILED[name].split()})
        notes.append(f"{' and '.join(compiled)} compile: apt-get install {' '.join(packages)}")
    notes += [FROM_SYSTEM[name] for name in sorted(names)]
    result = complaint or f"{len(wheels)} from wheels"
    return f"| {group} | {python} | {machine} | {result} | {'; '.join(notes)} |", not complaint


def main() -> int:
    """The exit status is 1 if a row cannot be installed."""
    groups = requirements()
    cases = [(group, python, machine, groups[group]) for group in groups for python in PYTHONS for machine in MACHINES]
    print("| extra | Python | machine | result | notes |\n|---|---|---|---|---|")
    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(check, cases))
    print("\n".join(row for row, _ in rows))
    return 0 if all(passed for _, passed in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
