"""Commands that measure and process audio files."""

from .options import bits_option, output_option, preset_option, set_option, target_option
from .pages import check_page, write_page
from .render import complete_preset, library, preset_values

__all__ = [
    "bits_option",
    "check_page",
    "complete_preset",
    "library",
    "output_option",
    "preset_option",
    "preset_values",
    "set_option",
    "target_option",
    "write_page",
]
