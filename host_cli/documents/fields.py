"""Kinds of values in a document: each checks a value and says what is allowed."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """`check` returns the value as it is stored and raises ValueError. `allowed` completes "allowed is ..."."""

    check: Callable[[Any], Any]
    allowed: str
    default: Any = None
    required: bool = False


def text(most: int = 1000, required: bool = False) -> Field:
    """A text in one line."""

    def check(value):
        if not isinstance(value, str) or len(value) > most or not value.isprintable():
            raise ValueError
        return value

    return Field(check, f"text in one line with at most {most} characters", "", required)


def number(low: float, high: float, unit: str, default: float | None = 0.0) -> Field:
    """A number within a range."""

    def check(value):
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
            or not low <= value <= high
        ):
            raise ValueError
        return float(value)

    return Field(check, f"a number from {low:g} to {high:g} {unit}".rstrip(), default)


def whole(low: int, high: int) -> Field:
    """A whole number within a range."""

    def check(value):
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError
        return value

    return Field(check, f"a whole number from {low} to {high}")


def choice(*words: Any, default: Any = None) -> Field:
    """One of some values."""

    def check(value):
        if isinstance(value, bool) or value not in words:
            raise ValueError
        return value

    return Field(check, "one of " + ", ".join(f'"{w}"' if isinstance(w, str) else str(w) for w in words), default)


def switch() -> Field:
    """true or false."""

    def check(value):
        if not isinstance(value, bool):
            raise ValueError
        return value

    return Field(check, "true or false", False)


def points() -> Field:
    """A list of rising times."""

    def check(value):
        one = number(0, 36000, "s").check
        if not isinstance(value, list) or any(b <= a for a, b in zip(value, value[1:], strict=False)):
            raise ValueError
        return tuple(one(item) for item in value)

    return Field(check, "a list of rising times in seconds, for example [30.0, 95.5]", ())


def texts() -> Field:
    """A list of texts."""

    def check(value):
        if not isinstance(value, list):
            raise ValueError
        return tuple(text().check(item) for item in value)

    return Field(check, 'a list of texts, for example ["Guitar: A. Person"]', ())


def settings() -> Field:
    """A table of parameters. Their values are checked with the preset, which they change."""

    def check(value):
        if not isinstance(value, dict):
            raise ValueError
        return dict(value)

    return Field(check, 'a table of parameters, for example { "limiter.gain_db" = 2.0 }', {})


def code(convert: Callable[[str], str], form: str) -> Field:
    """A code such as an ISRC. `convert` returns its usual form and raises ValueError with a reason that is more exact than `form`."""

    def check(value):
        if not isinstance(value, str):
            raise ValueError("write it in quotes")
        return convert(value) if value else ""

    return Field(check, form, "")
