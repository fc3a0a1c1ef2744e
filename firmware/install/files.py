"""Files that are copied unchanged, and the configuration, which is written only once."""

from collections.abc import Iterator

from .change import Change
from .settings import DATA, Settings
from .target import Target

CONFIG = "/etc/burnish/burnish.toml"
_ROOT = DATA / "root"


def changes(target: Target, settings: Settings) -> Iterator[Change]:
    """Copy all files below firmware/data/root, and write burnish.toml unless it exists."""
    for source in sorted(path for path in _ROOT.rglob("*") if path.is_file()):
        name = f"/{source.relative_to(_ROOT)}"
        # Files outside /etc are programs; a wheel does not keep their mode.
        mode = 0o644 if name.startswith("/etc/") else 0o755
        text = source.read_text()
        if target.read(name) != text or target.path(name).stat().st_mode & 0o777 != mode:
            yield Change(f"write {name}", lambda name=name, text=text, mode=mode: target.write(name, text, mode))
    if target.read(CONFIG) is None:
        text = _configured((DATA / "burnish.toml").read_text(), settings.hat)
        yield Change(f"write {CONFIG}", lambda: target.write(CONFIG, text))


def _configured(text: str, hat: str) -> str:
    """The configuration with all defaults as comments. A HAT other than the default one is set."""
    lines = text.splitlines(keepends=True)
    return "".join(
        f'hat = "{hat}"\n' if line.startswith("#hat = ") and f'"{hat}"' not in line else line for line in lines
    )
