"""Stem mastering: 2 to 16 stems with settings of their own, their sum, and the master settings.

`reading` reads a session file into the data classes of `model`, `chain` finds settings and renders every stem, `mixing` adds them,
`checking` compares stems with the mix, `draft` writes a first session file, `tables` prints.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Chain": "chain",
        "Report": "checking",
        "Session": "model",
        "Stem": "model",
        "StemSum": "mixing",
        "chain_rows": "tables",
        "chains": "chain",
        "checked": "checking",
        "document": "draft",
        "drafts": "draft",
        "master_settings": "chain",
        "read_session": "reading",
        "rendered": "chain",
        "report_rows": "tables",
    },
)

__all__ = [
    "Chain",
    "Report",
    "Session",
    "Stem",
    "StemSum",
    "chain_rows",
    "chains",
    "checked",
    "document",
    "drafts",
    "master_settings",
    "read_session",
    "rendered",
    "report_rows",
]
