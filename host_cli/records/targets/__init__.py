"""Targets of services as data (targets.toml), the rules they set for a file, and a preview of what each does to it."""

from .preview import Effect, Rule, effect, heard, passed, rules
from .services import Service, chosen, services
from .tables import plain, preview_rows

__all__ = [
    "Effect",
    "Rule",
    "Service",
    "chosen",
    "effect",
    "heard",
    "passed",
    "plain",
    "preview_rows",
    "rules",
    "services",
]
