"""MidiParser: control changes and program changes from the bytes of a MIDI stream. Standard library only."""

from typing import NamedTuple

#: The first data byte that is not a data byte any more; the first system message; the first real-time message.
_STATUS, _SYSTEM, _REAL_TIME = 0x80, 0xF0, 0xF8
_CONTROL, _PROGRAM, _PRESSURE = 0xB0, 0xC0, 0xD0
#: Data bytes of system messages; system exclusive (0xF0) has any number and ends with the next status.
_SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}


class ControlChange(NamedTuple):
    """A control change. `channel` is 0 to 15, `control` and `value` are 0 to 127."""

    channel: int
    control: int
    value: int


class ProgramChange(NamedTuple):
    """A program change. `channel` is 0 to 15, `program` is 0 to 127."""

    channel: int
    program: int


class MidiParser:
    """Takes bytes in pieces of any size. Notes and other messages are skipped.

    Running status is supported: data bytes without a status belong to the last channel status. Real-time bytes may stand in the
    middle of a message. A system message ends the running status, and data bytes without any status are ignored (MIDI 1.0
    Detailed Specification 4.2, "Data format").
    """

    def __init__(self):
        self._status = 0  # 0: none; data bytes are ignored
        self._needed = 0
        self._data: list[int] = []

    def feed(self, data: bytes) -> list[ControlChange | ProgramChange]:
        """The messages that `data` completes."""
        found = []
        for byte in data:
            if byte >= _REAL_TIME:
                continue
            if byte >= _STATUS:
                self._begin(byte)
            elif self._needed:
                self._data.append(byte)
                if len(self._data) == self._needed:
                    found += self._message()
        return found

    def _begin(self, status: int) -> None:
        self._status, self._data = status, []
        if status >= _SYSTEM:
            self._needed = _SYSTEM_BYTES.get(status, 0)
        else:
            self._needed = 1 if status & 0xF0 in (_PROGRAM, _PRESSURE) else 2

    def _message(self) -> list[ControlChange | ProgramChange]:
        data, self._data = self._data, []
        kind, channel = self._status & 0xF0, self._status & 0x0F
        if kind == _SYSTEM:
            self._needed = 0  # no running status
        elif kind == _CONTROL:
            return [ControlChange(channel, *data)]
        elif kind == _PROGRAM:
            return [ProgramChange(channel, *data)]
        return []


def control_bytes(channel: int, changes: list[tuple[int, int]]) -> bytes:
    """Control changes (control, value) on `channel`, as bytes without running status."""
    return b"".join(bytes((_CONTROL | channel, control, value)) for control, value in changes)
