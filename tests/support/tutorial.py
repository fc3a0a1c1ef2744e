"""Runs all commands of a tutorial in one shell, in order."""

import os
import subprocess
import sys
from pathlib import Path

from .documents import blocks
from .paths import ROOT
from .patience import PATIENCE_S


def run_tutorial(page: Path, folder: Path) -> str:
    """Run the commands of `page` in `folder`, with the `burnish` of this environment; returns what they printed on stdout."""
    script = "".join(blocks(page, "sh")).replace("$PWD/.venv/bin", str(Path(sys.executable).parent))
    variables = {name: value for name, value in os.environ.items() if not name.startswith("BURNISH")}
    variables |= {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    done = subprocess.run(
        ["sh", "-euxc", script], cwd=folder, env=variables, capture_output=True, text=True, timeout=8 * PATIENCE_S
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
