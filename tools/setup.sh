#!/bin/sh
# Makes the virtual environment. Before that, installs the missing Debian packages, and prints the reason for each.
set -eu
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}

missing=""
need() { # need PACKAGE "WHY" TEST...: note PACKAGE unless TEST succeeds
    package=$1 why=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        echo "missing: $package ($why)"
        missing="$missing $package"
    fi
}
header() { echo "#include <$1>" | cc -E -x c ${2:+"$2"} - ; }
# Succeeds if the system's lgpio can be imported, or if pip has one.
lgpio_or_older='import sys; sys.version_info < (3, 13) or __import__("lgpio")'
python_headers() { header Python.h "-I$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("include"))')"; }

if ! command -v "$PYTHON" >/dev/null; then
    echo "python3 is missing: install Python 3.11 or newer" >&2
    exit 1
fi
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "$("$PYTHON" --version) is too old: Burnish needs Python 3.11 or newer; run make PYTHON=python3.11" >&2
    exit 1
}

if [ "$(uname -s)" = Linux ]; then
    need build-essential "compiles the DSP" cc --version
    need python3-venv "makes the virtual environment" "$PYTHON" -c 'import venv, ensurepip'
    need python3-dev "headers of Python for the DSP" python_headers
    need libasound2-dev "pyalsaaudio talks to ALSA through it" header alsa/asoundlib.h
    if [ -e /etc/rpi-issue ]; then # Raspberry Pi OS; Debian has no such package
        need python3-lgpio "drives the pins; pip has it only for Python before 3.13" "$PYTHON" -c "$lgpio_or_older"
    fi
    if [ -n "$missing" ]; then
        command -v apt-get >/dev/null || { echo "please install:$missing" >&2; exit 1; }
        sudo=""
        if [ "$(id -u)" != 0 ]; then
            command -v sudo >/dev/null || { echo "please install, as root: apt-get install$missing" >&2; exit 1; }
            sudo=sudo
        fi
        echo "installing with apt-get:$missing"
        $sudo apt-get update -qq
        # shellcheck disable=SC2086  # the list must be split into words
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing
    fi
    extras=box,dev
else
    extras=dev
fi

# The environment can import the system's packages only if it needs the system's lgpio.
share=""
"$PYTHON" -c 'import sys, lgpio; sys.exit(sys.version_info < (3, 13))' 2>/dev/null && share=--system-site-packages
# This also repairs an environment whose creation was interrupted.
# shellcheck disable=SC2086  # an empty variable must give no argument
"$VENV/bin/python" -m pip --version >/dev/null 2>&1 || "$PYTHON" -m venv $share "$VENV"
python="$VENV/bin/python"
"$python" -m pip install -q --upgrade pip
# The build tools are installed first, into this environment. Otherwise pip would compile in a temporary environment whose
# Cython is deleted afterwards, and `make build` would compile everything again.
requires=$("$python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])')
# shellcheck disable=SC2086  # the list must be split into words
"$python" -m pip install -q $requires
echo "compiling the DSP and installing into $VENV ..."
# setuptools warns that an editable installation is one.
PYTHONWARNINGS=ignore "$python" -m pip install -q --no-build-isolation -e ".[$extras]"
