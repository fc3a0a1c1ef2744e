#!/bin/sh
# Installs what the tests of the page in a browser need: Chromium and Firefox from Debian, and Playwright, which drives Chromium. Playwright's own
# browsers are not downloaded.
set -eu
VENV=${VENV:-.venv}

command -v apt-get >/dev/null || { echo "no apt-get here: install Chromium and Playwright yourself"; exit 0; }
. "$(dirname "$0")/optional.sh"
want chromium "the browser that the tests drive"
want firefox-esr "the tests open every view in it, too"
install_wanted "the browsers could not be installed: the tests in them are left out"
"$VENV/bin/python" -c "import playwright" 2>/dev/null || "$VENV/bin/python" -m pip install -q "playwright>=1.40"
