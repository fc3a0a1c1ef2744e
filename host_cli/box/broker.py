"""Broker: shares one box among several programs of the same user, on a socket. It is a thread of the program that holds the port.

The broker forwards most lines unchanged and uses the id of each reply to find the program that asked. It handles two
things itself: it answers `hello` without disturbing the other programs, and it merges all subscriptions into one, from
which it serves each program at that program's rate.
"""

import os
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from firmware.contract import Incoming, Lines, Request, Wake, merged, protocol, rules_of
from host_cli.errors import LinkLost

from .client import LEASE_S, RETRY_S, BoxClient
from .link import SelectableLink

#: A program for which more bytes than this are waiting receives no meter frames.
MOST_WAITING_FOR_FRAMES = 16_384
#: A program for which more bytes than this are waiting, or which has not read for BLOCKED_S seconds, is disconnected.
MOST_WAITING, BLOCKED_S = 1 << 20, 5.0


class _Client:
    """A program that is connected to the socket."""

    def __init__(self, connected: socket.socket):
        connected.setblocking(False)
        self.socket = connected
        self.lines = Lines(protocol.MAX_LINE["socket"])
        self.pending = b""
        self.blocked_since: float | None = None
        self.end_stream()

    def end_stream(self) -> None:
        """Forget the subscription, if there is one."""
        self.hz, self.changes, self.lease_end = 0.0, False, 0.0
        self.seq, self.next_frame = 0, 0.0
        self.merged: list[int] | None = None

    def send(self, line: bytes, frame: bool = False) -> None:
        """Queue a line. A meter frame is dropped if too many bytes are waiting."""
        if not frame or len(self.pending) < MOST_WAITING_FOR_FRAMES:
            self.pending += line

    def flush(self, now: float) -> bool:
        """Write as much as the socket takes. False if the program has gone, or has not read for too long."""
        try:
            while self.pending:
                self.pending = self.pending[self.socket.send(self.pending) :]
                self.blocked_since = None
        except BlockingIOError:
            self.blocked_since = self.blocked_since or now
        except OSError:
            return False
        blocked = self.blocked_since is not None and now - self.blocked_since > BLOCKED_S
        return not blocked and len(self.pending) <= MOST_WAITING


