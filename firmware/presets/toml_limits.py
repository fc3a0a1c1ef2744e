"""Limits on the shape of a TOML text, checked before it is parsed: `tomllib` takes minutes for a key of thousands of parts.

Standard library only.
"""

import re

#: Names between points in one key or header, brackets inside one another, and keys and headers in all. A preset with all
#: parameters has about 300 keys. `document` refuses what is nested deeper than MAX_DEPTH once it is parsed.
MAX_DEPTH = 12
MAX_BRACKETS = 100
MAX_KEYS = 4000

#: The parts of a TOML text, as far as they matter here. The closing quotes are part of a string, and a quote that stands alone
#: has no end: nothing behind it is parsed. No part can be matched in two ways, so the time is proportional to the length.
_PARTS = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}'''
    r"""|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"""
    r'''|"(?!"")(?:[^"\\\n]|\\.)*+"'''
    r"""|'(?!'')[^'\n]*+'"""
    r"""|\#[^\n]*+"""
    r"""|(?P<mark>[."'=,{}\[\]\n])""",
    re.DOTALL,
)


def excess(text: str) -> str:
    """What in `text` is more than a preset needs, in a few words; empty where nothing is."""
    points = depth = keys = 0
    for part in _PARTS.finditer(text):
        match part["mark"]:
            case ".":
                points += 1
                if points >= MAX_DEPTH:
                    return f"a key of more than {MAX_DEPTH} names"
                continue
            case None:
                continue
            case '"' | "'":  # a string without an end
                return ""
            case "=":
                keys += 1
            case "[" | "{":
                keys += depth == 0
                depth += 1
            case "]" | "}":
                depth = max(0, depth - 1)
        points = 0
        if depth > MAX_BRACKETS:
            return "brackets that are nested too deeply"
        if keys > MAX_KEYS:
            return f"more than {MAX_KEYS} keys"
    return ""
