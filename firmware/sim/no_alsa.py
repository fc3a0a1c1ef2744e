"""Stands in for alsaaudio where it is not installed. A simulated sound card needs none of it; opening a real one is refused."""


class ALSAAudioError(Exception):
    """No stream of this module raises it."""


PCM_CAPTURE = PCM_PLAYBACK = PCM_NORMAL = PCM_NONBLOCK = PCM_FORMAT_S32_LE = 0


def PCM(*_, **__):
    """Raises ModuleNotFoundError."""
    raise ModuleNotFoundError("No module named 'alsaaudio'", name="alsaaudio")


Mixer = PCM
