"""The laptop tool `burnish`."""
