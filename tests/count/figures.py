"""The committed figures: figures.toml, written by `make count WRITE=1`."""

import tomllib
from pathlib import Path

import tomli_w

PATH = Path(__file__).parent / "figures.toml"
_HEAD = "# aarch64 instructions per stereo frame, with music. Written by `make count WRITE=1`, compared by `make count`.\n\n"


def read() -> dict:
    """{"compiler": its version, "per_frame": {case: instructions}}."""
    return tomllib.loads(PATH.read_text()) if PATH.exists() else {"compiler": "", "per_frame": {}}


def write(compiler: str, per_frame: dict[str, float]) -> None:
    rounded = {name: round(value, 1) for name, value in sorted(per_frame.items())}
    PATH.write_text(_HEAD + tomli_w.dumps({"compiler": compiler, "per_frame": rounded}))
