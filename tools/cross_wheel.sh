#!/bin/sh
# tools/cross_wheel.sh RELEASE FOLDER: makes a wheel of Burnish for a box with Raspberry Pi OS bookworm or trixie (Linux on
# aarch64), compiled on this machine instead of on the Pi, and prints its path. ARCH=native makes one for this machine instead.
# `firmware.install --wheel` takes it. This needs the release's version of Python here, because a wheel fits only one version; without it, nothing is printed, and the installation
# compiles on the Pi.
set -eu
release=${1:?bookworm or trixie}
folder=${2:?the folder for the wheel}
case $release in
bookworm) version=3.11 ;;
trixie) version=3.13 ;;
*) echo "tools/cross_wheel.sh: the release must be bookworm or trixie, and this is $release" >&2; exit 2 ;;
esac

# The command that pyenv puts on the PATH fails unless its version was chosen; the programs themselves are in pyenv's folder.
found=
for program in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python3; do
    ! "$program" --version >/dev/null 2>&1 || { found=$program; break; }
done
if [ -z "$found" ]; then
    echo "there is no python$version here, which the wheel for $release needs" >&2
    exit 0
fi
. "$(dirname "$0")/optional.sh"
if [ "${ARCH:-arm64}" = native ]; then machine=$(uname -m); else machine=aarch64; fi
[ "$machine" = "$(uname -m)" ] || {
    want gcc-aarch64-linux-gnu "compiles the DSP for the machine of the box"
    want libc6-dev-arm64-cross "its C library"
    install_wanted "they could not be installed: no wheel can be compiled"
} >&2

python=$folder/python$version/bin/python
if [ ! -x "$python" ]; then
    "$found" -m venv "$folder/python$version"
    "$python" -m pip install --quiet --disable-pip-version-check --upgrade "setuptools>=77" wheel "cython>=3.1" numpy
fi
if [ "$machine" != "$(uname -m)" ]; then
    # The headers of Python are the same on both machines, because both are 64-bit and little-endian. These settings state the
    # differences.
    tag=cpython-$(echo $version | tr -d .)
    export CC="${CROSS_CC:-aarch64-linux-gnu-gcc}" LDSHARED="aarch64-linux-gnu-gcc -shared"
    export SETUPTOOLS_EXT_SUFFIX=".$tag-aarch64-linux-gnu.so" _PYTHON_HOST_PLATFORM=linux-aarch64
fi
# A copy of the sources, because setuptools searches the whole folder, and this one may contain systems for emulation.
rm -rf "$folder/wheels/$release" "$folder/source/$release"
mkdir -p "$folder/wheels/$release" "$folder/source/$release"
folder=$(realpath "$folder")
"$folder/python$version/bin/python" - "$folder/source/$release" <<'END'
import pathlib, shutil, sys
from firmware.install.application import sources
from firmware.install.settings import SOURCE

for path in sources():
    copy = pathlib.Path(sys.argv[1], path.relative_to(SOURCE))
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, copy)
END
cd "$folder/source/$release"
"$folder/python$version/bin/python" setup.py -q bdist_wheel --dist-dir "$folder/wheels/$release" --plat-name "linux_$machine" >&2
ls "$folder/wheels/$release"/*.whl
