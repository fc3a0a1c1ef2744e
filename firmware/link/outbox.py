"""Outbox: lines to send when the other end may have stopped reading. Its memory is limited."""

from collections import deque


class Outbox:
    """Keeps up to `replies` replies in order, and of each kind of frame only the newest.

    A reply beyond that is dropped and counted. The laptop then repeats its request and gets the kept reply.
    """

    def __init__(self, replies: int = 64):
        self._replies: deque[bytes] = deque()
        self._most_replies = replies
        self._frames: dict[str, bytes] = {}
        self._tail = b""
        self.dropped_replies = 0
        self.dropped_frames = 0

    def reply(self, line: bytes) -> None:
        """Queue a line that answers a request."""
        if len(self._replies) >= self._most_replies:
            self.dropped_replies += 1
        else:
            self._replies.append(line)

    def frame(self, kind: str, line: bytes) -> None:
        """Queue a frame; it replaces one of the same kind that has not been sent yet."""
        self.dropped_frames += kind in self._frames
        self._frames[kind] = line

    def holds(self, word: str) -> bool:
        """Whether a frame whose kind begins with `word` has not been sent yet."""
        return any(kind.startswith(word) for kind in self._frames)

    def forget_frames(self) -> None:
        """Drop all frames, because the subscription has ended. A line that is partly sent is still completed."""
        self._frames.clear()

    def clear(self) -> None:
        """Drop everything, because the line has hung up."""
        self._replies.clear()
        self._frames.clear()
        self._tail = b""

    def has_reply(self) -> bool:
        """Whether there is a reply or the rest of a line, which must not wait."""
        return bool(self._tail or self._replies)

    def __bool__(self) -> bool:
        return bool(self._tail or self._replies or self._frames)

    def pump(self, write, frames_too: bool = True) -> None:
        """Pass lines to `write(data) -> bytes taken` until it takes no more or none are left. Replies come first; without
        `frames_too`, frames wait and may be replaced by newer ones."""
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
