"""Installs a Burnish box on Raspberry Pi OS Lite (64 bit, bookworm or trixie): `sudo python3 -m firmware.install`.

Each step compares the present state with the required one and yields the missing changes. A second run therefore changes
nothing, and `--dry-run` shows the changes that a run would make. The package imports only the standard library, because it runs
before anything is installed. The files that it installs are in firmware/data/root, under their paths on the box.
"""
