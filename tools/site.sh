#!/bin/sh
# Builds the documentation as web pages into build/site. Warnings are errors.
# First installs the packages of the extra "docs" into the virtual environment, unless they are there.
set -eu
python="${VENV:-.venv}/bin/python"

"$python" -c "import furo, myst_parser, sphinx" 2>/dev/null || {
    packages=$("$python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"])')
    # shellcheck disable=SC2086  # the list must be split into words
    "$python" -m pip install -q $packages
}
rm -rf build/site
"$python" -m sphinx -q -W --keep-going -c docs -d build/site-cache . build/site
echo "the pages are in build/site/docs/index.html"
