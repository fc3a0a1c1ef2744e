#!/bin/sh
# tools/box_root.sh RELEASE FOLDER: makes a new Debian system for arm64 (bookworm or trixie) in FOLDER, whose programs run by
# emulation. ARCH=native makes one for this machine instead. It contains those parts of Raspberry Pi OS Lite that the
# installation checks. Needs root. The first call takes some minutes; later ones unpack FOLDER.tar, which it keeps. An existing
# FOLDER is deleted.
set -eu
release=${1:?bookworm or trixie}
folder=${2:?the folder}

arch=$(dpkg --print-architecture)
[ "${ARCH:-arm64}" = native ] || arch=arm64
. "$(dirname "$0")/optional.sh"
want mmdebstrap "unpacks Debian's packages into a folder"
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
    want qemu-user-static "runs programs for arm64"
    want arch-test "finds out whether they run"
fi
install_wanted "they could not be installed: there is no system to try"

formats=/proc/sys/fs/binfmt_misc
[ "$arch" = "$(dpkg --print-architecture)" ] || [ -e $formats/register ] || mount -t binfmt_misc binfmt_misc $formats
if [ "$arch" != "$(dpkg --print-architecture)" ] && [ ! -e $formats/qemu-aarch64 ]; then
    # The first bytes of an ELF file for aarch64, and a mask of the bits that are compared.
    magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
    mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
    # Flag F opens the emulator now, so that it does not have to be in FOLDER.
    printf '%s' ":qemu-aarch64:M::$magic:$mask:/usr/bin/qemu-aarch64-static:OCF" >$formats/register
fi

if [ ! -e "$folder.tar" ]; then
    mkdir -p "$(dirname "$folder")"
    mmdebstrap --quiet --arch="$arch" --variant=minbase \
        --include=ca-certificates,python3,python3-venv,systemd,udev,kmod,passwd,procps,util-linux,fdisk \
        "$release" "$folder.partial.tar"
    mv "$folder.partial.tar" "$folder.tar"
fi
! mountpoint -q "$folder/proc" || umount "$folder/proc"
rm -rf --one-file-system "$folder"
mkdir -p "$folder"
tar -xf "$folder.tar" -C "$folder"
mkdir -p "$folder/boot/firmware/overlays"
printf '%s\n' 'dtparam=audio=on' 'dtoverlay=vc4-kms-v3d' '[all]' >"$folder/boot/firmware/config.txt"
echo 'console=serial0,115200 console=tty1 root=PARTUUID=00000000-02 rootfstype=ext4 fsck.repair=yes rootwait' \
    >"$folder/boot/firmware/cmdline.txt"
# pip reaches its index in the same manner as on this machine.
[ ! -e /etc/pip.conf ] || cp /etc/pip.conf "$folder/etc/"
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
# Nobody needs this system after a power cut, and waiting for the disk takes most of the time of an installation.
echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/trial"
