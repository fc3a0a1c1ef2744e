"""MidiPorts: an input and an output of this computer, through mido. No other module imports it."""

import queue

import mido

from host_cli.errors import BUSY, NO_DEVICE, CliFail

#: Names of ports that connect programs, or that lead to the box itself, whose MIDI port controls it without this program.
_NOT_CONTROLLERS = ("through", "burnish", "rtmidi")


def port_names() -> tuple[list[str], list[str]]:
    """The names of all inputs, and of all outputs. Raises CliFail if this computer has no MIDI system."""
    try:
        return list(mido.get_input_names()), list(mido.get_output_names())
    except ImportError as why:  # mido imports its backend when it is first used
        raise CliFail(
            f"MIDI needs {why.name or 'python-rtmidi'}: run pip install 'burnish[midi]' python-rtmidi"
        ) from None
    except Exception as why:  # each backend has its own exceptions
        raise CliFail(f"this computer has no MIDI system: {why}", NO_DEVICE) from None


class MidiPorts:
    """The input whose name contains `name`, and the output of the same device, if there is one. Without a name, the only
    controller. A context manager. Raises CliFail."""

    def __init__(self, name: str | None = None):
        inputs, outputs = port_names()
        self.name = _chosen(name, inputs)
        self._messages: queue.SimpleQueue = queue.SimpleQueue()
        device = _device(self.name)
        output = next((port for port in outputs if _device(port) == device), None)
        try:
            self._input = mido.open_input(self.name, callback=self._messages.put)
            self._output = mido.open_output(output) if output else None
        except (OSError, RuntimeError) as why:
            raise CliFail(
                f"the MIDI port {self.name!r} cannot be opened: {why}; close the program that uses it", BUSY
            ) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._input.close()
        if self._output is not None:
            self._output.close()

    @property
    def has_output(self) -> bool:
        """Whether values can be sent to the controller."""
        return self._output is not None

    def read(self) -> bytes:
        """The bytes of the messages that have arrived."""
        data = b""
        while not self._messages.empty():
            data += bytes(self._messages.get().bytes())
        return data

    def write(self, data: bytes) -> None:
        """Send control changes of three bytes each."""
        if self._output is not None:
            for at in range(0, len(data), 3):
                self._output.send(mido.Message.from_bytes(data[at : at + 3]))


def _device(port: str) -> str:
    """The name of a port without the numbers that differ between its input and its output."""
    return port.partition(":")[0].rstrip("0123456789 ")


def _chosen(name: str | None, inputs: list[str]) -> str:
    wanted = [port for port in inputs if name.lower() in port.lower()] if name else [
        port for port in inputs if not any(word in port.lower() for word in _NOT_CONTROLLERS)
    ]  # fmt: skip
    exact = [port for port in wanted if port == name]
    if len(exact) == 1 or len(wanted) == 1:
        return (exact or wanted)[0]
    names = ", ".join(map(repr, inputs)) or "none"
    what = f"no MIDI input is called {name!r}" if name and not wanted else "several MIDI inputs fit" if wanted else "no MIDI controller is connected"  # fmt: skip
    raise CliFail(f"{what}; the inputs are: {names}; choose one with --port NAME", NO_DEVICE)
