"""ISRC (ISO 3901) and EAN-13 or UPC-A (GS1): how they are written, and the check digit."""

import re

ISRC_FORM = "two letters, three letters or digits, and seven digits, for example AA6Q72000047"
EAN_FORM = "13 digits (EAN) or 12 digits (UPC), of which the last is the check digit"


def isrc(written: str) -> str:
    """The ISRC as it is stored: 12 capitals and digits without separators. Raises ValueError."""
    plain = re.sub(r"[\s.-]", "", written.upper()).removeprefix("ISRC").removeprefix(":")
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", plain):
        raise ValueError(f"{written!r} is not an ISRC: it has {ISRC_FORM}")
    return plain


def ean(written: str) -> str:
    """The 13 digits of an EAN, or of a UPC with a 0 in front. Raises ValueError, also for a wrong check digit."""
    plain = re.sub(r"[\s-]", "", written)
    if not re.fullmatch(r"[0-9]{12,13}", plain):
        raise ValueError(f"{written!r} is not an EAN or UPC: it has {EAN_FORM}")
    plain = plain.rjust(13, "0")
    if plain[-1] != check_digit(plain[:12]):
        raise ValueError(f"{written!r} has a wrong check digit: the last digit would be {check_digit(plain[:12])}")
    return plain


def check_digit(digits: str) -> str:
    """The check digit after the first 12 digits of an EAN-13."""
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return str(-(odd + 3 * even) % 10)
