"""The structure of the source, read from its imports and definitions.

`python -m tests.support.structure [REVISION]` prints the modules per package, the imports that cross packages, the longest
file and the longest function, for the working tree, and next to it for REVISION of the git history. Files that were moved
since REVISION count with their present package, so that both columns refer to the same packages.
"""

import ast
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

#: The parts of the product, from the lowest layer to the highest.
TOPS = ("hardware", "dsp_ext", "firmware", "host_cli")
SUFFIXES = (".py", ".pyx", ".pxd")

_CYTHON_IMPORT = re.compile(r"^[ \t]*from ([.\w]+) c?import (\([^)]*\)|[^\n#]+)", re.M)
_CYTHON_FUNCTION = re.compile(r"^([ \t]*)(?:cdef|cpdef|def) (?!class )[^=\n]*?(\w+)\(.*$", re.M)


@dataclass(frozen=True)
class Import:
    """`module` (dotted) imports `name` from `source` (dotted); `name` is empty for a plain import of a module."""

    module: str
    source: str
    name: str


def module_of(path: Path, root: Path = ROOT) -> str:
    """The dotted name of a source file. For an `__init__`, the name of its package."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def package_of(module: str, packages: set[str]) -> str:
    """The package of a module; for a package, the package itself."""
    return module if module in packages else module.rpartition(".")[0]


def sources(root: Path = ROOT) -> list[Path]:
    """All source files of the product."""
    return sorted(path for top in TOPS for path in (root / top).rglob("*") if path.suffix in SUFFIXES)


def packages_of(root: Path = ROOT) -> set[str]:
    """The dotted names of all packages of the product."""
    return {module_of(path, root) for path in sources(root) if path.name == "__init__.py"}


def _python_imports(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def _cython_imports(path: Path) -> Iterator[tuple[str, str]]:
    for source, names in _CYTHON_IMPORT.findall(path.read_text()):
        yield from ((source, name.split(" as ")[0].strip()) for name in names.strip("()").split(",") if name.strip())


def imports(path: Path, root: Path = ROOT) -> Iterator[Import]:
    """The imports of a source file, with relative sources made absolute."""
    module = module_of(path, root)
    parents = module.split(".") if path.stem == "__init__" else module.split(".")[:-1]
    for source, name in (_python_imports if path.suffix == ".py" else _cython_imports)(path):
        level = len(source) - len(source.lstrip("."))
        base = parents[: len(parents) - level + 1] if level else []
        yield Import(module, ".".join([*base, *filter(None, [source[level:]])]), name)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and number of lines of each function of a source file."""
    text = path.read_text()
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, node.end_lineno - node.lineno + 1
        return
    lines = text.split("\n")
    for match in _CYTHON_FUNCTION.finditer(text):
        first = text.count("\n", 0, match.start())
        indent = len(match[1])
        last = first
        for number in range(first + 1, len(lines)):
            line = lines[number]
            if line.strip() and len(line) - len(line.lstrip()) <= indent and not line.lstrip().startswith(")"):
                break
            last = number if line.strip() else last
        yield match[2], last - first + 1


@dataclass(frozen=True)
class Structure:
    """The figures of one tree. `modules`: modules per package; `crossing`: pairs of a module and a foreign
    module or package that it imports from."""

    modules: Counter
    crossing: int
    longest_file: tuple[int, str]
    longest_function: tuple[int, str]


def measure(root: Path = ROOT, moved: dict[str, str] | None = None) -> Structure:
    """The figures of the tree in `root`. `moved`: modules that count under another name (old dotted name to new one)."""
    moved, packages, today = moved or {}, packages_of(root), packages_of()
    known = {module_of(path, root) for path in sources(root)}

    def home(module: str) -> str:
        return package_of(moved.get(module, module), today | packages)

    crossing, files, longest = set(), [], []
    for path in sources(root):
        module = module_of(path, root)
        files.append((path.read_text().count("\n"), str(path.relative_to(root))))
        longest += [(lines, f"{path.relative_to(root)}: {name}") for name, lines in functions(path)]
        for found in imports(path, root):
            whole = f"{found.source}.{found.name}"
            # The exports of a package count as imported from the package. A top-level folder exports nothing.
            source = whole if whole in known and found.source in TOPS else found.source
            if source.split(".")[0] in TOPS and home(source) != home(module):
                crossing.add((module, source))
    modules = Counter(package_of(module, packages) for module in known - packages)
    return Structure(modules, len(crossing), max(files), max(longest))


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True).stdout


def measure_revision(revision: str) -> Structure:
    """The figures of a revision of the git history."""
    renames = _git("diff", "--find-renames=40%", "--name-status", "--diff-filter=R", revision).decode().splitlines()
    files = (map(Path, line.split("\t")[1:]) for line in renames)
    moved = {module_of(ROOT / old): module_of(ROOT / new) for old, new in files}
    archive = io.BytesIO(_git("archive", revision, *TOPS))
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=archive) as tree:
        tree.extractall(folder, filter="data")
        return measure(Path(folder), moved)


def main(arguments: list[str]) -> None:
    columns = [("now", measure())]
    columns[:0] = [(revision, measure_revision(revision)) for revision in arguments]
    print("| |", " | ".join(name for name, _ in columns), "|\n|---|" + "---|" * len(columns))
    for package in sorted(set().union(*(structure.modules for _, structure in columns))):
        print(f"| modules in {package} |", " | ".join(str(s.modules.get(package, "")) for _, s in columns), "|")
    print("| imports that cross packages |", " | ".join(str(s.crossing) for _, s in columns), "|")
    for what in ("longest_file", "longest_function"):
        cells = (f"{lines} lines, {where}" for lines, where in (getattr(s, what) for _, s in columns))
        print(f"| {what.replace('_', ' ')} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main(sys.argv[1:])
