"""Remote control of the box from the laptop: by MIDI controllers, and by OSC over the network."""

from firmware.contract import lazy_exports

__getattr__ = lazy_exports(
    __name__,
    {
        "ADDRESSES": "osc_addresses",
        "Assignments": "assignments",
        "MidiBridge": "midi_bridge",
        "MidiPorts": "midi_ports",
        "OscServer": "osc_server",
        "follow_box": "remote_box",
        "learn": "midi_bridge",
        "port_names": "midi_ports",
    },
)

__all__ = ["ADDRESSES", "Assignments", "MidiBridge", "MidiPorts", "OscServer", "follow_box", "learn", "port_names"]
