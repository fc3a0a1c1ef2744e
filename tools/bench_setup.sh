#!/bin/sh
# Installs what `make bench` compares with, after saying what and why. The product needs none of it.
# Where that is not possible the benches say what is missing and leave those comparisons out.
set -eu

command -v apt-get >/dev/null || { echo "no apt-get here: compared is with what is installed"; exit 0; }
. "$(dirname "$0")/optional.sh"
want pkg-config "finds the headers of the host for plugins"
want liblilv-dev "runs the plugins"
want lsp-plugins-lv2 "equaliser, multiband compressor and limiter"
want calf-plugins "multiband compressor"
want x42-plugins "true-peak limiter dpl"
want libzita-convolver-dev "convolution"
want libebur128-1 "meters"
want ffmpeg "the whole chain, file to file"
install_wanted "they could not be installed: the comparisons with them are left out"

"${VENV:-.venv}/bin/python" -m pip install -q pedalboard ||
    echo "pip could not install pedalboard: the comparison of the Python module with it is left out"
