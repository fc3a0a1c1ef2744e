"""Errors that keep `burnishd` from running, with their exit statuses."""

from firmware.contract import BurnishError

#: Exit statuses of `burnishd`. Those of the laptop tool have the same meaning.
OK, FAILED, USAGE, NO_DEVICE, NO_PERMISSION, BUSY = range(6)


class Refusal(BurnishError, RuntimeError):
    """The box cannot run as requested. The message is one sentence with the cause and what is allowed."""

    def __init__(self, message: str, status: int = USAGE):
        super().__init__(message)
        self.status = status
