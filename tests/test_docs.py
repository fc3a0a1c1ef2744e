"""Documents made from the code are current. `make docs` (--write-docs) writes them."""

import pytest

from firmware.contract import params
from tests.support.panel_document import panel_markdown
from tests.support.paths import DOCS
from tests.support.protocol_document import protocol_markdown


def parameters_markdown() -> str:
    """docs/PARAMETERS.md from the table."""
    lines = [
        "# Parameters",
        "",
        "Made from `firmware/contract/params.py` (`make docs`). Do not edit.",
        "",
        "Set them with `burnish set id=value`, turn them on the panel, keep them in presets. Parameters marked ° are the",
        "state of the box and are not kept in presets; those marked ² change a FIR kernel, which fades in over 20 ms.",
        "",
    ]
    section = None
    for param in params.TABLE:
        here = ".".join(param.id.split(".")[:-1])
        if here != section:
            section = here
            lines += [
                f"\n## {section}\n",
                "| id | allowed | default | step | display | what it is |",
                "|---|---|---|---|---|---|",
            ]
        mark = ("" if param.stored else "°") + ("²" if param.target != params.ENGINE else "")
        step = f"{param.step:g}" if param.kind == "number" else ""
        lines.append(
            f"| `{param.id}`{mark} | {param.allowed} | {param.format(param.default)} | {step} | {param.label} | {param.help} |"
        )
    return "\n".join(lines) + "\n"


GENERATED = {"PARAMETERS.md": parameters_markdown, "PROTOCOL.md": protocol_markdown, "PANEL.md": panel_markdown}


@pytest.mark.parametrize("name", GENERATED)
def test_generated_document_is_current(name, request):
    text = GENERATED[name]()
    path = DOCS / name
    if request.config.getoption("--write-docs"):
        path.write_text(text)
    assert path.exists() and path.read_text() == text, f"docs/{name} is not current: run `make docs` and commit it"
