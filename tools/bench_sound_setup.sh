#!/bin/sh
# Installs the programs that `make bench-sound` needs to compare and to measure, and prints the reason for each. Burnish itself
# needs none of them.
set -eu

"${VENV:-.venv}/bin/python" -m pip install -q "zimtohrli>=0.2" "soundfile>=0.12"
command -v apt-get >/dev/null || { echo "there is no apt-get: only installed programs are compared"; exit 0; }
. "$(dirname "$0")/optional.sh"
want ffmpeg "its alimiter at four times the rate"
want x42-plugins "true-peak limiter dpl"
install_wanted "they could not be installed: install them yourself, because the comparison needs them"
