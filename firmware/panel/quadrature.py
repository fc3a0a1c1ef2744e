"""Decodes the two phases of a rotary encoder into detents."""

#: Movement in quarter cycles, by the state before and after. A state is 2 A + B with 1 = closed; clockwise is 0 2 3 1 0.
#: A change of both phases at once (an edge was lost) counts 0; the rest of the cycle gives the direction.
_MOVE = (
    # to 0   1   2   3      from
    (0, -1, +1, 0),  #      0
    (+1, 0, 0, -1),  #      1
    (-1, 0, 0, +1),  #      2
    (0, +1, -1, 0),  #      3
)
#: The states at detents, by detents per cycle.
_REST = {1: (0,), 2: (0, 3), 4: (0, 1, 2, 3)}


class Quadrature:
    """Counts detents from edges.

    Bounce of one contact alternates between two states and cancels. A detent is counted only when the knob reaches one, and
    only if at least half of the quarter cycles since the last were in one direction. Therefore bounce at a detent counts
    nothing. If the Linux kernel loses an edge, only the detent of this edge is lost.

    `gpiozero.RotaryEncoder` needs all four states of a cycle in order, so it loses a detent with each lost edge, and it does
    not support two detents per cycle.
    """

    def __init__(self, detents_per_cycle: int = 1, state: int = 0):
        self._rest = _REST[detents_per_cycle]
        self._travel = 4 // detents_per_cycle
        self._state = state
        self._moved = 0

    def edge(self, phase: int, closed: bool) -> int:
        """Phase 0 (A) or 1 (B) opened or closed. Returns the detents that this edge completes: -1, 0 or +1."""
        bit = 1 if phase else 2
        state = self._state | bit if closed else self._state & ~bit
        self._moved += _MOVE[self._state][state]
        self._state = state
        if state not in self._rest:
            return 0
        moved, self._moved = self._moved, 0
        return 0 if abs(moved) * 2 < self._travel else 1 if moved > 0 else -1