class Broker:
    """Shares the box behind `link` at the socket `path` (a file in a folder of mode 0700).

    `join()` connects the program that holds the broker. `close()` ends the broker, its connections and the link; so does
    the loss of the link. The constructor raises CliFail as `BoxClient` does.
    """

    def __init__(self, link: SelectableLink, path: Path, timeout_s: float):
        self._box = BoxClient(link, timeout_s)  # sends the hello
        self._link = link
        self._path = path
        self._clients: list[_Client] = []
        self._waiting: dict[str, _Client] = {}
        self._own: dict[str, tuple[Callable, bytes, float]] = {}
        self._count = 0
        self._columns: protocol.Columns | None = None
        self._rules: list[str] = []  # the rule by which two frames are merged into one, for each column
        self._upstream = (0.0, False)
        self._renewed = 0.0
        self._lines = Lines(protocol.MAX_LINE["socket"])
        self._wake = Wake()
        self._stopping = False
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        os.chmod(path, 0o600)
        self._listener.listen(8)
        self._joining: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._thread.start()

    def join(self) -> socket.socket:
        """A connection for the program that this broker is a part of."""
        ours, theirs = socket.socketpair()
        self._joining.append(theirs)
        self._wake()
        return ours

    def close(self) -> None:
        """Stop sharing and release the port."""
        self._stopping = True
        self._wake()
        self._thread.join()
        self._wake.close()
        self._box.close()

    @property
    def running(self) -> bool:
        """Whether the broker still shares the box; False once the link is lost."""
        return self._thread.is_alive()

    # -- the thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._turn()
        except LinkLost:
            pass  # the programs notice that their connections close
        finally:
            self._path.unlink(missing_ok=True)
            for closing in (self._listener, *(client.socket for client in self._clients), *self._joining):
                closing.close()

    def _turn(self) -> None:
        sources = {client.socket: client for client in self._clients}
        writers = [client.socket for client in self._clients if client.pending]
        fixed = [self._link.fileno(), self._listener, self._wake]
        readable, _, _ = select.select([*fixed, *sources], writers, [], 0.1)
        self._wake.clear()
        while self._joining:
            self._clients.append(_Client(self._joining.pop()))
        if self._listener in readable:
            self._clients.append(_Client(self._listener.accept()[0]))
        if self._link.fileno() in readable:
            for line in self._lines.feed(self._link.read(0)):
                self._from_box(line)
        for ready in readable:
            if ready in sources:
                self._from_client(sources[ready])
        self._maintain_subscription()
        now = time.monotonic()
        for client in list(self._clients):
            if not client.flush(now):
                self._drop(client)

    def _drop(self, client: _Client) -> None:
        client.socket.close()
        self._clients.remove(client)
        self._waiting = {id: owner for id, owner in self._waiting.items() if owner is not client}

    # -- from the box to the programs ----------------------------------------------------------------------------

    def _from_box(self, line: bytes) -> None:
        message = protocol.parse(line, Incoming)
        if message is None:
            return
        if message.id is not msgspec.UNSET:
            if message.id in self._own:
                self._own.pop(message.id)[0](message)
            elif client := self._waiting.pop(message.id, None):
                client.send(line + b"\n")
        elif message.method == "m":
            self._frame(msgspec.json.decode(message.params))
        else:
            for client in self._subscribed():
                if client.changes if message.method == "changed" else client.hz:
                    client.send(line + b"\n", frame=message.method == "s")

    def _frame(self, integers: list[int]) -> None:
        """Send each program frames at its own rate; each frame includes the extremes of those that were left out."""
        if self._columns is None or len(integers) != len(self._columns.fast):
            return
        now = time.monotonic()
        for client in self._subscribed():
            if not client.hz:
                continue
            old = client.merged
            client.merged = integers if old is None else [
                merged(rule, a, b) for rule, a, b in zip(self._rules, old, integers, strict=True)
            ]  # fmt: skip
            # Half a frame of tolerance, so that no frame is left out when both rates are the same.
            if now >= client.next_frame - 0.5 / self._columns.hz:
                client.next_frame = max(client.next_frame + 1 / client.hz, now)
                client.seq += 1
                client.send(protocol.notification("m", [client.seq, *client.merged[1:]]), frame=True)
                client.merged = None

    # -- from the programs to the box -----------------------------------------------------------------------------

    def _from_client(self, client: _Client) -> None:
        try:
            data = client.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(client)
            return
        for line in client.lines.feed(data):
            request = protocol.parse(line, Request)
            if request is not None:
                self._request(client, request, line)

    def _request(self, client: _Client, request: Request, line: bytes) -> None:
        handler = {"hello": self._hello, "sub": self._sub, "renew": self._renew, "unsub": self._unsub}.get(
            request.method
        )
        if handler is None:
            self._waiting[request.id] = client
            self._link.write(line + b"\n")
            return
        try:
            handler(client, request.id, protocol.arguments(request))
        except protocol.BoxError as why:
            client.send(protocol.error(request.id, why))

    def _hello(self, client: _Client, id: str, args: protocol.Hello) -> None:
        welcome = self._box.welcome
        if welcome.proto not in args.proto:
            raise protocol.BoxError(
                f"the box uses protocol {welcome.proto}", name="proto", data={"proto": welcome.proto}
            )
        client.end_stream()

        def answer(message: Incoming) -> None:
            if message.error is msgspec.UNSET:
                state = msgspec.json.decode(message.result, type=protocol.Info).state
                client.send(protocol.result(id, msgspec.structs.replace(welcome, state=state)))
            else:
                client.send(_error(id, message.error))

        self._ask("info", {}, answer)

    def _sub(self, client: _Client, id: str, args: protocol.Sub) -> None:
        client.end_stream()
        client.hz, client.changes = args.hz, args.changes
        client.lease_end = time.monotonic() + args.ttl_s

        def answer() -> None:
            header = self._columns
            client.send(protocol.result(id, msgspec.structs.replace(header, hz=min(args.hz, header.hz))))

        def refused(error: protocol.Error) -> None:
            client.end_stream()
            client.send(_error(id, error))

        self._subscribe(answer, refused)

    def _renew(self, client: _Client, id: str, args: protocol.Renew) -> None:
        if client not in self._subscribed():
            raise protocol.BoxError("the subscription has expired: subscribe again", name="no_lease")
        client.lease_end = time.monotonic() + args.ttl_s
        client.send(protocol.result(id, protocol.Done()))

    def _unsub(self, client: _Client, id: str, args: protocol.Nothing) -> None:
        client.end_stream()
        client.send(protocol.result(id, protocol.Done()))

    # -- the merged subscription ---------------------------------------------------------------------------------

    def _subscribed(self) -> list[_Client]:
        now = time.monotonic()
        return [client for client in self._clients if client.lease_end > now]

    def _wanted(self) -> tuple[float, bool]:
        clients = self._subscribed()
        return max((client.hz for client in clients), default=0.0), any(client.changes for client in clients)

    def _subscribe(
        self,
        then: Callable[[], None] = lambda: None,
        refused: Callable[[protocol.Error], None] = lambda error: None,
    ) -> None:
        """Subscribe to what all programs need together, then call `then`, or `refused` if the box refuses."""
        wanted = self._wanted()
        if self._columns is not None and wanted == self._upstream:
            then()
            return

        def answer(message: Incoming) -> None:
            if message.error is msgspec.UNSET:
                self._columns = msgspec.json.decode(message.result, type=protocol.Columns)
                self._rules = rules_of(self._columns.fast, self._columns.fast_merge)
                self._upstream = wanted
                then()
            else:
                refused(message.error)

        self._renewed = time.monotonic()
        self._ask("sub", {"hz": wanted[0], "ttl_s": LEASE_S, "changes": wanted[1]}, answer)

    def _maintain_subscription(self) -> None:
        """Repeat unanswered requests, renew the lease, and adapt the subscription to what the programs need."""
        now = time.monotonic()
        for id, (answer, line, sent) in list(self._own.items()):
            if now - sent > max(RETRY_S, self._box.retry_s):
                self._own[id] = (answer, line, now)
                self._link.write(line)
        if now - self._renewed < LEASE_S / 3:
            return
        self._renewed = now
        wanted = self._wanted()
        if wanted == (0.0, False):
            self._columns, self._upstream = None, wanted  # the lease at the box expires by itself
        elif wanted != self._upstream:
            self._subscribe()
        else:
            self._ask("renew", {"ttl_s": LEASE_S}, self._renewal)

    def _renewal(self, message: Incoming) -> None:
        if message.error is not msgspec.UNSET:  # the lease had expired, or the box was restarted
            self._columns = None
            self._subscribe(self._tell_that_changes_were_missed)

    def _tell_that_changes_were_missed(self) -> None:
        for client in self._subscribed():
            if client.changes:
                client.send(protocol.notification("changed", protocol.MISSED))

    def _ask(self, method: str, arguments: dict, answer: Callable[[Incoming], None]) -> None:
        """Send a request of the broker itself to the box."""
        self._count += 1
        id = f"{self._box.nonce}.b-{self._count}"
        line = protocol.encode({"id": id, "method": method, "params": arguments})
        self._own[id] = (answer, line, time.monotonic())
        self._link.write(line)


def _error(id: str, error: protocol.Error) -> bytes:
    """The line that passes an error of the box on, as the answer to request `id`."""
    return protocol.error(id, protocol.BoxError(error.message, name=error.name, data=error.data))
