#!/bin/sh
# Installs Matchering, with which `make bench-match` compares, into an environment of its own in build/matchering. Matchering is
# under the GPL: Burnish neither imports nor contains it, and the comparison runs it as a separate program. If it cannot be
# installed, the comparison says so and ends.
set -eu

environment="${MATCHERING:-build/matchering}"
if [ ! -x "$environment/bin/python" ]; then
    "${PYTHON:-python3}" -m venv "$environment"
fi
"$environment/bin/python" -c "import matchering" 2>/dev/null && exit 0
echo "installing matchering into $environment (the program that is compared)"
"$environment/bin/python" -m pip install -q "matchering>=2.0.6" || echo "pip could not install matchering: the comparison is left out"
