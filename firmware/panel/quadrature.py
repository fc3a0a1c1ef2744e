"""Two phases of a rotary encoder into detents."""

#: Movement in quarter cycles, by the state before and after. A state is 2 A + B with 1 = closed; clockwise is 0 2 3 1 0.
#: Both phases at once (two edges seen as one) is 0: the direction is then told by the rest of the cycle.
_MOVE = (
    # to 0   1   2   3      from
    (0, -1, +1, 0),  #      0
    (+1, 0, 0, -1),  #      1
    (-1, 0, 0, +1),  #      2
    (0, +1, -1, 0),  #      3
)
#: The states in which the knob rests, by detents per cycle.
_REST = {1: (0,), 2: (0, 3), 4: (0, 1, 2, 3)}


class Quadrature:
    """Counts detents from edges.

    Bounce of one contact goes back and forth between two states and cancels. A detent counts only where the knob comes to
    rest, and only if at least half of the way was seen in one direction; so bounce around the resting place counts nothing, and one lost edge loses no detent.

    `gpiozero.RotaryEncoder` waits for all four states of a cycle in order, loses the detent where an edge was lost, and
    cannot do two detents per cycle.
    """

    def __init__(self, detents_per_cycle: int = 1, state: int = 0):
        self._rest = _REST[detents_per_cycle]
        self._travel = 4 // detents_per_cycle
        self._state = state
        self._moved = 0

    def edge(self, phase: int, closed: bool) -> int:
        """Phase 0 (A) or 1 (B) opened or closed. Returns the detents that this completes: -1, 0 or +1."""
        bit = 1 if phase else 2
        state = self._state | bit if closed else self._state & ~bit
        self._moved += _MOVE[self._state][state]
        self._state = state
        if state not in self._rest:
            return 0
        moved, self._moved = self._moved, 0
        return 0 if abs(moved) * 2 < self._travel else 1 if moved > 0 else -1
