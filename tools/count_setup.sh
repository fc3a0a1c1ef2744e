#!/bin/sh
# Installs the programs with which `make count` counts instructions. Burnish itself needs none of them. The tool itself unpacks
# Python and numpy for aarch64 into build/count, so the packages of this system do not change.
set -eu

command -v apt-get >/dev/null || { echo "there is no apt-get: instructions are not counted"; exit 0; }
. "$(dirname "$0")/optional.sh"
want gcc-aarch64-linux-gnu "compiles the DSP for the machine of the box"
want libc6-dev-arm64-cross "its C library"
want qemu-user "runs and counts it"
want llvm "estimates the cycles of its instructions on the core of the box"
install_wanted "they could not be installed: instructions are not counted"
