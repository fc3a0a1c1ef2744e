"""The cache of renders: files under a key of their content, so that only what has changed is rendered again."""

import contextlib
import json
import os
import time
from pathlib import Path

from host_cli.folders import cache_folder

#: The cache is reduced to this size, the files that were used the longest ago first.
MOST_BYTES = 20 * 10**9
#: Unfinished files of this age are left from a process that was killed.
_ABANDONED_S = 86_400


class RenderCache:
    """Audio files (.wav) and figures (.json) by key. Several processes may use one folder."""

    def __init__(self, folder: Path | None = None):
        self.folder = folder or cache_folder() / "renders"
        self.folder.mkdir(parents=True, exist_ok=True)

    def audio(self, key: str) -> Path:
        """Where the audio file with this key is, or would be."""
        return self.folder / f"{key}.wav"

    def has_audio(self, key: str) -> bool:
        """Whether it is there; it then counts as used now."""
        with contextlib.suppress(OSError):
            os.utime(self.audio(key))
            return True
        return False

    def figures(self, key: str) -> list | dict | None:
        """The figures with this key, or None."""
        try:
            return json.loads((self.folder / f"{key}.json").read_text())
        except (OSError, ValueError):
            return None

    def keep_figures(self, key: str, figures: list | dict) -> None:
        """Store figures, whole or not at all."""
        part = self.folder / f"{key}.{os.getpid()}.part"
        part.write_text(json.dumps(figures))
        part.replace(self.folder / f"{key}.json")

    def shrink(self, most_bytes: int = MOST_BYTES) -> None:
        """Delete unfinished files of killed processes, and the audio files that were used the longest ago until the rest is no larger
        than `most_bytes`."""
        known = []
        for path in self.folder.iterdir():
            with contextlib.suppress(OSError):
                state = path.stat()
                if path.suffix == ".wav":
                    known.append((state.st_mtime_ns, state.st_size, path))
                elif path.suffix == ".part" and time.time() - state.st_mtime > _ABANDONED_S:
                    path.unlink()
        total = sum(size for _, size, _ in known)
        for _, size, path in sorted(known):
            if total <= most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size
