#!/bin/busybox sh
# The first process in the emulator. It mounts the host's files read-only under a file system in memory, and runs one command there.
/bin/busybox mkdir -p /proc /sys /dev /host /written /root
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
. /m/load
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=524288,cache=loose host /host || echo "@@ no files of the host"
mount -t tmpfs tmpfs /written
mkdir /written/upper /written/work
mount -t overlay -o lowerdir=/host,upperdir=/written/upper,workdir=/written/work overlay /root || echo "@@ no overlay"
root=/root
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount -t devtmpfs devtmpfs $root/dev
mkdir -p $root/dev/pts $root/dev/shm
mount -t devpts devpts $root/dev/pts
mount -t tmpfs -o mode=1777 tmpfs $root/dev/shm
script=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^guest_script=//p')
cp "/host$script" /guest_script
mount -t tmpfs -o mode=1777 tmpfs $root/tmp
mount -t tmpfs -o mode=0755 tmpfs $root/run
cp /guest_script $root/run/guest_script
echo "@@ started after $(cut -d' ' -f1 /proc/uptime) virtual seconds: $(uname -r)"
chroot $root /bin/sh /run/guest_script
echo "@@ status $? after $(cut -d' ' -f1 /proc/uptime) virtual seconds"
poweroff -f
