"""The MIDI port of the box: raw bytes of the USB gadget's MIDI function, in a thread of the control process."""

from .port import MidiPort, usb_device

__all__ = ["MidiPort", "usb_device"]
