"""Catalogues: analyses, checks or renders 10 to a million files, on one machine or on a cluster, and can be interrupted at any time.

`manifest` keeps what is to be done and what is done, `work` is one file, `running` works through them, `verifying` checks results.
"""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "Catalogue": "manifest",
        "RESULTS": "manifest",
        "Task": "work",
        "cluster": "running",
        "files": "manifest",
        "local_pool": "running",
        "run": "running",
        "wrong": "verifying",
    },
)

__all__ = ["RESULTS", "Catalogue", "Task", "cluster", "files", "local_pool", "run", "wrong"]
