# Runs in the container of tools/try_service.sh, and ends it with status 0 if the service works.
bin=/opt/burnish/current/bin
failed=0

wrong() {
    echo "WRONG: $*"
    failed=1
}

property() { systemctl show burnishd.service --value --property="$1"; }

# A unit that fails is started again after a second; an emulated machine takes long to start it.
waited=0
until [ "$(property ActiveState)" = active ] || [ $waited -ge "${START_S:-120}" ]; do
    sleep 1
    waited=$((waited + 1))
done
if [ "$(property ActiveState)" != active ]; then
    journalctl --no-pager -u burnishd.service | tail -n 30
    echo "WRONG: the service does not start"
    systemctl exit 1
    exit
fi

. /etc/os-release
echo "$PRETTY_NAME, $(uname -m), $(systemctl --version | head -n 1), first process $(cat /proc/1/comm)"
pid=$(property MainPID)
echo "burnishd.service: $(property ActiveState), user $(stat -c %U "/proc/$pid"), restarts $(property NRestarts)"
grep -e Seccomp: -e NoNewPrivs -e CapBnd -e CapEff "/proc/$pid/status" | tr '\t' ' '
echo "== what the service may do"
enter() { nsenter --target "$pid" --mount "$@"; }
enter touch /usr/made 2>/dev/null && wrong "it may write to /usr" || echo "it may not write to /usr"
enter touch /var/lib/burnish/made && echo "it may write to /var/lib/burnish" || wrong "it may not write to /var/lib/burnish"
if [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/1/ns/net)" ]; then
    echo "it has no network"
else
    wrong "it has a network"
fi
echo "== burnish info"
answer=$($bin/burnish --device /run/burnish/tty info) || wrong "the box does not answer"
echo "$answer" | head -n 12
echo "..."
echo "== python -m firmware.health"
$bin/python -m firmware.health --seconds 5 || wrong "the box does not work"

process_of() { # process_of ROLE: the number of the child with this role
    grep -lsz -- "^$1\$" /proc/[0-9]*/cmdline | cut -d/ -f3 | head -n 1
}

again() { # again WHAT: after a fault, wait until the box works again
    for attempt in 1 2 3 4 5 6; do
        sleep 2
        $bin/python -m firmware.health --seconds 2 >/dev/null && { echo "$1: the box works again"; return; }
    done
    wrong "$1: the box does not work"
}

echo "== faults"
kill -KILL "$(process_of audio)" && again "audio process killed"
kill -KILL "$(process_of control)" && again "control process killed"
[ "$(property MainPID)" = "$pid" ] || wrong "the supervisor was restarted"
kill -KILL "$pid" && again "supervisor killed"
pid=$(property MainPID)
kill -STOP "$pid" && sleep 8 && again "supervisor stopped, so that systemd's watchdog ends it"
[ "$(property MainPID)" != "$pid" ] || wrong "the watchdog did not restart the supervisor"
echo "restarts by systemd: $(property NRestarts)"

echo "== a read-only partition of the settings"
mount --bind /var/lib/burnish /var/lib/burnish && mount -o remount,bind,ro /var/lib/burnish
systemctl restart burnishd.service && again "started with it"
$bin/burnish --device /run/burnish/tty info | grep -e '^disk  ' -e '^failing'
umount /var/lib/burnish
systemctl restart burnishd.service || wrong "the service does not start"

echo "== python3 -m firmware.install.update"
before=$(readlink /opt/burnish/current)
(cd /srv/trial && python3 -m firmware.install.update ./*.whl) || wrong "the update was not kept"
echo "current slot: $before, then $(readlink /opt/burnish/current)"

echo "== systemctl stop"
systemctl stop burnishd.service
echo "result: $(property Result), status $(property ExecMainStatus)"
[ "$(property ExecMainStatus)" = 0 ] || wrong "it did not end normally"
systemctl exit $failed
