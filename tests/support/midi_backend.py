"""A stand-in for mido's backend: ports without hardware, whose other ends a test holds."""

from mido.ports import BaseInput, BaseOutput

#: The names of the ports that exist, and the open ports by name.
INPUTS, OUTPUTS = [], []
OPEN_INPUTS, OPEN_OUTPUTS = {}, {}


class Input(BaseInput):
    """An input; `arrive` is the end of the controller."""

    def _open(self, callback=None, **_):
        self.callback = callback
        OPEN_INPUTS[self.name] = self

    def _close(self):
        OPEN_INPUTS.pop(self.name, None)

    def arrive(self, *messages):
        for message in messages:
            self.callback(message)


class Output(BaseOutput):
    """An output, which keeps its messages in `sent`."""

    def _open(self, **_):
        self.sent = []
        OPEN_OUTPUTS[self.name] = self

    def _close(self):
        OPEN_OUTPUTS.pop(self.name, None)

    def _send(self, message):
        self.sent.append(message)


def get_devices(**_):
    """See mido's backends."""
    inputs = [{"name": name, "is_input": True, "is_output": False} for name in INPUTS]
    return inputs + [{"name": name, "is_input": False, "is_output": True} for name in OUTPUTS]
