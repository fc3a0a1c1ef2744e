"""XML chunks of WAV files: the ISRC in `axml` (EBU Tech 3352), and the description of the samples in `iXML`."""

import re
from xml.sax.saxutils import escape

_ISRC = re.compile(r"ISRC[:\s]*([A-Z]{2}[A-Z0-9]{3}[0-9]{7})")
#: The document of EBU Tech 3352 with an ISRC.
_AXML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ebucore:ebuCoreMain xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:ebucore="urn:ebu:metadata-schema:ebuCore_2012">'
    '<ebucore:coreMetadata>{title}<ebucore:identifier typeLabel="GUID" typeDefinition="Globally Unique Identifier" '
    'formatLabel="ISRC" formatDefinition="International Standard Recording Code" '
    'formatLink="http://www.ebu.ch/metadata/cs/ebu_IdentifierTypeCodeCS.xml#3.7"><dc:identifier>ISRC:{isrc}</dc:identifier>'
    "</ebucore:identifier></ebucore:coreMetadata></ebucore:ebuCoreMain>\n"
)


def isrc_of(axml: bytes) -> str | None:
    """The first ISRC in an `axml` chunk."""
    match = _ISRC.search(axml.decode("utf-8", "replace"))
    return match[1] if match else None


def axml_with(isrc: str, title: str = "") -> bytes | None:
    """An `axml` chunk with this ISRC, whose hyphens and spaces do not count; None if it is not a valid one."""
    plain = re.sub(r"[-\s]", "", isrc).upper()
    titled = f"<ebucore:title><dc:title>{escape(title)}</dc:title></ebucore:title>" if title else ""
    return (
        _AXML.format(isrc=plain, title=titled).encode() if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", plain) else None
    )


def describes_audio(axml: bytes) -> bool:
    """Whether an `axml` chunk contains the audio definition model (ITU-R BS.2076), which belongs to the samples of its file."""
    return b"audioFormatExtended" in axml


def ixml_for(ixml: bytes, rate_hz: int, bits: str) -> bytes:
    """An `iXML` chunk with the sampling rate and the bit depth of the output."""
    depth = "32" if bits == "float" else bits
    for name, value in (("FILE_SAMPLE_RATE", str(rate_hz)), ("AUDIO_BIT_DEPTH", depth)):
        element = rf"(<{name}>)[^<]*(</{name}>)".encode()
        ixml = re.sub(element, rf"\g<1>{value}\g<2>".encode(), ixml)
    return ixml
