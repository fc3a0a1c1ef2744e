"""The table of the benchmark of matching in docs/ASSISTANT.md: written by `make bench-match`, read by the test that checks it."""

from tests.support.match_benchmark import DAMAGES
from tests.support.paths import DOCS
from tests.support.songs import CHECKS, SONGS

PATH = DOCS / "ASSISTANT.md"
BEGIN, END = "<!-- benchmark: written by make bench-match -->\n", "<!-- end of benchmark -->\n"
#: The columns of `rows`.
COLUMNS = ("tone: damaged", "tone: Matchering", "tone: Burnish", "width: Matchering", "width: Burnish", "share: Matchering",
           "share: Burnish", "PLR: Matchering", "PLR: Matchering, levelled", "PLR: truth, levelled", "PLR: Burnish",
           "loudness: Matchering", "loudness: Burnish", "true peak: Matchering", "true peak: Burnish")  # fmt: skip
#: An error of the share of the side below this cannot be heard: ISO 3382-1, table A.1, gives 0.05 as the just noticeable difference of the
#: part of the energy of a room that comes from the sides.
SHARE_JND = 0.05
#: A level must change by 0.5 to 1 dB to be heard.
PLR_JND_DB = 0.5
#: The cases in which Burnish is worse, and in what. The document names them.
WORSE = {("hip-hop", "thin and wide"): ["tone"], ("reggae", "thin and wide"): ["tone"]}
HEAD = (
    "| song | damage | tone: damaged | Matchering | Burnish | width: Matchering | Burnish | share: Matchering | Burnish "
    "| PLR: Matchering | Matchering, levelled | truth, levelled | Burnish | loudness: Matchering | Burnish "
    "| true peak: Matchering | Burnish |\n" + "|---|---|" + "---:|" * 15 + "\n"
)


def row(name: str, damage: str, found: dict[str, dict]) -> str:
    """The line of a case, from rounded errors (`match_benchmark.Errors`) of: damaged, peer, levelled peer, levelled truth, own."""
    damaged, peer, own = (found[key] for key in ("damaged", "peer", "own"))
    text = [f"{errors['tone_db']:.2f}" for errors in (damaged, peer, own)]
    text += [f"{errors['width_db']:+.2f}" for errors in (peer, own)]
    text += [f"{errors['side_share']:+.3f}" for errors in (peer, own)]
    text += [f"{found[key]['plr_db']:+.2f}" for key in ("peer", "levelled peer", "levelled truth", "own")]
    text += [f"{errors['reference_lu']:+.2f}" for errors in (peer, own)]
    text += [f"{errors['true_peak_dbtp']:+.2f}" for errors in (peer, own)]
    return f"| {name} | {damage} | {' | '.join(text)} |\n"


def worse(cells: dict[str, float]) -> list[str]:
    """In which of tone, width and PLR a row (its cells by COLUMNS) is worse than Matchering, by more than can be noticed."""
    own, peer = (
        {name: abs(cells[f"{name}: {program}"]) for name in ("tone", "width", "share", "PLR")}
        for program in ("Burnish", "Matchering")
    )
    found = ["tone"] if own["tone"] >= peer["tone"] else []
    if own["width"] > peer["width"] and own["share"] > SHARE_JND:
        found.append("width")
    if own["PLR"] > abs(cells["PLR: Matchering, levelled"]) + PLR_JND_DB:
        found.append("PLR")
    return found


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


def rows() -> dict[tuple[str, str], dict[str, float]]:
    """The numbers of the table by song and damage, and by COLUMNS."""
    return {key: cells_of(line) for key, line in _lines().items()}


def cells_of(line: str) -> dict[str, float]:
    """The numbers of a line of the table, by COLUMNS."""
    return dict(zip(COLUMNS, map(float, _cells(line)[2:]), strict=True))


def _order(key: tuple[str, str]) -> tuple:
    name, damage = key
    return list(DAMAGES).index(damage), name not in SONGS, name not in CHECKS, name


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _lines() -> dict[tuple[str, str], str]:
    whole = PATH.read_text()
    part = whole[whole.index(BEGIN) : whole.index(END)]
    lines = [line for line in part.splitlines(keepends=True) if line.startswith("| ") and not line.startswith("| song")]
    return {tuple(_cells(line)[:2]): line for line in lines}
