#!/bin/sh
# Installs the programs that `make test-box` needs to build and to run its Linux kernel, and prints the reason for each. Burnish
# itself needs none of them.
set -eu

command -v apt-get >/dev/null || { echo "there is no apt-get: the drills on virtual hardware are left out"; exit 0; }
. "$(dirname "$0")/optional.sh"
want flex "compiles the test bed's Linux kernel"
want bison "compiles the test bed's Linux kernel"
want bc "compiles the test bed's Linux kernel"
want alsa-utils "plays on the virtual sound card"
install_wanted "they could not be installed: the drills on virtual hardware are left out"
