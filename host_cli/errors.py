"""Expected failures: one sentence (cause, evidence, next command) and an exit status. `__main__.py` prints them."""

#: Exit statuses; part of the tool's interface, so never renumbered.
OK, OTHER, USAGE, NO_DEVICE, PERMISSION, BUSY, LOST, INCOMPATIBLE, REFUSED, UNVERIFIED, FAILED_QC = range(11)
INTERRUPTED = 130

MEANINGS = {
    OK: "ok",
    OTHER: "other failure",
    USAGE: "wrong usage",
    NO_DEVICE: "no box, or several and none chosen",
    PERMISSION: "no permission to open the port",
    BUSY: "the port is in use",
    LOST: "the link was lost",
    INCOMPATIBLE: "box and tool do not speak the same protocol",
    REFUSED: "the box refused: range, name, revision",
    UNVERIFIED: "what arrived is not what was sent",
    FAILED_QC: "quality control failed",
    INTERRUPTED: "interrupted",
}


class CliFail(Exception):
    """An expected failure."""

    def __init__(self, message: str, status: int = OTHER):
        super().__init__(message)
        self.status = status


class LinkLost(CliFail):
    """The box went away while we talked to it."""

    def __init__(self, message: str):
        super().__init__(message, LOST)


class NoAnswer(LinkLost):
    """The line is open, but the box does not answer."""


class Refused(CliFail):
    """The box answered with an error. `name` and `data` as in firmware/contract/protocol.py."""

    def __init__(self, message: str, name: str, data: dict, status: int = REFUSED):
        super().__init__(message, status)
        self.name = name
        self.data = data
