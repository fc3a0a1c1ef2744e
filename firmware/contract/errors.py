"""The root of all exceptions of Burnish, and the errors of the protocol. Standard library only."""


class BurnishError(Exception):
    """Base of all refusals and expected failures. The message is one sentence for people.

    Subclasses also derive from the builtin exception that fits, so that `except ValueError` catches a value out of range.
    """


#: The number of each error. Programs should use the name.
ERRORS = {
    "unknown_method": -32601,
    "bad_params": -32602,
    "internal": -32603,
    "refused": 1000,
    "range": 1001,
    "unknown_path": 1002,
    "read_only": 1003,
    "busy": 1004,
    "storage_full": 1005,
    "rev_conflict": 1006,
    "schema_too_new": 1007,
    "hash_mismatch": 1008,
    "not_allowed": 1009,
    "no_clock": 1010,
    "not_found": 1011,
    "corrupt": 1012,
    "exists": 1013,
    "storage": 1014,
    "no_lease": 1015,
    "unknown_handle": 1016,
    "proto": 1017,
}


class BoxError(BurnishError, RuntimeError):
    """The box refuses a request. The message is one sentence; `name` is one of ERRORS; `data` has the facts for programs."""

    def __init__(self, message: str, *, name: str = "refused", data: dict | None = None):
        super().__init__(message)
        self.name = name if name in ERRORS else "refused"
        self.data = data or {}
