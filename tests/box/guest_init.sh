#!/bin/sh
# The first process of the guest. Its root is the host's file system, read-only, with a file system in memory on top that takes
# all writes.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 tmpfs /mnt
mkdir /mnt/written /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/written,workdir=/mnt/work overlay /mnt/root || echo "@@ no overlay"
root=/mnt/root
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount -t configfs configfs $root/sys/kernel/config
mount -t devtmpfs devtmpfs $root/dev
mkdir -p $root/dev/pts $root/dev/shm
mount -t devpts devpts $root/dev/pts
mount -t tmpfs -o mode=1777 tmpfs $root/dev/shm
mount -t tmpfs -o mode=1777 tmpfs $root/tmp
mount -t tmpfs -o mode=0755 tmpfs $root/run
script=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^guest_script=//p')
cp "$script" $root/run/guest_script  # the host's /tmp is hidden by the guest's own
chroot $root /bin/sh /run/guest_script
echo "@@ status $? after $(cut -d' ' -f1 /proc/uptime) virtual seconds"
sync
echo o >/proc/sysrq-trigger
sleep 5
