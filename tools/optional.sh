# Sourced by scripts that install Debian packages which Burnish itself does not need:
#   want PACKAGE "WHY"        note PACKAGE unless it is installed
#   install_wanted "LEFT OUT" print and install the noted packages; if that fails, print LEFT OUT

missing=""
want() {
    if ! dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q "ok installed"; then
        echo "missing: $1 ($2)"
        missing="$missing $1"
    fi
}

install_wanted() {
    [ -n "$missing" ] || return 0
    sudo=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "$1; as root: apt-get install$missing"; return 0; }
        sudo=sudo
    fi
    echo "installing with apt-get:$missing"
    # shellcheck disable=SC2086  # the list must be split into words
    { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing; } ||
        echo "$1"
}
