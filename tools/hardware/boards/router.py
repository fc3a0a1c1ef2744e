"""Routes a board on a grid: every net except ground, on two layers, with rip-up and reroute. Ground pads then get a via to the
ground area. This router was written for these two boards, because Debian has no free autorouter. Dijkstra's algorithm in C
(router.c) finds one connection at a time. A connection may cross routes of other nets at a cost; the crossed routes are then
removed and routed again. The cost of a cell rises each time it is contested (McMurchie and Ebeling, PathFinder, 1995).
"""

import ctypes
import math
import subprocess
from pathlib import Path

import numpy as np

from ..lists import HARDWARE
from .board import Board, PlacedPad

GRID_MM, CLEARANCE_MM, TRACK_MM, VIA_MM, VIA_DRILL_MM = 0.2, 0.2, 0.25, 0.7, 0.3
EDGE_MM, HOLE_KEEP_MM = 0.5, 1.4
#: Extra distance around vias and wide tracks, because a pad can be off the grid by half a step.
ROUNDING_MM = 0.06
_SOURCE = Path(__file__).parent / "router.c"


def _library():
    built = HARDWARE.parent / "build" / "hardware" / "router.so"
    if not built.exists() or built.stat().st_mtime < _SOURCE.stat().st_mtime:
        built.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", built, _SOURCE], check=True)
    return ctypes.CDLL(str(built))


def _disc(radius_mm: float) -> np.ndarray:
    """Offsets of the cells within a radius."""
    reach = math.ceil(radius_mm / GRID_MM)
    found = [
        (x, y)
        for y in range(-reach, reach + 1)
        for x in range(-reach, reach + 1)
        if math.hypot(x, y) * GRID_MM <= radius_mm + 1e-9
    ]
    return np.array(found, np.int32)


