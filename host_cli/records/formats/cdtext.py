"""CD-Text: packs of 18 bytes with texts of the disc and of its tracks (IEC 61866, as described by libcdio and the DDP notes)."""

import struct

from .disc import TEXTS, Disc

PACK = 18
_PAYLOAD = 12
_FIRST_TYPE = 0x80
_SIZES = 0x8F
_ENGLISH = 0x09
#: Most packs of a block: their number has 8 bits.
MOST_PACKS = 256


def cd_text(disc: Disc) -> bytes:
    """The packs of all texts of the disc; nothing if there are none. Raises ValueError if they are too many."""
    packs: list[bytes] = []
    counts = [0] * 16
    for kind, name in enumerate(TEXTS):
        strings = [disc.texts.get(name, ""), *(track.texts.get(name, "") for track in disc.tracks)]
        if any(strings):
            found = _text_packs(_FIRST_TYPE + kind, [s.encode("latin-1") for s in strings], len(packs))
            counts[kind] = len(found)
            packs += found
    if not packs:
        return b""
    if len(packs) + 3 > MOST_PACKS:
        raise ValueError(f"CD-Text has space for {MOST_PACKS} packs, but the texts need {len(packs) + 3}: shorten them")
    counts[15] = 3
    last = len(packs) + 2
    table = bytes([0, 1, len(disc.tracks), 0, *counts, last, *[0] * 7, _ENGLISH, *[0] * 7])
    for part in range(3):
        packs.append(_pack(_SIZES, part, len(packs), 0, table[12 * part : 12 * part + 12]))
    return b"".join(packs)


def _text_packs(kind: int, strings: list[bytes], first: int) -> list[bytes]:
    """The packs of one kind of text: the string of the disc, then one for each track, each with a NUL at its end."""
    flow = [(track, at, byte) for track, s in enumerate(strings) for at, byte in enumerate([*s, 0])]
    packs = []
    for start in range(0, len(flow), _PAYLOAD):
        part = flow[start : start + _PAYLOAD]
        track, at, _ = part[0]
        payload = bytes(byte for _, _, byte in part).ljust(_PAYLOAD, b"\0")
        packs.append(_pack(kind, track, first + len(packs), min(at, 15), payload))
    return packs


def _pack(kind: int, track: int, sequence: int, position: int, payload: bytes) -> bytes:
    body = bytes([kind, track, sequence & 0xFF, position]) + payload
    return body + struct.pack(">H", crc(body))


def crc(data: bytes) -> int:
    """CRC-16-CCITT from zero, inverted."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ (0x1021 if value & 0x8000 else 0)
            value &= 0xFFFF
    return value ^ 0xFFFF


def read_cd_text(data: bytes) -> list[dict[str, str]]:
    """The texts of the disc (first) and of its tracks. Raises ValueError for a pack with a wrong checksum."""
    flows: dict[str, bytes] = {}
    tracks = 0
    for at in range(0, len(data) - len(data) % PACK, PACK):
        pack = data[at : at + PACK]
        if struct.unpack(">H", pack[16:])[0] != crc(pack[:16]):
            raise ValueError(f"pack {at // PACK} of the CD-Text has a wrong checksum")
        kind = pack[0] - _FIRST_TYPE
        if pack[0] == _SIZES and pack[1] == 0:
            tracks = pack[6]
        elif kind < len(TEXTS):
            flows[TEXTS[kind]] = flows.get(TEXTS[kind], b"") + pack[4:16]
    found: list[dict[str, str]] = [{} for _ in range(tracks + 1)]
    for name, flow in flows.items():
        for texts, written in zip(found, flow.split(b"\0"), strict=False):
            if written:
                texts[name] = written.decode("latin-1")
    return found
