"""The test bed: the real `burnishd` and the laptop's tool on kernel drivers in virtual time. README.md says how it works."""
