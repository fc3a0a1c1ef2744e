#!/bin/sh
# Installs what `make test-box` builds and runs its kernel with, after saying what and why. The product needs none of it.
set -eu

command -v apt-get >/dev/null || { echo "no apt-get here: the drills on virtual hardware are left out"; exit 0; }
. "$(dirname "$0")/optional.sh"
want flex "compiles the test bed's kernel"
want bison "compiles the test bed's kernel"
want bc "compiles the test bed's kernel"
want alsa-utils "plays on the virtual sound card"
install_wanted "they could not be installed: the drills on virtual hardware are left out"
