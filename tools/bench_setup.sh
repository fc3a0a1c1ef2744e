#!/bin/sh
# Installs the programs with which `make bench` compares Burnish, and prints the reason for each. Burnish itself needs none of
# them. If one cannot be installed, the benches name it and leave its comparisons out.
set -eu

command -v apt-get >/dev/null || { echo "there is no apt-get: only installed programs are compared"; exit 0; }
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
