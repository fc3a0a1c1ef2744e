#!/bin/sh
# Installs what `make count` counts instructions with. The product needs none of it.
# Python and numpy for aarch64 are unpacked into build/count by the tool itself: the system is not told of another machine.
set -eu

command -v apt-get >/dev/null || { echo "no apt-get here: instructions are not counted"; exit 0; }
. "$(dirname "$0")/optional.sh"
want gcc-aarch64-linux-gnu "compiles the DSP for the machine of the box"
want libc6-dev-arm64-cross "its C library"
want qemu-user "runs and counts it"
want llvm "tells what its instructions take on the core of the box"
install_wanted "they could not be installed: instructions are not counted"
