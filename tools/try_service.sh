#!/bin/sh
# tools/try_service.sh FOLDER WHEEL: installs WHEEL into the Debian system in FOLDER, boots it in a container whose first process is
# systemd, and prints how burnishd.service runs there, what happens after faults, and an update. Returns 0 if all of it works.
# Needs root.
#
# A container has no sound card, no pins and no USB gadget. A drop-in therefore adds --sim to the command of the unit; everything
# else in the unit applies: user, groups, limits, sandbox, notification, watchdog, restarts.
set -eu
root=${1:?the folder of a system}
wheel=${2:?the wheel}
trial=$root/srv/trial
here=$(dirname "$0")

. "$here/optional.sh"
{
    want systemd-container "starts systemd in a container"
    install_wanted "it could not be installed: the service is not tried"
} >&2
command -v systemd-nspawn >/dev/null || { echo "not tried: there is no systemd-nspawn"; exit 1; }

mount -t proc proc "$root/proc"
trap 'umount "$root/proc" 2>/dev/null || true' EXIT
${PYTHON:-.venv/bin/python} -m firmware.install --root "$root" --wheel "$wheel" >&2
umount "$root/proc"
rm -rf "$trial"
mkdir -p "$trial" "$root/etc/systemd/system/burnishd.service.d"
cp "$here/try_service_inside.sh" "$trial/inside.sh"
cp "$wheel" "$trial/"
cp -r firmware hardware "$trial/" # for the update, which is started in a repository on the box
python3 - "$trial/mix.wav" <<'END'
import sys
import wave

with wave.open(sys.argv[1], "wb") as file:  # a second of a square wave
    file.setnchannels(2)
    file.setsampwidth(2)
    file.setframerate(48000)
    file.writeframes((b"\0\x10" * 96 + b"\0\xf0" * 96) * 500)
END
cat >"$root/etc/systemd/system/burnishd.service.d/trial.conf" <<'END'
[Service]
ExecStart=
ExecStart=/opt/burnish/current/bin/burnishd --sim --mix /srv/trial/mix.wav --run-dir /run/burnish --state-dir /var/lib/burnish
END
cat >"$root/etc/systemd/system/trial.service" <<'END'
[Unit]
Description=Trial of burnishd.service
After=multi-user.target burnishd.service
[Service]
Type=oneshot
ExecStart=/bin/sh /srv/trial/inside.sh
StandardOutput=append:/srv/trial/output
StandardError=append:/srv/trial/output
END
mkdir -p "$root/etc/systemd/system/default.target.wants"
ln -sf ../trial.service "$root/etc/systemd/system/default.target.wants/trial.service"

status=0
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 timeout "${LIMIT_S:-1200}" systemd-nspawn --quiet --directory="$root" --register=no --keep-unit \
    --hostname=burnish --boot --console=pipe </dev/null >"$trial/console" 2>&1 || status=$?
cat "$trial/output" 2>/dev/null || tail -n 20 "$trial/console"
rm -rf "$root/etc/systemd/system/burnishd.service.d" "$root/etc/systemd/system/trial.service" \
    "$root/etc/systemd/system/default.target.wants/trial.service"
[ "$status" = 0 ] || echo "the container ended with status $status"
exit "$status"
