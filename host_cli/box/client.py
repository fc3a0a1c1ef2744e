"""BoxClient: the methods of the protocol as methods of an object. It never prints; every failure is an exception of errors.py.

A request is sent again until its reply arrives or the time is up. The box executes it only once (firmware/link/session.py).
"""

import base64
import hashlib
import secrets
import time
from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from firmware.contract import MeterFrame, Param, params, protocol, question, rules_of, suggestions
from host_cli.errors import INCOMPATIBLE, NO_DEVICE, REFUSED, UNVERIFIED, CliFail, LinkLost, NoAnswer, Refused

from .link import Link

#: Seconds after which a request is sent again.
RETRY_S = 0.3
#: Seconds that a request may take, including its repetitions.
TIMEOUT_S = 3.0
#: Exit status by name of the protocol's error, if it is not REFUSED.
_STATUS = {"proto": INCOMPATIBLE, "unknown_method": INCOMPATIBLE, "hash_mismatch": UNVERIFIED}
#: Seconds after which the box ends a subscription that is not renewed.
LEASE_S = 3.0


class BoxClient:
    """A session with the box over `link`, to be used as a context manager. `welcome` is the box's reply to `hello`.

    Raises CliFail if the box does not answer or uses another protocol.
    """

    def __init__(self, link: Link, timeout_s: float = TIMEOUT_S, retry_s: float = RETRY_S):
        self.link = link
        self.timeout_s = timeout_s
        self.retry_s = retry_s
        self._lines = protocol.Lines(max(protocol.MAX_LINE.values()))
        #: Prefix of the request ids, so that a reply to another session is not mistaken for one to this session.
        self.nonce = secrets.token_hex(6)
        self._count = 0
        self._events: deque[protocol.Incoming] = deque(maxlen=512)
        self._table: dict[str, Param] | None = None
        self._subscribed = False
        try:
            self.link.write(b"\n")  # ends an incomplete line that may be left on the line
            self.welcome = self._hello()
            if rate := self.welcome.link.bytes_per_s:  # a full window of requests needs longer on a slow line
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
        """End the session, and its subscription."""
        if self._subscribed:
            self._subscribed = False
            try:
                self._call("unsub", timeout_s=0.5)
            except CliFail:
                pass  # the subscription expires with its lease
        self.link.close()

    def _hello(self) -> protocol.Welcome:
        try:
            return self._call("hello", proto=[protocol.PROTO], client=f"burnish {protocol.VERSION}")
        except NoAnswer:
            raise CliFail(
                f"{self.link.name} is open, but no box answered within {self.timeout_s:g} s: is this the box's port, and "
                "does burnishd run in the box (is its display on)? "
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
        """Send one request; returns its result as the struct of the method."""
        return next(iter(self._pipeline([(method, arguments)], 1, timeout_s)))

    def _pipeline(self, calls: Iterable[tuple[str, dict]], window: int, timeout_s: float | None = None) -> list:
        """Send several requests with up to `window` of them unanswered; returns the results in order. Raises Refused, LinkLost."""
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
                    raise CliFail(f"the request {method!r} is too long for this link: ask for less at once")
                self.link.write(line)
                flying[id] = [place, method, line, time.monotonic(), time.monotonic()]
            for message in self._read(self.retry_s / 4):
                flight = flying.pop(message.id, None) if message.id is not msgspec.UNSET else None
                if flight is not None:
                    results[flight[0]] = self._result(flight[1], message)
            now = time.monotonic()
            for flight in flying.values():
                if now - flight[4] > limit:
                    raise NoAnswer(f"{self.link.name}: no answer to {flight[1]!r} within {limit:g} s; try again")
                if now - flight[3] > self.retry_s:
                    flight[3] = now
                    self.link.write(flight[2])
        return [results[place] for place in sorted(results)]

    def _read(self, timeout_s: float) -> list[protocol.Incoming]:
        """The replies that have arrived; notifications are put into the event queue."""
        replies = []
        for line in self._lines.feed(self.link.read(timeout_s)):
            message = protocol.parse(line, protocol.Incoming)
            if message is None:
                continue  # damaged
            if message.id is not msgspec.UNSET:
                if (message.result is msgspec.UNSET) != (
                    message.error is msgspec.UNSET
                ):  # otherwise it is an echo of a request
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
                f"this tool cannot decode the box's answer to {method!r} ({why}); update the tool and the box",
                INCOMPATIBLE,
            ) from None

    def raw(self, method: str, arguments: dict) -> dict:
        """Send any request of the protocol; returns the result as plain data. Raises Refused."""
        if method not in protocol.METHODS:
            near = suggestions(method, protocol.METHODS)
            hint = question(near, "docs/PROTOCOL.md lists them")
            raise Refused(f"no method {method!r}; {hint}", "unknown_method", {"method": method, "near": near})
        return msgspec.to_builtins(self._call(method, **arguments))

    # -- parameters ----------------------------------------------------------------------------------------------

    @property
    def table(self) -> dict[str, Param]:
        """The parameter table of the box by id: that of this tool if both are equal, otherwise as the box describes it."""
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
        """The parameter with that id. Raises Refused, which names the nearest ids."""
        param = self.table.get(id)
        if param is not None:
            return param
        try:
            return params.find(id)
        except params.ParamError as why:
            raise Refused(str(why), why.name, why.data) from None

    def get(self, paths: Iterable[str] = ()) -> dict:
        """Plain values of the parameters `paths`, or of all parameters; all values belong to one revision."""
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
        """Set all of `values`, or none of them. Raises Refused (range, unknown_path, rev_conflict)."""
        return self._call("set", values=values, if_rev=if_rev)

    def bypass(self, to: str = "toggle") -> protocol.Switched:
        """Switch the bypass: "on", "off" or "toggle"."""
        return self._call("bypass", to=to)

    def mute(self, to: str = "toggle") -> protocol.Switched:
        """Switch the mute: "on", "off" or "toggle"."""
        return self._call("mute", to=to)

    def ab_select(self, to: str = "toggle") -> protocol.Selected:
        """Select edit buffer "a", "b", or with "toggle" the other one."""
        return self._call("ab.select", to=to)

    def ab_copy(self, source: str, target: str) -> protocol.Selected:
        """Copy edit buffer `source` over `target`."""
        return self._call("ab.copy", source=source, target=target)

    def undo(self) -> protocol.Undone:
        """Take back the last change of the current edit buffer."""
        return self._call("undo")

    def redo(self) -> protocol.Undone:
        """Make the change again that was undone last."""
        return self._call("redo")

    def learn_start(self, target_lufs: float | None = None, seconds: float = 30.0) -> protocol.Learning:
        """Let the box listen, and set the limiter's gain for `target_lufs`, by default that of the preset. Raises Refused."""
        return self._call("learn.start", target_lufs=target_lufs, seconds=seconds)

    def learn_state(self) -> protocol.Learning:
        """How far the box has learnt."""
        return self._call("learn.state")

    def learn_stop(self) -> protocol.Learning:
        """Stop learning; what has been set stays."""
        return self._call("learn.stop")

    def info(self) -> protocol.Info:
        """Sampling rate, latency, counters and state of the box."""
        return self._call("info")

    def state(self) -> protocol.State:
        """The current preset, revision, bypass, mute and selected buffer."""
        return self.info().state

    def log(self, first: int = 0) -> protocol.LogPage:
        """Lines of the box's log from number `first` on."""
        return self._call("log", first=first)

    def spectrum(self, average: bool = False) -> dict[str, list[float]]:
        """The newest spectra: `hz` (centres of the bands), `input` and `output` (dB).

        The input is delayed by the latency of the chain. With `average`, averages of the last 2.5 s, and `change` (dB).
        """
        found = self._call("spectrum", average=True) if average else self._call("spectrum")
        levels = {"input": protocol.unpack_levels(found.input), "output": protocol.unpack_levels(found.output)}
        if average:
            levels["change"] = protocol.unpack_changes(found.change)
        last = len(levels["input"]) - 1
        hz = [found.low_hz * (found.high_hz / found.low_hz) ** (band / last) for band in range(last + 1)]
        return {"hz": hz, **levels}

    def curve(self, section: str, points: int = 200) -> protocol.Curve:
        """Curves of the section "eq", "multiband", "limiter" or "saturator" at the current settings, see `protocol.Curve`."""
        return self._call("curve", section=section, points=points)

    # -- presets -------------------------------------------------------------------------------------------------

    def presets(self) -> list[protocol.PresetRow]:
        """The presets of the box's library."""
        rows, first = [], 0
        while first is not None:
            page = self._call("preset.list", first=first)
            rows += page.presets
            first = page.next
        return rows

    def load(self, name: str) -> protocol.Loaded:
        """Load a preset into the selected edit buffer; it becomes audible at once."""
        return self._call("preset.load", name=name)

    def save(self, name: str, overwrite: bool = False) -> protocol.Saved:
        """Save the selected edit buffer as a user preset."""
        return self._call("preset.save", name=name, overwrite=overwrite)

    def order(self, names: list[str]) -> None:
        """Set the order in which the front panel offers presets, see `protocol.PresetOrder`."""
        self._call("preset.order", names=names)

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
        """The text of a preset. Raises CliFail (UNVERIFIED) when its hash does not match."""
        offer = self._call("fetch.begin", kind="preset", name=name)
        calls = (("fetch.chunk", {"h": offer.h, "off": off}) for off in range(0, offer.size, offer.chunk))
        chunks = self._pipeline(calls, self.welcome.link.credit)
        data = b"".join(base64.b64decode(chunk.b64) for chunk in chunks)
        if hashlib.sha256(data).hexdigest() != offer.sha256:
            raise CliFail(f"{name!r} was damaged on the way and nothing was stored; try again", UNVERIFIED)
        return data

    def push(self, name: str, data: bytes, overwrite: bool = False) -> protocol.Saved:
        """Store the text of a preset on the box without loading it; messages refer to it as `name`."""
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
        """Meter frames (value by name) at up to `hz`, for `seconds` or without end; slow columns keep their last value.

        Each frame has a number, "seq"; missing numbers are frames that did not fit on the line. None in place of a frame
        means that none has arrived for a second. Raises LinkLost.
        """
        for kind, payload in self._stream(hz, changes=False, seconds=seconds):
            if kind != "changed":
                yield payload

    def made(self, change: dict) -> bool:
        """Whether this client made a `change`. Its values may then be older than those that the client has sent since."""
        return change.get("by") == self.nonce

    def changes(self) -> Iterator[dict]:
        """Changes of parameters when they happen: `values`, `rev`, `source`, `by`; `made` tells one's own. `values` is empty if
        names have changed, or if changes may have been missed."""
        for kind, payload in self._stream(0.0, changes=True, seconds=None):
            if kind == "changed":
                yield payload

    def follow(self, wait_s: float) -> Iterator[dict | None]:
        """Changes as in `changes`, and None whenever none has arrived for `wait_s` seconds, so that the caller can do something else."""
        for kind, payload in self._stream(0.0, changes=True, seconds=None, wait_s=wait_s):
            if kind in ("changed", "idle"):
                yield payload

    def live(self, hz: float) -> Iterator[tuple[str, dict | None]]:
        """Meters and changes without end: ("m", frame), ("changed", change), or ("stale", None) when no meters arrive."""
        return self._stream(hz, changes=True, seconds=None)

    def _stream(
        self, hz: float, changes: bool, seconds: float | None, wait_s: float | None = None
    ) -> Iterator[tuple[str, dict | None]]:
        header = self._subscribe(hz, changes)
        began = renewed = received = time.monotonic()
        rules = _rules(header)
        slow: dict[str, float] = {}
        try:
            while seconds is None or time.monotonic() - began < seconds:
                while self._events:
                    event = self._events.popleft()
                    received = time.monotonic()
                    payload = msgspec.json.decode(event.params)
                    if event.method == "s":
                        slow = _scaled(header.slow, header.slow_per_unit, payload)
                    elif event.method == "m":
                        yield "m", MeterFrame({**_scaled(header.fast, header.fast_per_unit, payload), **slow}, rules)
                    elif event.method == "changed":
                        yield "changed", payload
                now = time.monotonic()
                if hz and now - received > 1.0:
                    received = now
                    yield "stale", None
                if now - renewed > LEASE_S / 3:
                    renewed = now
                    before, header = header, self._renew(header, hz, changes)
                    rules = _rules(header)
                    if header is not before and changes:
                        yield "changed", protocol.MISSED
                self._read(0.05 if wait_s is None else wait_s)
                if wait_s is not None and not self._events:
                    yield "idle", None
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
                pass  # the subscription expires with its lease


def _rules(header: protocol.Columns) -> dict[str, str]:
    """The rule of each column, by which several frames become one."""
    fast = zip(header.fast, rules_of(header.fast, header.fast_merge), strict=True)
    slow = zip(header.slow, rules_of(header.slow, header.slow_merge), strict=True)
    return dict([*fast, *slow])


def _scaled(names: list[str], per_unit: list[int], integers: list[int]) -> dict[str, float]:
    return {name: integer / scale if scale != 1 else integer
            for name, scale, integer in zip(names, per_unit, integers, strict=True)}  # fmt: skip


def _param(row: dict) -> Param:
    """A parameter from the box's description; fields that this tool does not know are ignored."""
    known = {key: row[key] for key in Param.__dataclass_fields__ if key in row}
    return Param(**{**known, "choices": tuple(row.get("choices", ()))})
