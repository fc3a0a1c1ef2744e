#!/bin/sh
# tools/try_install.sh RELEASE [WHEEL]: installs a box twice into a new Debian system for arm64, and shows the results. Needs root.
# The system stays in build/arm64/RELEASE. Every program is emulated, so this takes many minutes.
set -eu
release=${1:?bookworm or trixie}
wheel=${2:-}
root=build/arm64/$release
python=${PYTHON:-.venv/bin/python}
install="$python -m firmware.install --root $root ${wheel:+--wheel $wheel}"
tests=${TESTS:-tests/dsp_ext/core tests/dsp_ext/test_same_bits.py tests/dsp_ext/convolution}

sh "$(dirname "$0")/box_root.sh" "$release" "$root" >&2
trap 'umount "$root/proc" "$root/dev/pts" 2>/dev/null || true' EXIT
# Compiling to byte code in advance would take most of the time under emulation.
export PIP_NO_COMPILE=1
mount -t proc proc "$root/proc"
# The simulated box has its serial link at a pseudo terminal.
mkdir -p "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"

echo "== the system"
chroot "$root" sh -c '. /etc/os-release; echo "$PRETTY_NAME, $(uname -m), $(python3 --version)"'
echo "== python3 -m firmware.install --dry-run"
$install --dry-run
echo "== python3 -m firmware.install"
$install
echo "== python3 -m firmware.install, the second time"
$install
echo "== systemd-analyze verify"
for unit in burnish-cpu burnish-slot burnish-usb burnishd; do
    chroot "$root" systemd-analyze verify --man=no "/etc/systemd/system/$unit.service" 2>&1 && echo "$unit: accepted"
done
echo "== systemd-analyze security burnishd.service"
chroot "$root" systemd-analyze security --offline=yes --no-pager /etc/systemd/system/burnishd.service
echo "== the imports of the box"
chroot "$root" /opt/burnish/current/bin/python -c '
import sys
import alsaaudio, gpiozero, luma.oled.device, PIL, serial, spidev
if sys.version_info < (3, 13):
    import lgpio
    print("all of them work")
else:
    print("all of them work; lgpio for this Python comes from Raspberry Pi OS (python3-lgpio), and Debian does not have it")'
echo "== burnishd as its user, on simulated parts"
chroot "$root" python3 -c '
import wave
with wave.open("/tmp/mix.wav", "wb") as file:  # a second of a square wave
    file.setnchannels(2)
    file.setsampwidth(2)
    file.setframerate(48000)
    file.writeframes((b"\0\x10" * 96 + b"\0\xf0" * 96) * 500)'
chroot "$root" setpriv --reuid=burnish --regid=burnish --clear-groups env HOME=/tmp \
    /opt/burnish/current/bin/burnishd --sim --unpaced --run-dir /tmp/burnish-trial --mix /tmp/mix.wav &&
    echo "it ran, and ended with status 0"
echo "== pytest $tests"
check=$root/srv/check
rm -rf "$check"
mkdir -p "$check"
cp -r tests docs pyproject.toml "$check"
chroot "$root" /opt/burnish/current/bin/python -m pip install --quiet --disable-pip-version-check --target /srv/check/libraries \
    pytest scipy soundfile
chroot "$root" sh -c "cd /srv/check && PYTHONPATH=libraries:. /opt/burnish/current/bin/python -m pytest -q -p no:cacheprovider $tests"
