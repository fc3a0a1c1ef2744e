"""Limits on the shape of a TOML text, checked before it is parsed: `tomllib` takes minutes for a key of thousands of parts.

Standard library only.
"""

import re

#: Limits for the names in one dotted key or header, for nested brackets, and for the number of keys and headers. A preset with
#: all parameters has about 300 keys. After parsing, `document` refuses a file that is nested deeper than MAX_DEPTH.
MAX_DEPTH = 12
MAX_BRACKETS = 100
MAX_KEYS = 4000

#: The parts of a TOML text that matter here. A string includes its closing quotes; after a quote without an end, nothing is
#: parsed. Every text can be matched in only one way, so the time is proportional to its length.
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
    """A description of the part of `text` that exceeds the limits, in a few words; empty if the text is within the limits."""
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
