"""Session: the exchange with one client over one line. It takes bytes and gives lines; it has no tty and no thread, so tests
can call it directly.

Repeated requests are answered from memory, so that they have their effect exactly once. A line that is not a valid request
is counted and not answered: otherwise two ends that send each other invalid lines would never stop.
"""

import logging
import time
import zlib
from collections import Counter, OrderedDict, deque

from firmware.contract import BoxError, params, protocol

from . import methods
from .box import Box
from .console import Console
from .logbook import Logbook
from .meter_stream import MeterStream
from .methods import Methods
from .outbox import Outbox
from .transfer import Transfers

log = logging.getLogger(__name__)

#: Shortest time between two notifications of changes, in seconds.
CHANGES_S = 0.05
#: Bytes of a line in addition to the page in it: envelope, checksum and other fields.
ENVELOPE = 512


def describe_link(kind: str, bytes_per_s: int = 0) -> protocol.LinkLimits:
    """The limits of a link of that kind ("usb", "pty", "socket", "uart")."""
    return protocol.LinkLimits(kind, bytes_per_s, protocol.MAX_LINE[kind], protocol.CHUNK[kind], protocol.CREDIT)


class Session:
    """Serves `box` on one line. Only `on_change` may be called by other threads than that of the server."""

    def __init__(self, box: Box, link: protocol.LinkLimits, logbook: Logbook | None = None, clock=time.monotonic):
        self.box = box
        self.link = link
        self.outbox = Outbox()
        self.counts: Counter = Counter()
        self._clock = clock
        self._lines = protocol.Lines(link.max_line)
        self._transfers = Transfers(link.chunk)
        self._methods = Methods(box, link.max_line - ENVELOPE, logbook or Logbook(), self.counters)
        self._console = Console(self._methods)
        self._handlers = {}
        for name in protocol.METHODS:
            attribute = name.replace(".", "_")
            self._handlers[name] = getattr(self, f"_{attribute}", None) or getattr(self._methods, attribute)
        self._replies: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._stream: MeterStream | None = None
        self._wants_changes = False
        self._lease_end = 0.0
        self._next_fast = self._next_slow = self._next_changes = 0.0
        self._news: deque[tuple[dict, int, str]] = deque()
        self._pending: dict[str, _Changes] = {}  # by source, the oldest first

    def counters(self) -> dict[str, int]:
        """Counters of requests, damaged lines, repeated requests, and dropped frames and replies."""
        return {
            "link_requests": self.counts["requests"],
            "link_junk_lines": self.counts["junk"] + self._lines.overlong,
            "link_replays": self.counts["replays"],
            "link_dropped_frames": self.outbox.dropped_frames,
            "link_dropped_replies": self.outbox.dropped_replies,
        }

    # -- requests ------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Handle received bytes. The replies go into the outbox."""
        for line in self._lines.feed(data):
            if line.startswith(b"{"):
                self._request(line)
            else:
                reply = self._guarded(lambda line=line: self._console.answer(line))
                self.counts["junk"] += reply is None
                if reply:
                    self.outbox.reply(reply)

    def _guarded(self, act):
        """Call `act`. A fault of the program is logged and must not end the session."""
        try:
            return act()
        except Exception:
            log.exception("a line of the console failed")
            return None

    def _request(self, line: bytes) -> None:
        request = protocol.parse(line, protocol.Request)
        if request is None:
            self.counts["junk"] += 1
            return
        self.counts["requests"] += 1
        digest = zlib.crc32(line)
        known = self._replies.get(request.id)
        if known is None:
            reply = self._answer(request)
            self._replies[request.id] = (digest, reply)
            if len(self._replies) > protocol.REPLAY:
                self._replies.popitem(last=False)
        elif known[0] == digest:
            self.counts["replays"] += 1
            reply = known[1]
        else:
            why = BoxError(f"the id {request.id} has been used for another request", name="bad_params")
            reply = protocol.error(request.id, why)
        self.outbox.reply(reply)

    def _answer(self, request: protocol.Request) -> bytes:
        self._methods.source = protocol.source_of_request(request.id)
        try:
            args = protocol.arguments(request)
            reply = protocol.result(request.id, self._handlers[request.method](args))
        except Exception as why:
            failure = methods.refusal(why)
            if failure is None:
                log.exception("%s failed", request.method)
                failure = BoxError(f"{request.method} failed in the box: see `burnish log`", name="internal")
            reply = protocol.error(request.id, failure)
        finally:
            self._methods.source = protocol.LINK
        if len(reply) > self.link.max_line:
            failure = BoxError(f"the answer to {request.method} is too long for this link", name="not_allowed")
            reply = protocol.error(request.id, failure)
        return reply

    def _hello(self, args: protocol.Hello) -> protocol.Welcome:
        if protocol.PROTO not in args.proto:
            spoken = ", ".join(map(str, args.proto)) or "none"
            message = f"the box uses protocol {protocol.PROTO}, the laptop {spoken}: install matching versions of firmware and tool"
            raise BoxError(message, name="proto", data={"proto": protocol.PROTO})
        self._end_stream()
        self._transfers.clear()
        info = self.box.info()
        return protocol.Welcome(
            product=protocol.PRODUCT,
            fw=info["version"],
            serial=info["serial"],
            proto=protocol.PROTO,
            link=self.link,
            params=params.digest(),
            caps=methods.CAPS,
            state=methods.state(self.box),
        )

    # -- files ---------------------------------------------------------------------------------------------------

    def _put_begin(self, args: protocol.PutBegin) -> protocol.Handle:
        return self._transfers.begin_put(args)

    def _put_chunk(self, args: protocol.PutChunk) -> protocol.Done:
        return self._transfers.take(args)

    def _put_end(self, args: protocol.PutEnd) -> protocol.Saved:
        announced, data = self._transfers.end_put(args.h)
        saved = self._methods.store_file(announced, data, args.overwrite)
        self._transfers.drop(args.h)  # not before: after "exists" the laptop may ask to overwrite
        return saved

    def _fetch_begin(self, args: protocol.FetchBegin) -> protocol.Fetch:
        return self._transfers.begin_fetch(self._methods.read_file(args.kind, args.name))

    def _fetch_chunk(self, args: protocol.FetchChunk) -> protocol.Chunk:
        return self._transfers.give(args)

    # -- streams -------------------------------------------------------------------------------------------------

    def _sub(self, args: protocol.Sub) -> protocol.Columns:
        now = self._clock()
        self._end_stream()
        stream = MeterStream(self.box.meter_reader, self.box.counters, args.hz, self.link.bytes_per_s)
        self._stream = stream if stream.header.hz > 0 else None
        self._wants_changes = args.changes
        self._lease_end = now + args.ttl_s
        self._next_fast = self._next_slow = now
        return stream.header

    def _renew(self, args: protocol.Renew) -> protocol.Done:
        if not self._streaming():
            raise BoxError("the subscription has expired: subscribe again", name="no_lease")
        self._lease_end = self._clock() + args.ttl_s
        return protocol.Done()

    def _unsub(self, args: protocol.Nothing) -> protocol.Done:
        self._end_stream()
        return protocol.Done()

    def _streaming(self) -> bool:
        return self._stream is not None or self._wants_changes

    def _end_stream(self) -> None:
        self._stream = None
        self._wants_changes = False
        self._news.clear()
        self._pending.clear()
        self.outbox.forget_frames()

    def hang_up(self) -> None:
        """End the session, because the other end has closed the line."""
        self._end_stream()
        self._transfers.clear()
        self.outbox.clear()

    def on_change(self, changed: dict, rev: int, source: str) -> None:
        """Note a change of the store, as its subscriber. [any]"""
        if self._wants_changes:
            self._news.append((changed, rev, source))

    def wait_s(self) -> float | None:
        """Seconds until `tick` must be called; None: only after the next event."""
        if not self._streaming():
            return None
        due = self._lease_end
        if self._stream is not None:
            due = min(due, self._next_fast, self._next_slow)
        if self._news or self._pending:
            due = min(due, self._next_changes)
        return max(0.0, due - self._clock())

    def tick(self) -> None:
        """Put frames that are due into the outbox, and end the subscription if its lease has expired."""
        now = self._clock()
        if self._streaming() and now >= self._lease_end:
            self._end_stream()
        if self._stream is not None and now >= self._next_fast:
            self.outbox.frame("m", self._stream.fast())
            self._next_fast = _next(self._next_fast, 1 / self._stream.header.hz, now)
        if self._stream is not None and now >= self._next_slow:
            self.outbox.frame("s", self._stream.slow())
            self._next_slow = _next(self._next_slow, 1 / self._stream.header.slow_hz, now)
        if (self._news or self._pending) and now >= self._next_changes and not self.outbox.holds("changed"):
            self._send_changes()
            self._next_changes = now + CHANGES_S

    def _send_changes(self) -> None:
        """Send all changes since the last notification, one line for each source. Changes that do not fit go into the next.

        A parameter that several sources have changed belongs to the last of them.
        """
        while self._news:
            changed, rev, source = self._news.popleft()
            for name, other in list(self._pending.items()):
                lost = [other.values.pop(id) for id in changed if id in other.values]
                if lost and not other.values:
                    del self._pending[name]
            mine = self._pending.pop(source, None) or _Changes()
            mine.values.update(changed)
            mine.rev = rev
            self._pending[source] = mine  # the newest last
        for source, mine in list(self._pending.items()):
            rows, _ = methods.page(list(methods.plain(mine.values).items()), 0, self._methods.page_bytes)
            for id, _ in rows:
                del mine.values[id]
            if not mine.values:
                del self._pending[source]
            word, client = protocol.source_and_client(source)
            told = {"values": dict(rows), "rev": mine.rev, "source": word, "by": client}
            self.outbox.frame(f"changed {source}", protocol.notification("changed", told))


class _Changes:
    """Changes from one source that have not been sent: the values by id, and the last revision."""

    def __init__(self):
        self.values: dict[str, float] = {}
        self.rev = 0


def _next(planned: float, step: float, now: float) -> float:
    """The next time of the grid. After a stall the grid starts again; missed frames are not sent later."""
    return planned + step if planned + step > now else now + step
