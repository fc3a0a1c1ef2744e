"""Speed: acceleration of a knob by how fast it is turned."""

from collections import deque

#: The clicks of the last so many seconds decide.
WINDOW_S = 0.15
#: (clicks in the window, factor): 5 turns a second are 18 clicks in the window.
FACTORS = ((14, 8), (9, 4), (5, 2))


class Speed:
    """The speed of one knob. A reversal is slow again, so that a value that was passed is found at once."""

    def __init__(self):
        self._recent: deque[tuple[float, int]] = deque()

    def clicks(self, detents: int, now_s: float) -> int:
        """`detents`, multiplied by the factor of the present speed."""
        if self._recent and (self._recent[-1][1] > 0) != (detents > 0):
            self._recent.clear()
        while self._recent and now_s - self._recent[0][0] > WINDOW_S:
            self._recent.popleft()
        self._recent.append((now_s, detents))
        total = abs(sum(count for _, count in self._recent))
        return detents * next((factor for least, factor in FACTORS if total >= least), 1)
