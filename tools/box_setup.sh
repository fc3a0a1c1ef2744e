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
want e2fsprogs "makes the virtual disk of the settings"
want dmsetup "makes this disk fail"
want qemu-system-x86 "runs Debian's real-time kernel for amd64"
want qemu-system-arm "runs Debian's real-time kernel for arm64"
want debian-archive-keyring "checks the packages of these kernels, on Ubuntu too"
want kmod "orders the modules of Debian's real-time kernel"
install_wanted "they could not be installed: the drills on virtual hardware are left out"
