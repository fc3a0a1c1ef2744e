"""Files in chunks over the link, in both directions. A file is stored only if its hash is correct."""

import base64
import binascii
import hashlib

from firmware.contract import BoxError, protocol

#: Most transfers at a time. A new one replaces the oldest, so that interrupted transfers do not accumulate.
TRANSFERS = 4


class Transfers:
    """The current transfers by handle. Not thread-safe: only the thread of the server uses it."""

    def __init__(self, chunk: int):
        self.chunk = chunk
        self._last = 0
        self._open: dict[int, _Incoming | bytes] = {}

    def clear(self) -> None:
        """Drop all transfers, because a new session begins."""
        self._open.clear()

    def begin_put(self, args: protocol.PutBegin) -> protocol.Handle:
        """Begin to receive a file. Raises BoxError if it is too large."""
        limit = protocol.MAX_FILE[args.kind]
        if args.size > limit:
            data = {"size": args.size, "limit": limit}
            raise BoxError(f"a {args.kind} may have at most {limit} bytes, not {args.size}", name="range", data=data)
        return protocol.Handle(self._add(_Incoming(args)), self.chunk, protocol.CREDIT)

    def take(self, args: protocol.PutChunk) -> protocol.Done:
        """Receive a chunk. Raises BoxError for an unknown handle, invalid base64 or a wrong offset."""
        incoming = self._find(args.h, _Incoming)
        try:
            data = base64.b64decode(args.b64, validate=True)
        except (binascii.Error, ValueError):
            raise BoxError("the chunk is not base64", name="bad_params", data={"h": args.h}) from None
        if args.off + len(data) > len(incoming.data):
            raise BoxError("the chunk extends beyond the end of the file", name="bad_params", data={"off": args.off})
        incoming.data[args.off : args.off + len(data)] = data
        return protocol.Done()

    def end_put(self, handle: int) -> tuple[protocol.PutBegin, bytes]:
        """The announcement and the file. Raises BoxError for an unknown handle or a wrong hash; chunks may then be sent again."""
        incoming = self._find(handle, _Incoming)
        found = hashlib.sha256(incoming.data).hexdigest()
        if found != incoming.args.sha256:
            data = {"expected": incoming.args.sha256, "found": found}
            raise BoxError(
                f"{incoming.args.name!r} arrived damaged: nothing was stored", name="hash_mismatch", data=data
            )
        return incoming.args, bytes(incoming.data)

    def drop(self, handle: int) -> None:
        """End the transfer."""
        self._open.pop(handle, None)

    def begin_fetch(self, data: bytes) -> protocol.Fetch:
        """Offer `data` to the laptop."""
        return protocol.Fetch(self._add(data), len(data), hashlib.sha256(data).hexdigest(), self.chunk)

    def give(self, args: protocol.FetchChunk) -> protocol.Chunk:
        """A chunk of the offered data; empty beyond its end. Raises BoxError for an unknown handle."""
        data = self._find(args.h, bytes)[args.off : args.off + self.chunk]
        return protocol.Chunk(args.off, base64.b64encode(data).decode())

    def _add(self, transfer) -> int:
        self._last += 1
        while len(self._open) >= TRANSFERS:
            del self._open[next(iter(self._open))]
        self._open[self._last] = transfer
        return self._last

    def _find(self, handle: int, kind: type):
        transfer = self._open.get(handle)
        if not isinstance(transfer, kind):
            raise BoxError(f"no transfer {handle}: begin again", name="unknown_handle", data={"h": handle})
        return transfer


class _Incoming:
    """A file that is being received."""

    def __init__(self, args: protocol.PutBegin):
        self.args = args
        self.data = bytearray(args.size)
