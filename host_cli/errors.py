"""Expected failures: one sentence (what went wrong, where, what to type next) and an exit status. `__main__.py` prints them."""

from firmware.contract import BurnishError

#: Exit statuses; part of the tool's interface, so never renumbered.
OK, OTHER, USAGE, NO_DEVICE, PERMISSION, BUSY, LOST, INCOMPATIBLE, REFUSED, UNVERIFIED, FAILED_QC = range(11)
INTERRUPTED = 130

MEANINGS = {
    OK: "ok",
    OTHER: "other failure",
    USAGE: "wrong usage",
    NO_DEVICE: "no box is connected, or several are and none was chosen",
    PERMISSION: "no permission to open the port",
    BUSY: "the port is in use",
    LOST: "the connection to the box was lost",
    INCOMPATIBLE: "the box and the tool use different protocols",
    REFUSED: "the box or the tool refused a value, a name or a revision",
    UNVERIFIED: "transferred data does not match its hash",
    FAILED_QC: "quality control failed",
    INTERRUPTED: "interrupted",
}


class CliFail(BurnishError, RuntimeError):
    """An expected failure, with the exit status that the tool ends with."""

    def __init__(self, message: str, status: int = OTHER):
        super().__init__(message)
        self.status = status


class LinkLost(CliFail, ConnectionError):
    """The connection to the box ended while it was in use."""

    def __init__(self, message: str):
        super().__init__(message, LOST)


class NoAnswer(LinkLost, TimeoutError):
    """The port is open, but the box does not answer in time."""


class Refused(CliFail, ValueError):
    """The box, or a check before it, refused a request. `name` and `data` are those of the protocol's errors."""

    def __init__(self, message: str, name: str, data: dict, status: int = REFUSED):
        super().__init__(message, status)
        self.name = name
        self.data = data
