"""What `burnishd` refuses to do, with its exit status."""

from firmware.contract import BurnishError

#: Exit statuses of `burnishd`; the laptop tool's mean the same.
OK, FAILED, USAGE, NO_DEVICE, NO_PERMISSION, BUSY = range(6)


class Refusal(BurnishError, RuntimeError):
    """Burnish cannot run as asked. The message is one sentence with the cause and what is allowed."""

    def __init__(self, message: str, status: int = USAGE):
        super().__init__(message)
        self.status = status
