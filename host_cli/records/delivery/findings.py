"""What a verification finds."""

from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "FAIL"


@dataclass(frozen=True)
class Finding:
    """`grade`: ok, warn or FAIL. `name`: the file or folder. `text`: a sentence."""

    grade: str
    name: str
    text: str
