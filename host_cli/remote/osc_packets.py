"""OSC packets to messages and back, through python-osc. No other module imports it. Open Sound Control 1.0 specification."""

from pythonosc import osc_bundle, osc_message, osc_message_builder

#: Longest packet that is read, in bytes, and the deepest bundle in a bundle.
MOST_BYTES, MOST_DEEP = 8192, 4


class BadPacket(ValueError):
    """The bytes are not an OSC packet."""


def messages_of(data: bytes) -> list[tuple[str, list]]:
    """(address, arguments) of each message in a packet; the time tags of bundles are ignored. Raises BadPacket."""
    try:
        if osc_bundle.OscBundle.dgram_is_bundle(data):
            return list(_of_bundle(osc_bundle.OscBundle(data), 1))
        message = osc_message.OscMessage(data)
        return [(message.address, list(message.params))]
    except BadPacket:
        raise
    except Exception:  # the library raises many kinds of exceptions for bytes that are not OSC
        raise BadPacket("it is not an OSC packet") from None


def _of_bundle(bundle, depth: int):
    if depth > MOST_DEEP:
        raise BadPacket("bundles are nested too deeply")
    for content in bundle:
        if isinstance(content, osc_bundle.OscBundle):
            yield from _of_bundle(content, depth + 1)
        else:
            yield content.address, list(content.params)


def packet(address: str, *arguments) -> bytes:
    """A packet with one message. Arguments are texts, floats, integers, and true or false."""
    builder = osc_message_builder.OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build().dgram
