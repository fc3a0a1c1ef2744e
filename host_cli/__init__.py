"""The command-line tool `burnish` for the laptop."""
