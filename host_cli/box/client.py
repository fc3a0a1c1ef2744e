"""Box: the box as an object. Typed, never prints; every failure is an exception of errors.py.

One request is sent again until its reply comes or the time is up; the box does it once (firmware/link/session.py).
"""

import base64
import difflib
import hashlib
import secrets
import time
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from firmware.contract import Param, params, protocol
from host_cli.errors import INCOMPATIBLE, NO_DEVICE, REFUSED, UNVERIFIED, CliFail, LinkLost, NoAnswer, Refused

#: Seconds after which a request is sent again.
RETRY_S = 0.3
#: Seconds a request may take, all repetitions together.
TIMEOUT_S = 3.0
#: Statuses other than REFUSED, by name of the error.
_STATUS = {"proto": INCOMPATIBLE, "unknown_method": INCOMPATIBLE, "hash_mismatch": UNVERIFIED}
LEASE_S = 3.0


class Box:
    """A conversation with the box over `link` (read(timeout_s), write(data), close(), name).

    `welcome` is what the box said to hello. Use it as a context manager.
    """

    def __init__(self, link, timeout_s: float = TIMEOUT_S, retry_s: float = RETRY_S):
        self.link = link
        self.timeout_s = timeout_s
        self.retry_s = retry_s
        self._lines = protocol.Lines(max(protocol.MAX_LINE.values()))
        #: Begins the ids of this conversation, so that no reply to another is taken for one of ours.
        self.nonce = secrets.token_hex(6)
        self._count = 0
        self._events: deque[protocol.Incoming] = deque(maxlen=512)
        self._table: dict[str, Param] | None = None
        self._subscribed = False
        try:
            self.link.write(b"\n")  # ends whatever half line may be there
            self.welcome = self._hello()
            if rate := self.welcome.link.bytes_per_s:  # a full window takes its time on a slow line
                self.retry_s = max(self.retry_s, RETRY_S + 2 * self.welcome.link.max_line / rate)
                self.timeout_s = max(self.timeout_s, 4 * self.retry_s)
        except BaseException:
            self.link.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """End the conversation, and the subscription with it."""
        if self._subscribed:
            self._subscribed = False
            try:
                self._call("unsub", timeout_s=0.5)
            except CliFail:
                pass  # the lease ends it
        self.link.close()

    def _hello(self) -> protocol.Welcome:
        try:
            return self._call("hello", proto=[protocol.PROTO], client=f"burnish {protocol.VERSION}")
        except NoAnswer:
            raise CliFail(
                f"{self.link.name} is open, but no box answered in {self.timeout_s:g} s; is this the box's port? "
                "On a UART check 115200 baud and that TX and RX are crossed; `burnish ports` lists the ports",
                NO_DEVICE,
            ) from None
        except Refused as why:
            if why.name == "proto":
                advice = "update the tool: pipx upgrade burnish" if why.data.get("proto", 0) > protocol.PROTO else (
                    "update the box's firmware")  # fmt: skip
                raise CliFail(f"{why}; {advice}", INCOMPATIBLE) from None
            raise

    # -- requests ------------------------------------------------------------------------------------------------

    def _call(self, method: str, timeout_s: float | None = None, **arguments):
        """One request; its result as the method's struct."""
        return next(iter(self._pipeline([(method, arguments)], 1, timeout_s)))

    def _pipeline(self, calls: Iterable[tuple[str, dict]], window: int, timeout_s: float | None = None) -> list:
        """The results of several requests, in order, with up to `window` of them under way. Raises Refused, LinkLost."""
        todo = deque(enumerate(calls))
        results: dict[int, object] = {}
        flying: dict[str, list] = {}  # id: [place, method, line, when sent, when first sent]
        limit = self.timeout_s if timeout_s is None else timeout_s
        while todo or flying:
            while todo and len(flying) < window:
                place, (method, arguments) = todo.popleft()
                self._count += 1
                id = f"{self.nonce}-{self._count}"
                line = protocol.encode({"id": id, "method": method, "params": arguments})
                if len(line) > protocol.MAX_LINE["uart"] and len(line) > self.welcome.link.max_line:
                    raise CliFail(f"{method}: the request is too long for this link")
                self.link.write(line)
                flying[id] = [place, method, line, time.monotonic(), time.monotonic()]
            for message in self._read(self.retry_s / 4):
                flight = flying.pop(message.id, None) if message.id is not msgspec.UNSET else None
                if flight is not None:
                    results[flight[0]] = self._result(flight[1], message)
            now = time.monotonic()
            for flight in flying.values():
                if now - flight[4] > limit:
                    raise NoAnswer(f"{self.link.name}: no answer to {flight[1]!r} in {limit:g} s; try again")
                if now - flight[3] > self.retry_s:
                    flight[3] = now
                    self.link.write(flight[2])
        return [results[place] for place in sorted(results)]

    def _read(self, timeout_s: float) -> list[protocol.Incoming]:
        """Replies that have come in; notifications go to the events."""
        replies = []
        for line in self._lines.feed(self.link.read(timeout_s)):
            message = protocol.parse(line, protocol.Incoming)
            if message is None:
                continue  # damaged
            if message.id is not msgspec.UNSET:
                if (message.result is msgspec.UNSET) != (message.error is msgspec.UNSET):  # else an echo of our request
                    replies.append(message)
            elif message.method is not msgspec.UNSET:
                self._events.append(message)
        return replies

    def _result(self, method: str, message: protocol.Incoming):
        failure = message.error
        if failure is not msgspec.UNSET:
            status = _STATUS.get(failure.name, REFUSED)
            raise Refused(failure.message, failure.name, failure.data, status)
        try:
            return msgspec.json.decode(message.result, type=protocol.METHODS[method].result)
        except (msgspec.DecodeError, TypeError) as why:
            raise CliFail(
                f"the box's answer to {method!r} makes no sense to this tool ({why}); update both", INCOMPATIBLE
            ) from None

    def raw(self, method: str, arguments: dict) -> dict:
        """Any request, for `burnish raw`: the result as plain data."""
        if method not in protocol.METHODS:
            near = difflib.get_close_matches(method, protocol.METHODS, 3, 0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else "docs/PROTOCOL.md lists them"
            raise Refused(f"no method {method!r}; {hint}", "unknown_method", {"method": method, "near": near})
        return msgspec.to_builtins(self._call(method, **arguments))

    # -- parameters ----------------------------------------------------------------------------------------------

    @property
    def table(self) -> dict[str, Param]:
        """The box's parameter table by id: ours if it is the same, else as the box describes it."""
        if self._table is None:
            same = self.welcome.params == params.digest()
            self._table = params.BY_ID if same else {row["id"]: _param(row) for row in self._described()}
        return self._table

    def _described(self) -> list[dict]:
        rows, first = [], 0
        while first is not None:
            page = self._call("describe", first=first)
            rows += page.params
            first = page.next
        return rows

    def find(self, id: str) -> Param:
        """The box's parameter of that id. Raises Refused with the nearest ids."""
        param = self.table.get(id)
        if param is not None:
            return param
        try:
            return params.find(id)
        except params.ParamError as why:
            raise Refused(str(why), why.name, why.data) from None

    def get(self, paths: Iterable[str] = ()) -> dict:
        """Plain values of those parameters, of all without `paths`; all of one revision."""
        wanted = list(paths)
        while True:
            values, first, revs = {}, 0, set()
            while first is not None:
                page = self._call("get", paths=wanted, first=first)
                values |= page.values
                revs.add(page.rev)
                first = page.next
            if len(revs) == 1:
                return values

    def set(self, values: dict, if_rev: int | None = None) -> protocol.Change:
        """Set all of `values` or none. Raises Refused (range, unknown_path, rev_conflict)."""
        return self._call("set", values=values, if_rev=if_rev)

    def bypass(self, to: str = "toggle") -> protocol.Switched:
        """ "on", "off" or "toggle"."""
        return self._call("bypass", to=to)

    def mute(self, to: str = "toggle") -> protocol.Switched:
        """ "on", "off" or "toggle"."""
        return self._call("mute", to=to)

    def ab_select(self, to: str = "toggle") -> protocol.Selected:
        """Let "a" or "b" be heard, or the "toggle" of them."""
        return self._call("ab.select", to=to)

    def ab_copy(self, source: str, target: str) -> protocol.Selected:
        """Copy edit buffer `source` over `target`."""
        return self._call("ab.copy", source=source, target=target)

    def info(self) -> protocol.Info:
        """Rate, latency, counters, state."""
        return self._call("info")

    def state(self) -> protocol.State:
        """Preset, revision, bypass, mute, A/B as they are now."""
        return self.info().state

    def log(self, first: int = 0) -> protocol.LogPage:
        """Lines of the box's log from number `first` on."""
        return self._call("log", first=first)

    def spectrum(self) -> dict[str, list[float]]:
        """`hz` (middles of the bands), `input` and `output` (dB) as they are now."""
        found = self._call("spectrum")
        levels = {"input": protocol.unpack_levels(found.input), "output": protocol.unpack_levels(found.output)}
        last = len(levels["input"]) - 1
        hz = [found.low_hz * (found.high_hz / found.low_hz) ** (band / last) for band in range(last + 1)]
        return {"hz": hz, **levels}

    # -- presets -------------------------------------------------------------------------------------------------

    def presets(self) -> list[protocol.PresetRow]:
        """The library of the box."""
        rows, first = [], 0
        while first is not None:
            page = self._call("preset.list", first=first)
            rows += page.presets
            first = page.next
        return rows

    def load(self, name: str) -> protocol.Loaded:
        """Load a preset into the edit buffer that is heard."""
        return self._call("preset.load", name=name)

    def save(self, name: str, overwrite: bool = False) -> protocol.Saved:
        """Save what is heard."""
        return self._call("preset.save", name=name, overwrite=overwrite)

    def delete(self, name: str) -> None:
        """Delete a user preset."""
        self._call("preset.delete", name=name)

    def rename(self, name: str, to: str) -> protocol.Saved:
        """Rename a user preset."""
        return self._call("preset.rename", name=name, to=to)

    def copy(self, name: str, to: str, overwrite: bool = False) -> protocol.Saved:
        """Copy a preset to a user preset."""
        return self._call("preset.copy", name=name, to=to, overwrite=overwrite)

    def pull(self, name: str) -> bytes:
        """The text of a preset. Raises CliFail (UNVERIFIED) when its hash is wrong."""
        offer = self._call("fetch.begin", kind="preset", name=name)
        calls = (("fetch.chunk", {"h": offer.h, "off": off}) for off in range(0, offer.size, offer.chunk))
        chunks = self._pipeline(calls, self.welcome.link.credit)
        data = b"".join(base64.b64decode(chunk.b64) for chunk in chunks)
        if hashlib.sha256(data).hexdigest() != offer.sha256:
            raise CliFail(f"{name!r} arrived damaged; nothing was kept, try again", UNVERIFIED)
        return data

    def push(self, name: str, data: bytes, overwrite: bool = False) -> protocol.Saved:
        """Store a preset's text on the box; `name` is what messages call it. Not heard until it is loaded."""
        digest = hashlib.sha256(data).hexdigest()
        handle = self._call("put.begin", kind="preset", name=name, size=len(data), sha256=digest)
        calls = (
            ("put.chunk", {"h": handle.h, "off": off, "b64": base64.b64encode(data[off : off + handle.chunk]).decode()})
            for off in range(0, len(data), handle.chunk)
        )
        self._pipeline(calls, handle.credit)
        return self._call("put.end", h=handle.h, overwrite=overwrite)

    # -- streams -------------------------------------------------------------------------------------------------

    def meters(self, hz: float = 30.0, seconds: float | None = None) -> Iterator[dict[str, float]]:
        """Frames of meters by name, at up to `hz`, for `seconds` or without end; slow columns as last heard.

        Each has "seq"; a gap in it are frames that the line could not carry. A frame of None says that none has come for
        a second. Raises LinkLost.
        """
        for kind, payload in self._stream(hz, changes=False, seconds=seconds):
            if kind != "changed":
                yield payload

    def changes(self) -> Iterator[dict]:
        """Changes of parameters as they happen: `values`, `rev`, `source`."""
        for kind, payload in self._stream(0.0, changes=True, seconds=None):
            if kind == "changed":
                yield payload

    def live(self, hz: float) -> Iterator[tuple[str, dict | None]]:
        """Both at once, without end: ("m", frame), ("changed", change), ("stale", None) when no meters come."""
        return self._stream(hz, changes=True, seconds=None)

    def _stream(self, hz: float, changes: bool, seconds: float | None) -> Iterator[tuple[str, dict | None]]:
        header = self._subscribe(hz, changes)
        began = renewed = heard = time.monotonic()
        slow: dict[str, float] = {}
        try:
            while seconds is None or time.monotonic() - began < seconds:
                while self._events:
                    event = self._events.popleft()
                    heard = time.monotonic()
                    payload = msgspec.json.decode(event.params)
                    if event.method == "s":
                        slow = _scaled(header.slow, header.slow_per_unit, payload)
                    elif event.method == "m":
                        yield "m", {**_scaled(header.fast, header.fast_per_unit, payload), **slow}
                    elif event.method == "changed":
                        yield "changed", payload
                now = time.monotonic()
                if hz and now - heard > 1.0:
                    heard = now
                    yield "stale", None
                if now - renewed > LEASE_S / 3:
                    renewed = now
                    header = self._renew(header, hz, changes)
                self._read(0.05)
        finally:
            self._unsubscribe()

    def _subscribe(self, hz: float, changes: bool) -> protocol.Columns:
        self._events.clear()
        header = self._call("sub", hz=hz, ttl_s=LEASE_S, changes=changes)
        self._subscribed = True
        return header

    def _renew(self, header: protocol.Columns, hz: float, changes: bool) -> protocol.Columns:
        try:
            self._call("renew", ttl_s=LEASE_S)
            return header
        except Refused as why:
            if why.name != "no_lease":
                raise
            return self._subscribe(hz, changes)

    def _unsubscribe(self) -> None:
        if self._subscribed:
            self._subscribed = False
            try:
                self._call("unsub")
            except LinkLost:
                pass  # the lease ends it


def _scaled(names: list[str], per_unit: list[int], integers: list[int]) -> dict[str, float]:
    return {name: integer / scale if scale != 1 else integer
            for name, scale, integer in zip(names, per_unit, integers, strict=True)}  # fmt: skip


def _param(row: dict) -> Param:
    """A row of the box's description; fields that this tool does not know yet are left out."""
    known = {key: row[key] for key in Param.__dataclass_fields__ if key in row}
    return Param(**{**known, "choices": tuple(row.get("choices", ()))})
