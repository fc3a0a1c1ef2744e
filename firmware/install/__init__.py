"""Makes a Raspberry Pi OS Lite (64 bit, bookworm or trixie) into a Burnish box: `sudo python3 -m firmware.install`.

Each step compares what is there with what should be and yields the changes that are missing, so a second run changes nothing
and `--dry-run` shows what a run would do. Standard library only: it runs before anything is installed. The files it
puts on the box are in firmware/data/root, under the paths that they get.
"""
