"""Data, not code: pins, parts, panel. A package only so that importlib.resources finds the files."""
