"""Files that ship with the box: factory presets, the default configuration, the service unit."""
