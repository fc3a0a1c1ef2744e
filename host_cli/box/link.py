"""Link: the interface of the connection between a client and a box. `SerialLink` and `SocketLink` implement it."""

from typing import Protocol


class Link(Protocol):
    """A stream of bytes to a box and back. Both directions raise `LinkLost` when the connection has ended."""

    @property
    def name(self) -> str:
        """The port, for messages."""

    def read(self, timeout_s: float) -> bytes:
        """The bytes that have arrived; waits for the first one for up to `timeout_s`. b"" if none arrived."""

    def write(self, data: bytes) -> None:
        """Send all of `data`."""

    def close(self) -> None:
        """End the connection. A second call does nothing."""


class SelectableLink(Link, Protocol):
    """A link that `select` can wait for. The broker needs one, because it waits for its clients at the same time."""

    def fileno(self) -> int:
        """The file descriptor."""
