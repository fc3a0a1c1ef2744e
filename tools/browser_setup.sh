#!/bin/sh
# Installs what the tests of the page in a browser need: Chromium from Debian, and Playwright, which drives it. Playwright's own
# browsers are not downloaded.
set -eu
VENV=${VENV:-.venv}

command -v apt-get >/dev/null || { echo "no apt-get here: install Chromium and Playwright yourself"; exit 0; }
. "$(dirname "$0")/optional.sh"
want chromium "the browser that the tests drive"
install_wanted "Chromium could not be installed: the tests in the browser are left out"
"$VENV/bin/python" -c "import playwright" 2>/dev/null || "$VENV/bin/python" -m pip install -q "playwright>=1.40"
