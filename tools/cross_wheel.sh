#!/bin/sh
# tools/cross_wheel.sh FOLDER: makes a wheel of Burnish for the box (Linux on aarch64), compiled on this machine instead of on
# the Pi. The wheel fits only the version of Python that runs this script: 3.11 for bookworm, 3.13 for trixie. `firmware.install
# --wheel` takes it.
set -eu
folder=${1:?the folder for the wheel}
PYTHON=${PYTHON:-.venv/bin/python}

. "$(dirname "$0")/optional.sh"
want gcc-aarch64-linux-gnu "compiles the DSP for the machine of the box"
want libc6-dev-arm64-cross "its C library"
install_wanted "they could not be installed: no wheel can be compiled"

# The headers of Python are the same on both machines, because both are 64-bit and little-endian. These settings state the
# differences.
tag=$("$PYTHON" -c 'import sys; print(f"cpython-{sys.version_info.major}{sys.version_info.minor}")')
export CC="${CROSS_CC:-aarch64-linux-gnu-gcc}" LDSHARED="aarch64-linux-gnu-gcc -shared"
export SETUPTOOLS_EXT_SUFFIX=".$tag-aarch64-linux-gnu.so" _PYTHON_HOST_PLATFORM=linux-aarch64
"$PYTHON" setup.py -q build --build-base "$folder/build" bdist_wheel --dist-dir "$folder" --plat-name linux_aarch64
ls "$folder"/*.whl
