"""The page that shows and controls a box in a browser: its files, the web server with its bridge to the box, and its export."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(__name__, {"export_page": "export", "WebServer": "server"})

__all__ = ["WebServer", "export_page"]
