"""The table of the benchmark of matching in docs/ASSISTANT.md: written by `make bench-match`, read by the test that checks it."""

from tests.support.match_benchmark import DAMAGES
from tests.support.paths import DOCS
from tests.support.songs import SONGS

PATH = DOCS / "ASSISTANT.md"
BEGIN, END = "<!-- benchmark: written by make bench-match -->\n", "<!-- end of benchmark -->\n"
#: The columns of `rows`.
COLUMNS = ("tone: damaged", "tone: Matchering", "tone: Burnish", "width: Matchering", "width: Burnish", "PLR: Matchering",
           "PLR: Burnish", "loudness: Matchering", "loudness: Burnish", "true peak")  # fmt: skip
#: The cases in which the tone error of Matchering is lower. The document names them.
WORSE = {("rock", "thin and wide"), ("hip-hop", "thin and wide")}
HEAD = (
    "| song | damage | tone: damaged | Matchering | Burnish | width: Matchering | Burnish | PLR: Matchering | Burnish "
    "| loudness: Matchering | Burnish | true peak |\n" + "|---|---|" + "---:|" * 10 + "\n"
)


def row(name: str, damage: str, damaged: dict, peer: dict, own: dict) -> str:
    """The line of a case, from rounded errors (`match_benchmark.Errors`)."""
    cells = [damaged["tone_db"], peer["tone_db"], own["tone_db"]]
    text = [f"{value:.2f}" for value in cells]
    for key in ("width_db", "plr_db", "reference_lu"):
        text += [f"{peer[key]:+.2f}", f"{own[key]:+.2f}"]
    return f"| {name} | {damage} | {' | '.join(text)} | {own['true_peak_dbtp']:.2f} |\n"


TOLD, TOLD_END = "<!-- explanations: written by make bench-match -->\n", "<!-- end of explanations -->\n"


def tell(text: str) -> None:
    """Write the explanations."""
    whole = PATH.read_text()
    PATH.write_text(whole[: whole.index(TOLD) + len(TOLD)] + text + whole[whole.index(TOLD_END) :])


def told() -> list[str]:
    """The sentences that the document prints."""
    whole = PATH.read_text()
    lines = whole[whole.index(TOLD) : whole.index(TOLD_END)].splitlines()
    return [line.split(" | ")[-1].strip(" |") for line in lines if line.startswith("| `")]


def put(name: str, damage: str, line: str) -> None:
    """Write the line of a case into the table, in place of its former one."""
    lines = {key: text for key, text in _lines().items() if key != (name, damage)} | {(name, damage): line}
    whole = PATH.read_text()
    start, end = whole.index(BEGIN) + len(BEGIN), whole.index(END)
    PATH.write_text(whole[:start] + HEAD + "".join(lines[key] for key in sorted(lines, key=_order)) + whole[end:])


def rows() -> dict[tuple[str, str], list[float]]:
    """The numbers of the table by song and damage."""
    return {key: [float(cell) for cell in _cells(line)[2:]] for key, line in _lines().items()}


def _order(key: tuple[str, str]) -> tuple:
    name, damage = key
    return list(DAMAGES).index(damage), name not in SONGS, name


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _lines() -> dict[tuple[str, str], str]:
    whole = PATH.read_text()
    part = whole[whole.index(BEGIN) : whole.index(END)]
    lines = [line for line in part.splitlines(keepends=True) if line.startswith("| ") and not line.startswith("| song")]
    return {tuple(_cells(line)[:2]): line for line in lines}
