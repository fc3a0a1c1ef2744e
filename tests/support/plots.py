"""Plots for the documents, drawn by the tests that measure the shown data."""

from tests.support.paths import DOCS

FOLDER = DOCS / "plots"


def write_svg(config, name: str, draw, size=(7.2, 3.6)) -> None:
    """With --write-docs, let `draw(axes)` draw docs/plots/NAME.svg. The same drawing gives the same file. `size` is in
    inches."""
    if not config.getoption("--write-docs"):
        return
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": name, "svg.fonttype": "none", "font.size": 9})
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=size, layout="constrained")
    axes.grid(True, which="both", linewidth=0.3)
    draw(axes)
    FOLDER.mkdir(parents=True, exist_ok=True)
    figure.savefig(FOLDER / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)
