#!/bin/sh
# Installs what `make bench` compares with, after saying what and why. The product needs none of it.
# Where that is not possible the benches say what is missing and leave those comparisons out.
set -eu

missing=""
want() { # want PACKAGE "WHY": note PACKAGE unless it is installed
    if ! dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q "ok installed"; then
        echo "missing: $1 ($2)"
        missing="$missing $1"
    fi
}

if ! command -v apt-get >/dev/null; then
    echo "no apt-get here: compared is with what is installed"
    exit 0
fi
want pkg-config "finds the headers of the host for plugins"
want liblilv-dev "runs the plugins"
want lsp-plugins-lv2 "equaliser, multiband compressor and limiter"
want calf-plugins "multiband compressor"
want x42-plugins "true-peak limiter dpl"
want libzita-convolver-dev "convolution"
want libebur128-1 "meters"
want ffmpeg "the whole chain, file to file"
[ -n "$missing" ] || exit 0

sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "install them as root to compare with them: apt-get install$missing"; exit 0; }
    sudo=sudo
fi
echo "installing with apt-get:$missing"
# shellcheck disable=SC2086  # a list of words is meant
{ $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing; } ||
    echo "they could not be installed: the comparisons with them are left out"
