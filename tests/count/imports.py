"""Which modules of firmware/ a script needs, found in its import statements without running them."""

import ast
from pathlib import Path

PACKAGE = "firmware"


def needed(script: Path, tree: Path) -> list[Path]:
    """The modules of PACKAGE that `script` imports, and those that these import in turn, in `tree`, sorted. Raises ValueError
    if one of them imports a name that only the `__init__.py` of a package exports."""
    found: set[Path] = set()
    waiting = [script]
    while waiting:
        new = _imported(waiting.pop(), tree) - found
        found |= new
        waiting += new
    return sorted(found)


def _imported(source: Path, tree: Path) -> set[Path]:
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if not isinstance(node, ast.ImportFrom):
            continue
        words = node.module.split(".") if node.module else []
        if not node.level and words[0] != PACKAGE:
            continue
        at = (source.parents[node.level - 1] if node.level else tree).joinpath(*words)
        found |= {_module(at, alias.name, source) for alias in node.names}
    return found


def _module(at: Path, name: str, source: Path) -> Path:
    for path in (at / f"{name}.py", at.with_suffix(".py")):
        if path.exists():
            return path
    raise ValueError(f"{source} imports {name} from {at}: the emulated machine needs the module that defines it")
