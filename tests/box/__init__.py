"""The test bed: the real `burnishd` and the laptop's tool on the drivers of a Linux kernel, in virtual time. README.md
describes it."""
