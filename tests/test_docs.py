"""Generated documents are current; `make docs` (--write-docs) writes them. Links and anchors of all documents exist."""

import os
import re
import subprocess
import sys

import pytest

from firmware.contract import params
from tests.support import measurements
from tests.support.documents import anchors
from tests.support.panel_document import panel_markdown, panel_rows_markdown
from tests.support.paths import DOCS, ROOT
from tests.support.protocol_document import protocol_markdown
from tests.support.remote_document import remote_markdown
from tests.support.summary import LIMITS, PROMISES, Row, misses


def parameters_markdown() -> str:
    """The text of docs/PARAMETERS.md, from the parameter table."""
    lines = [
        "# Parameters",
        "",
        "`make docs` generates this page from `firmware/contract/params.py`. Do not edit it.",
        "",
        "Set a parameter with `burnish set id=value` or with a knob of the front panel. Presets store parameters, except those",
        "marked °, which belong to the box and not to the sound. A parameter marked ² changes a filter kernel (FIR). The new",
        "kernel fades in over 20 ms.",
        "",
    ]
    section = None
    for param in params.TABLE:
        here = ".".join(param.id.split(".")[:-1])
        if here != section:
            section = here
            lines += [
                f"\n## {section}\n",
                "| id | allowed | default | step | display | meaning |",
                "|---|---|---|---|---|---|",
            ]
        mark = ("" if param.stored else "°") + ("²" if param.target != params.ENGINE else "")
        step = f"{param.step:g}" if param.kind == "number" else ""
        lines.append(
            f"| `{param.id}`{mark} | {param.allowed} | {param.format(param.default)} | {step} | {param.label} | {param.help} |"
        )
    return "\n".join(lines) + "\n"


GENERATED = {
    "PARAMETERS.md": parameters_markdown,
    "PROTOCOL.md": protocol_markdown,
    "REMOTE.md": remote_markdown,
    "PANEL.md": panel_markdown,
    "PANEL-ROWS.md": panel_rows_markdown,
}


@pytest.mark.parametrize("name", GENERATED)
def test_generated_document_is_current(name, request):
    text = GENERATED[name]()
    path = DOCS / name
    if request.config.getoption("--write-docs"):
        path.write_text(text)
    assert path.exists() and path.read_text() == text, f"docs/{name} is not current: run `make docs` and commit it"


class TestSummary:
    """The first page of MEASUREMENTS.md."""

    def test_it_is_computed_from_the_rows_of_the_document(self, request):
        known = measurements.read()
        if request.config.getoption("--write-docs"):
            measurements.PATH.write_text(measurements.render(known))
        text = measurements.PATH.read_text()
        assert text == measurements.render(known), "run `python -m tests.support.measurements` and commit the document"

    @pytest.mark.parametrize("promise", (*PROMISES, *LIMITS), ids=lambda promise: promise.sentence)
    def test_every_promise_has_figures(self, promise):
        rows = [Row(*key, *value) for key, value in measurements.read().items()]
        assert promise.rows(rows), f"no figure of {promise.section!r} contains {promise.figure!r}"

    @pytest.mark.parametrize(("target", "measured", "missed"), [
        ("≤ -100 dB", "-99 dB", True),
        ("≤ -100 dB", "-101 dB", False),
        ("≥ 15 dB", "14.9 dB", True),
        ("> 1.43 V", "1.85 V", False),
        ("0", "0", False),
        ("0", "1", True),
        ("≤ 0.00 dB / no bound", "-0.01 / +0.07 dB", False),
        ("≤ 0.00 dB / no bound", "0.01 / +0.07 dB", True),
        ("≤ 0.00 / ≤ +0.02 dB", "-0.01 / +0.03 dB", True),
        ("within ±0.1 dB", "-0.11 dB", True),
        ("-23.0 ±0.1 LUFS", "-22.96 LUFS", False),
        ("-23.0 ±0.1 LUFS", "-23.11 LUFS", True),
        ("0.0 +0.2/-0.4 dBTP", "0.30 dBTP", True),
        ("0.0 +0.2/-0.4 dBTP", "-0.30 dBTP", False),
        ("chance: ≤ 2.1 dB", "2.2 dB", True),
        ("≤ 1e-4 step", "0.82 1e-4 step", False),
        ("", "-93 dBFS", False),
    ])  # fmt: skip
    def test_a_missed_target_is_found(self, target, measured, missed):
        assert misses(Row("any", "any", target, measured)) is missed


def test_figures_of_tests_on_all_cores_are_compared_with_the_document(tmp_path):
    (tmp_path / "conftest.py").write_text("from tests.conftest import *")
    for name in ("a", "b"):
        test = (
            f"def test_figure(record):\n    record('No section', 'figure {name}', 1.5, 'dB', tolerance=float('inf'))\n"
        )
        (tmp_path / f"test_{name}.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    for name in ("a", "b"):
        assert f"No section: figure {name}: measured 1.50 dB, not in the document" in done.stdout


@pytest.mark.parametrize("path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("hardware/*.md")]),
                         ids=lambda path: path.name)  # fmt: skip
def test_links_lead_to_files_and_headings_that_exist(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        to = (path.parent / name).resolve() if name else path
        assert to.exists(), f"{path.name} links to {target}, which does not exist"
        if anchor:
            assert anchor in anchors(to), f"{path.name} links to {target}, which has no such heading"


@pytest.mark.parametrize("name", ["README.md", "docs/EQ.md", "docs/MULTIBAND.md", "docs/TUTORIAL.md"])
def test_parameters_in_guides_exist(name):
    sections = "|".join({id.split(".")[0] for id in params.BY_ID})
    mentioned = re.findall(rf"(?<![\w/-])(?:{sections})\.[a-z]\w*(?:\.\w+)?", (ROOT / name).read_text())
    assert mentioned
    for id in mentioned:
        assert any(known == id or known.startswith(f"{id}.") for known in params.BY_ID), f"{name}: {id} is no parameter"
