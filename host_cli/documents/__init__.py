"""TOML documents that users write, such as album files: read with checks of every key, and refused with file, line, key and what is allowed.

`fields`: kinds of values. `reader`: the document. `place`: a part of a document, to which later errors refer. `lines`: line numbers. `writing`: parts
of a new document.
"""

from .fields import Field, choice, code, number, points, settings, switch, text, texts, whole
from .place import NOWHERE, DocumentError, Place
from .reader import Document
from .writing import file_name, quoted

__all__ = [
    "NOWHERE",
    "Document",
    "DocumentError",
    "Field",
    "Place",
    "choice",
    "code",
    "file_name",
    "number",
    "points",
    "quoted",
    "settings",
    "switch",
    "text",
    "texts",
    "whole",
]
