"""Outbox: what the box has to say on a line whose other end may have stopped reading. Its memory is bounded."""

from collections import deque


class Outbox:
    """Replies in order, up to `replies` of them; of each kind of frame only the newest.

    A reply that finds no room is dropped and counted: the laptop asks again and gets it from the replay.
    """

    def __init__(self, replies: int = 64):
        self._replies: deque[bytes] = deque()
        self._room = replies
        self._frames: dict[str, bytes] = {}
        self._tail = b""
        self.dropped_replies = 0
        self.dropped_frames = 0

    def reply(self, line: bytes) -> None:
        """Queue a line that answers a request."""
        if len(self._replies) >= self._room:
            self.dropped_replies += 1
        else:
            self._replies.append(line)

    def frame(self, kind: str, line: bytes) -> None:
        """Take the place of the frame of that kind that has not gone out yet."""
        self.dropped_frames += kind in self._frames
        self._frames[kind] = line

    def holds(self, kind: str) -> bool:
        """Whether a frame of that kind has yet to go out."""
        return kind in self._frames

    def forget_frames(self) -> None:
        """The subscription is over. A frame that has begun to go out still ends: the line stays whole."""
        self._frames.clear()

    def clear(self) -> None:
        """The line has hung up: nobody waits for any of it."""
        self._replies.clear()
        self._frames.clear()
        self._tail = b""

    def has_reply(self) -> bool:
        """Whether there is something that must not wait: a reply, or the rest of a line."""
        return bool(self._tail or self._replies)

    def __bool__(self) -> bool:
        return bool(self._tail or self._replies or self._frames)

    def pump(self, write, frames_too: bool = True) -> None:
        """Give lines to `write(data) -> bytes taken` until it takes no more or there are none. Replies go first;
        without `frames_too`, frames wait (and grow newer)."""
        while True:
            if not self._tail:
                if self._replies:
                    self._tail = self._replies.popleft()
                elif self._frames and frames_too:
                    self._tail = self._frames.pop(next(iter(self._frames)))
                else:
                    return
            taken = write(self._tail)
            self._tail = self._tail[taken:]
            if self._tail:
                return
