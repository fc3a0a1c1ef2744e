"""Settings of Sphinx for `make site`. The source folder is the root of the repository, so that all documents can link to each other."""

import re

project = "Burnish"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/*.md", "hardware/*.md", "tests/box/*.md", "*.md"]
exclude_patterns = ["build", "out", ".venv"]
html_theme = "furo"
html_title = "Burnish"
# Anchors for headings, as code hosts make them.
myst_heading_anchors = 3


def _add_contents(_app, name: str, source: list[str]) -> None:
    """Give the index a table of contents for the sidebar, made from its own headings and links.

    A code host would show the directive itself, so it is not in the file.
    """
    if name != root_doc:
        return
    tables = []
    for section in source[0].split("\n## ")[1:]:
        links = re.findall(r"\[([^]]+)\]\((\S+)\.md\)", section)
        entries = "\n".join(f"{' '.join(title.split())} <{target}>" for title, target in links)
        caption = section.splitlines()[0]
        tables.append(f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{entries}\n```\n")
    source[0] += "".join(tables)


def setup(app) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _add_contents)
