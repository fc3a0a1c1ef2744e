"""Decodes the two phases of a rotary encoder into detents."""

#: Movement in quarter cycles, by the states before and after it. A state is 2 A + B, where 1 means closed. A clockwise turn passes
#: the states 0 2 3 1 0. One edge never changes both phases.
_MOVE = (
    # to 0   1   2   3      from
    (0, -1, +1, 0),  #      0
    (+1, 0, 0, -1),  #      1
    (-1, 0, 0, +1),  #      2
    (0, +1, -1, 0),  #      3
)
#: The states at which the knob rests in a detent, by the number of detents per cycle.
_REST = {1: (0,), 2: (0, 3), 4: (0, 1, 2, 3)}
_CYCLE = 4  # quarter cycles


class Quadrature:
    """Counts detents from edges.

    Bounce of one contact alternates between two states, so its movements cancel. A detent is counted when the knob reaches the state
    of that detent.

    If a phase reports the level that it already had, one of its edges was lost. If the other phase has not moved since then, the lost
    edge was only bounce. Otherwise, the lost edge may have occurred before or after the moves of the other phase, and the positions
    in these two cases differ by a whole cycle. This cycle is added when the knob next reaches a detent, unless it would reverse the
    movement since the last detent. One lost edge therefore causes no wrong count, as long as the knob rests before it is turned back.
    If two edges are lost within a short time, one detent too few or too many may be counted.

    `gpiozero.RotaryEncoder` needs all four states of a cycle in order, so it loses a detent with each lost edge, and it does
    not support two detents per cycle.
    """

    def __init__(self, detents_per_cycle: int = 1, state: int = 0):
        self._rest = _REST[detents_per_cycle]
        self._travel = _CYCLE // detents_per_cycle
        self._state = state
        self._left = False  # whether any edge has moved the knob since state 0
        self._moved = 0  # movement since state 0, in quarter cycles
        self._given = 0  # detents that were returned since state 0
        self._missed = 0  # the movement that lost edges would add, in quarter cycles
        self._way = 0  # direction of the last cycle: 1, -1, or 0 after the knob has rested
        #: For each phase: how often the other phase has moved since the last edge of this phase, and the first of these moves.
        self._other_moves = [0, 0]
        self._other_first = [0, 0]

    def edge(self, phase: int, closed: bool) -> int:
        """Phase 0 (A) or 1 (B) reports that it has opened or closed. Returns the detents that this completes, clockwise positive."""
        bit = 1 if phase else 2
        state = self._state | bit if closed else self._state & ~bit
        if state == self._state:
            self._note_lost_edge(phase)
        else:
            self._move_to(phase, state)
        self._other_moves[phase] = 0
        return self._detents() if self._left else 0

    def settle(self, state: int) -> int:
        """Compare with `state`, which was read while no edges arrived. Returns the detents that this completes."""
        for phase, bit in enumerate((2, 1)):
            if (state ^ self._state) & bit:
                self._note_lost_edge(phase)
                self._move_to(phase, self._state ^ bit)
        self._other_moves = [0, 0]  # up to here, all edges are known
        detents = self._detents()
        self._way = 0
        return detents

    def _move_to(self, phase: int, state: int) -> None:
        move = _MOVE[self._state][state]
        self._moved += move
        self._state = state
        self._left = True
        other = 1 - phase
        if self._other_moves[other] == 0:
            self._other_first[other] = move
        self._other_moves[other] += 1

    def _note_lost_edge(self, phase: int) -> None:
        """Note that an edge of `phase` was lost after its last known edge. If the other phase has made an even number of moves since
        then, the count may lack a cycle in the direction of the first of these moves. If the number is odd, it may lack a cycle in the
        opposite direction."""
        moves = self._other_moves[phase]
        if moves:
            cycle = self._other_first[phase] * (-_CYCLE if moves % 2 else _CYCLE)
            self._missed += cycle if cycle * self._way >= 0 else 0

    def _detents(self) -> int:
        if self._state not in self._rest:
            return 0
        given, moved = self._given, self._moved
        if self._state == 0:
            if moved * self._missed >= 0:
                moved += self._missed
            if moved:
                self._way = 1 if moved > 0 else -1
                self._other_moves = [0, 0]
            self._given = self._moved = self._missed = 0
            self._left = False
            return moved // self._travel - given
        self._given = moved // self._travel
        return self._given - given
