#!/bin/sh
# Installs what the tests of records compare with, after saying what and why. The product needs only ffmpeg, for lossy copies.
# Where that is not possible the tests say what is missing and leave those comparisons out.
set -eu

command -v apt-get >/dev/null || { echo "no apt-get here: the tests compare with what is installed"; exit 0; }
. "$(dirname "$0")/optional.sh"
want cdrdao "reads CUE sheets and prints the contents of the disc"
want cuetools "reads CUE sheets"
want libcdio-utils "reads CUE sheets with their BIN files"
want mediainfo "reads Broadcast Wave files"
want ffmpeg "encodes lossy copies, and reads tags back"
install_wanted "they could not be installed: the comparisons with them are left out"
