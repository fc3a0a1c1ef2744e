#!/bin/sh
# Installs the program with which `make fresh` makes bare installations of Debian. Burnish itself does not need it.
set -eu

[ "$(id -u)" = 0 ] || exit 0 # tools.fresh says that it needs root
command -v apt-get >/dev/null || { echo "there is no apt-get: bare installations of Debian cannot be made"; exit 0; }
. "$(dirname "$0")/optional.sh"
want mmdebstrap "makes bare installations of Debian"
want debian-archive-keyring "checks their packages, on Ubuntu too"
install_wanted "they could not be installed: bare installations of Debian cannot be made"
