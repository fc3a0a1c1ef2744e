"""Assignments: which control changes control which parameters, in a file of the user."""

import tomllib
from pathlib import Path

from firmware.contract import parse_controls, write_atomic
from host_cli.errors import CliFail
from host_cli.folders import config_folder


class Assignments:
    """The file midi.toml: a text such as "74=limiter.gain_db". Raises CliFail if it is not valid."""

    def __init__(self, path: Path | None = None):
        self.path = path or config_folder() / "midi.toml"

    def read(self) -> dict[int, str]:
        """Ids of parameters by the number of the control change; empty if there is no file."""
        try:
            tree = tomllib.loads(self.path.read_text())
            return parse_controls(tree["controls"])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as why:
            raise CliFail(f"{self.path} is not valid ({why}): correct it, or delete it to begin anew") from None

    def add(self, control: int, id: str) -> None:
        """Assign a control, which then controls nothing else, to a parameter, which then has no other control."""
        kept = {number: other for number, other in self.read().items() if other != id and number != control}
        self._write(kept | {control: id})

    def remove(self, id: str) -> None:
        """Remove the assignment of a parameter."""
        self._write({number: other for number, other in self.read().items() if other != id})

    def _write(self, controls: dict[int, str]) -> None:
        text = " ".join(f"{control}={id}" for control, id in sorted(controls.items()))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(self.path, f'controls = "{text}"\n'.encode())
