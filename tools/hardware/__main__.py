"""`python -m tools.hardware`: writes the generated files of hardware/, and the PDF files into build/hardware."""

import sys
from pathlib import Path

from .generate import binaries, texts
from .lists import HARDWARE

BUILD = HARDWARE.parent / "build" / "hardware"


def write(folder: Path, files: dict) -> int:
    """Write the files whose contents have changed; returns their number."""
    changed = 0
    for name, content in files.items():
        path = folder / name
        data = content.encode() if isinstance(content, str) else content
        if not path.exists() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            changed += 1
    return changed


def main() -> int:
    """Exit status of the command."""
    generated = texts()
    print(f"hardware/: {len(generated)} files, {write(HARDWARE, generated)} of them changed")
    made = binaries()
    write(BUILD, made)
    print(f"{BUILD}: {', '.join(sorted(made))}")
    return 0


sys.exit(main())