class Router:
    """Routes a board; the result is in its tracks and vias."""

    def __init__(self, board: Board):
        self.board = board
        self.w, self.h = round(board.width / GRID_MM) + 1, round(board.height / GRID_MM) + 1
        self.number = {net: n for n, net in enumerate(sorted(board.nets), 1)}
        self.hard = np.zeros((2, self.h, self.w), np.int16)
        self.soft = np.zeros((2, self.h, self.w), np.uint8)
        self.past = np.zeros((2, self.h, self.w), np.float32)
        self.pads = board.pads()
        self.marks: dict[str, np.ndarray] = {}
        self.cells: dict[str, np.ndarray] = {}
        self.paths: dict[str, list[list[tuple[int, int, int]]]] = {}
        self._lib = _library()
        self._lib.route.restype = ctypes.c_int
        self._close_edges()
        for pad in self.pads:
            self._claim_pad(pad)

    def width(self, net: str) -> float:
        """The width of a net's tracks in mm."""
        return self.board.net_width.get(net, TRACK_MM)

    def _close_edges(self) -> None:
        edge = math.ceil((EDGE_MM + TRACK_MM / 2) / GRID_MM)
        for side in (np.s_[:, :edge], np.s_[:, -edge:], np.s_[:, :, :edge], np.s_[:, :, -edge:]):
            self.hard[side] = -1
        for x, y in self.board.holes:
            self._fill(x, y, self.board.hole, self.board.hole, 0, HOLE_KEEP_MM + TRACK_MM / 2, (0, 1), -1, round_=True)

    def _claim_pad(self, pad: PlacedPad) -> None:
        number = self.number.get(pad.net, -1) if pad.plated else -1
        self._fill(pad.x, pad.y, pad.width, pad.height, pad.rotation, CLEARANCE_MM + TRACK_MM / 2, pad.layers, number)

    def _fill(self, x, y, width, height, rotation, grow, layers, number, round_=False) -> None:
        """Reserve the cells within `grow` of a rectangle for a net. A cell that two nets would reserve is closed."""
        reach = math.hypot(width, height) / 2 + grow
        xs = np.arange(max(0, math.floor((x - reach) / GRID_MM)), min(self.w, math.ceil((x + reach) / GRID_MM) + 1))
        ys = np.arange(max(0, math.floor((y - reach) / GRID_MM)), min(self.h, math.ceil((y + reach) / GRID_MM) + 1))
        gx, gy = np.meshgrid(xs * GRID_MM - x, ys * GRID_MM - y)
        a = math.radians(rotation)
        ux, uy = gx * math.cos(a) - gy * math.sin(a), gx * math.sin(a) + gy * math.cos(a)
        if round_:
            inside = np.hypot(gx, gy) <= width / 2 + grow
        else:
            inside = (
                np.hypot(np.maximum(np.abs(ux) - width / 2, 0), np.maximum(np.abs(uy) - height / 2, 0)) <= grow + 0.005
            )
        for layer in layers:
            view = self.hard[layer, ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
            other = inside & (view != 0) & (view != number)
            view[inside] = number
            view[other] = -1

    def _cells(self, pad: PlacedPad) -> list[int]:
        """The cells at a pad's centre, on its layers."""
        x, y = round(pad.x / GRID_MM), round(pad.y / GRID_MM)
        return [(layer * self.h + y) * self.w + x for layer in pad.layers]

    def _mark(self, net: str) -> None:
        """Record the cells that the routes of a net use, for a track of the usual width."""
        half = self.width(net) / 2 + CLEARANCE_MM + TRACK_MM / 2 + ROUNDING_MM / 3
        disc, via = _disc(half), _disc(VIA_MM / 2 + CLEARANCE_MM + TRACK_MM / 2 + ROUNDING_MM / 3)
        steps = [step for path in self.paths[net] for step in path]
        changes = [(layer, y, x) for path in self.paths[net] for (before, y, x), (after, *_) in zip(path, path[1:], strict=False)
                   if before != after for layer in (0, 1)]  # fmt: skip
        self.cells[net] = self._spread(steps, np.zeros((1, 2), np.int32))
        self.marks[net] = np.union1d(self._spread(steps, disc), self._spread(changes, via))
        self.soft.reshape(-1)[self.marks[net]] += 1

    def _spread(self, steps: list, shape: np.ndarray) -> np.ndarray:
        """The cells around all steps, without duplicates."""
        if not steps:
            return np.zeros(0, np.int64)
        layer, y, x = np.array(steps, np.int64).T
        cx, cy = x[:, None] + shape[:, 0], y[:, None] + shape[:, 1]
        inside = (cx >= 0) & (cy >= 0) & (cx < self.w) & (cy < self.h)
        return np.unique(((layer[:, None] * self.h + cy) * self.w + cx)[inside])

    def _unmark(self, net: str) -> None:
        if net in self.marks:
            self.soft.reshape(-1)[self.marks.pop(net)] -= 1

    def _connect(
        self,
        net: str,
        starts: list[int],
        target: np.ndarray,
        penalty: float,
        middle=(-1, -1),
        via_cost=10.0,
        across=1.6,
    ) -> list[tuple[int, int, int]]:
        # A wider track needs additional whole cells around its centre.
        disc = _disc(
            math.ceil((self.width(net) - TRACK_MM) / 2 / GRID_MM - 1e-6) * GRID_MM
            + (0.09 if self.width(net) > TRACK_MM else 0)
        )
        via = _disc((VIA_MM - TRACK_MM) / 2 + ROUNDING_MM)
        path = np.zeros(20000, np.int32)
        begin = np.array(starts, np.int32)

        def at(array):
            return array.ctypes.data_as(ctypes.c_void_p)

        flat = np.ascontiguousarray(target.reshape(-1), np.uint8)
        length = self._lib.route(
            self.w, self.h, at(self.hard), at(self.soft), at(self.past), self.number[net], at(begin), len(begin), at(flat), *middle, at(disc), len(disc),
            at(via), len(via), ctypes.c_float(via_cost), ctypes.c_float(across), ctypes.c_float(penalty), at(path), len(path),
        )  # fmt: skip
        return [(int(c) // (self.w * self.h), int(c) // self.w % self.h, int(c) % self.w) for c in path[:length]][::-1]

    def _route_net(self, net: str, penalty: float) -> bool:
        """Route all connections of a net, starting at its first pad. Returns False if a pad cannot be reached."""
        self._unmark(net)
        self.paths[net] = []
        first, *left = [pad for pad in self.pads if pad.net == net]
        joined, reached, complete = [first], set(self._cells(first)), True
        while left:
            pad = min(left, key=lambda pad: min(math.hypot(pad.x - p.x, pad.y - p.y) for p in joined))
            target = np.zeros((2, self.h, self.w), np.uint8)
            target.reshape(-1)[self._cells(pad)] = 1
            path = self._connect(
                net, sorted(reached), target, penalty, (round(pad.x / GRID_MM), round(pad.y / GRID_MM))
            )
            if not path:
                complete = False
                break
            self.paths[net].append(path)
            reached.update((layer * self.h + y) * self.w + x for layer, y, x in path)
            reached.update(self._cells(pad))
            joined.append(pad)
            left.remove(pad)
        self._mark(net)
        return complete

    def _torn(self, net: str) -> list[str]:
        """The nets whose routes are crossed by the tracks of this net."""
        own, claim, crossed = self.cells[net], np.zeros(self.soft.size, bool), []
        claim[self.marks[net]] = True
        tracks = np.zeros(self.soft.size, bool)
        tracks[own] = True
        for other, cells in self.marks.items():
            both = cells[tracks[cells]] if other != net else ()
            if len(both) or (other != net and claim[self.cells[other]].any()):
                if len(both):
                    self.past.reshape(-1)[both] += 1.0
                crossed.append(other)
        return crossed

    def run(self, rounds: int = 60, *, say: bool = False) -> list[str]:
        """Route every net; returns the nets that are not complete or still touch another."""
        wanted = [net for net, pins in self.board.nets.items() if net != self.board.ground and len(pins) > 1]

        def size(net):
            own = [pad for pad in self.pads if pad.net == net]
            return (max(p.x for p in own) - min(p.x for p in own)) + (max(p.y for p in own) - min(p.y for p in own))

        queue = sorted(wanted, key=lambda net: (len(self.board.nets[net]) > 8, size(net)))
        failed: set[str] = set()
        for turn in range(rounds):
            again: dict[str, None] = {}
            for net in queue:
                if not self._route_net(net, 2.0 + 1.5 * turn):
                    failed.add(net)
                for other in self._torn(net):
                    again[other] = None
            if not again:
                break
            queue = list(again)
            if say:
                print(f"{self.board.name}: round {turn + 1}, {len(queue)} nets to route again", flush=True)
        self._ground_vias()
        self._stitch()
        self._store()
        return sorted(failed | set(again))

    def _ground_vias(self) -> None:
        """A short track and a via to the other layer for each ground pad that is on one layer only."""
        net = self.board.ground
        self.paths[net] = []
        for pad in self.pads:
            if pad.net == net and len(pad.layers) == 1:
                target = np.zeros((2, self.h, self.w), np.uint8)
                target[1 - pad.layers[0]] = 1
                path = self._connect(net, self._cells(pad), target, 1e6, via_cost=1.0)
                if path:
                    self.paths[net].append(path)
                    self._unmark(net)
                    self._mark(net)

    def _stitch(self, every_mm: float = 8.0) -> None:
        """Add vias between the ground areas wherever there is space, so that both sides are connected."""
        net, via = self.board.ground, _disc(VIA_MM / 2 + CLEARANCE_MM + 0.2)
        step = round(every_mm / GRID_MM)
        for y in range(step // 2, self.h, step):
            for x in range(step // 2, self.w, step):
                for dx, dy in ((0, 0), (5, 0), (0, 5), (-5, 0), (0, -5)):
                    cx, cy = x + dx, y + dy
                    around = [(cx + ox, cy + oy) for ox, oy in via]
                    if all(
                        0 <= a < self.w
                        and 0 <= b < self.h
                        and not self.hard[:, b, a].any()
                        and not self.soft[:, b, a].any()
                        for a, b in around
                    ):
                        self.paths[net].append([(0, cy, cx), (1, cy, cx)])
                        self._unmark(net)
                        self._mark(net)
                        break

    def _store(self) -> None:
        pads_at = {(round(p.x / GRID_MM), round(p.y / GRID_MM)): (p.x, p.y) for p in self.pads}
        self.board.tracks, self.board.vias = [], []
        for net in sorted(self.paths):
            vias = set()
            for path in self.paths[net]:
                run = [path[0]]
                for step in [*path[1:], None]:
                    if step is not None and step[0] == run[-1][0]:
                        run.append(step)
                        continue
                    self._store_run(net, run, pads_at)
                    if step is not None:
                        vias.add((step[2], step[1]))
                        run = [step]
            self.board.vias += [(net, round(x * GRID_MM, 3), round(y * GRID_MM, 3)) for x, y in sorted(vias)]

    def _store_run(self, net, run, pads_at) -> None:
        points = [(x, y) for _, y, x in run]
        kept = points[:1]
        for before, here, after in zip(points, points[1:], points[2:], strict=False):
            if (here[0] - before[0], here[1] - before[1]) != (after[0] - here[0], after[1] - here[1]):
                kept.append(here)
        if len(points) > 1:
            kept.append(points[-1])
            mm = [(round(x * GRID_MM, 3), round(y * GRID_MM, 3)) for x, y in kept]
            # The ends are extended to the centres of the pads, which may be off the grid.
            for end in (0, -1):
                exact = pads_at.get(kept[end])
                if exact and exact != mm[end]:
                    mm.insert(0 if end == 0 else len(mm), (round(exact[0], 3), round(exact[1], 3)))
            self.board.tracks.append((net, run[0][0], self.width(net), mm))
