#!/bin/sh
# Installs the programs with which `make hardware-check` checks hardware/, and prints the reason for each. Burnish itself needs
# none of them. KiCad 9 is in Debian 13, and in the backports of Debian 12. If one of them cannot be installed, the check fails.
set -eu

command -v apt-get >/dev/null || { echo "there is no apt-get: install kicad 9, ngspice, openscad and dtc yourself"; exit 0; }
. "$(dirname "$0")/optional.sh"

backports=""
. /etc/os-release
if [ "${VERSION_CODENAME:-}" = bookworm ] && ! command -v kicad-cli >/dev/null; then
    list=/etc/apt/sources.list.d/bookworm-backports.list
    sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    echo "KiCad 9 comes from bookworm-backports: adding $list"
    echo "deb http://deb.debian.org/debian bookworm-backports main" | $sudo tee "$list" >/dev/null
    $sudo apt-get update -qq
    backports="/bookworm-backports"
fi
for package in kicad kicad-symbols kicad-footprints; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || want "$package$backports" "schematics and boards"
done
want ngspice "simulations"
want openscad "the enclosure as a solid"
want device-tree-compiler "the overlay"
install_wanted "they could not be installed: their checks will fail"
