#!/bin/sh
# Installs what `make bench-sound` compares with and measures by, after saying what and why. The product needs none of it.
set -eu

"${VENV:-.venv}/bin/python" -m pip install -q "zimtohrli>=0.2" "soundfile>=0.12"
command -v apt-get >/dev/null || { echo "no apt-get here: compared is with what is installed"; exit 0; }
. "$(dirname "$0")/optional.sh"
want ffmpeg "its alimiter at four times the rate"
want x42-plugins "true-peak limiter dpl"
install_wanted "they could not be installed: install them by hand, the comparison needs them"
