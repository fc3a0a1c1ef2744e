#!/bin/sh
# Installs what `make fresh` makes bare installations of Debian with. The product needs none of it.
set -eu

command -v apt-get >/dev/null || { echo "no apt-get here: bare installations of Debian cannot be made"; exit 0; }
. "$(dirname "$0")/optional.sh"
want mmdebstrap "makes bare installations of Debian"
install_wanted "it could not be installed: bare installations of Debian cannot be made"
