"""Commands that measure and process audio files."""

from .render import library, preset_values

__all__ = ["library", "preset_values"]
