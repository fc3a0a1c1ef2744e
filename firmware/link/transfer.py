"""Files in chunks over the link: what is coming in, what is going out. Nothing is kept before its hash is right."""

import base64
import binascii
import hashlib

from firmware.contract import BoxError, protocol

#: Transfers at a time; the oldest gives way, so that one that was broken off holds no memory for long.
TRANSFERS = 4


class Transfers:
    """Handles of transfers in both directions. Not thread-safe: the server's thread alone uses it."""

    def __init__(self, chunk: int):
        self.chunk = chunk
        self._last = 0
        self._open: dict[int, _Incoming | bytes] = {}

    def clear(self) -> None:
        """Forget all of them: a new session has begun."""
        self._open.clear()

    def begin_put(self, args: protocol.PutBegin) -> protocol.Handle:
        """Room for a file. Raises BoxError: too large."""
        limit = protocol.MAX_FILE[args.kind]
        if args.size > limit:
            data = {"size": args.size, "limit": limit}
            raise BoxError(f"a {args.kind} may have {limit} bytes, not {args.size}", name="range", data=data)
        return protocol.Handle(self._add(_Incoming(args)), self.chunk, protocol.CREDIT)

    def take(self, args: protocol.PutChunk) -> protocol.Done:
        """A part of a file. Raises BoxError: unknown handle, damaged or misplaced part."""
        incoming = self._find(args.h, _Incoming)
        try:
            data = base64.b64decode(args.b64, validate=True)
        except (binascii.Error, ValueError):
            raise BoxError("the chunk is not base64", name="bad_params", data={"h": args.h}) from None
        if args.off + len(data) > len(incoming.data):
            raise BoxError("the chunk lies beyond the end of the file", name="bad_params", data={"off": args.off})
        incoming.data[args.off : args.off + len(data)] = data
        return protocol.Done()

    def end_put(self, handle: int) -> tuple[protocol.PutBegin, bytes]:
        """What was announced, and the file. Raises BoxError: unknown handle, wrong hash (then it can be mended)."""
        incoming = self._find(handle, _Incoming)
        found = hashlib.sha256(incoming.data).hexdigest()
        if found != incoming.args.sha256:
            data = {"expected": incoming.args.sha256, "found": found}
            raise BoxError(
                f"{incoming.args.name!r} arrived damaged: nothing was stored", name="hash_mismatch", data=data
            )
        return incoming.args, bytes(incoming.data)

    def drop(self, handle: int) -> None:
        """The transfer is done with."""
        self._open.pop(handle, None)

    def begin_fetch(self, data: bytes) -> protocol.Fetch:
        """Offer `data`."""
        return protocol.Fetch(self._add(data), len(data), hashlib.sha256(data).hexdigest(), self.chunk)

    def give(self, args: protocol.FetchChunk) -> protocol.Chunk:
        """A part of what is offered; empty beyond its end. Raises BoxError: unknown handle."""
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
    """A file on its way in."""

    def __init__(self, args: protocol.PutBegin):
        self.args = args
        self.data = bytearray(args.size)
