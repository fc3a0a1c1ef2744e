"""The root of Burnish's own exceptions. Standard library only."""


class BurnishError(Exception):
    """Anything that Burnish refuses or that fails in a way it foresees. The message is one sentence for people.

    Subclasses also derive from the builtin exception that fits, so that `except ValueError` catches a value out of range.
    """
