"""The 40-pin header with the parts wired to it, and methods that turn knobs and press switches."""

import os
import subprocess
import time
from pathlib import Path

from firmware.system import Board

_SIM = Path("/sys/kernel/config/gpio-sim/header")
_PARTS = Path("/sys/module/header_parts/parameters")
#: Levels of the phases A and B of a knob that turns clockwise by one detent, which begins with both high.
_DETENT = ((0, 1), (0, 0), (1, 0), (1, 1))


def pretend_pi() -> None:
    """gpiozero reads the model of the Pi from /proc/cpuinfo."""
    text = Path("/proc/cpuinfo").read_text() + "Revision\t: c03112\nModel\t\t: Raspberry Pi 4 Model B Rev 1.2\n"
    pretended = Path("/run/cpuinfo")
    pretended.write_text(text)
    subprocess.run(["mount", "--bind", pretended, "/proc/cpuinfo"], check=True)


class Header:
    """A GPIO chip with the pins of `board`; kernel/header_parts.c simulates the switches, the charge pump and the display."""

    def __init__(self, board: Board):
        self._board = board
        scan, relay = board.scan, board.relay
        self._open = (1 << scan.bits) - 1  # a closed switch is 0
        self._switches = self._open
        (_SIM / "bank0").mkdir(parents=True)
        (_SIM / "bank0/num_lines").write_text("54")
        (_SIM / "bank0/label").write_text("pinctrl-bcm2835")
        parts = {
            "scan_load": self._line(scan.load), "scan_clock": self._line(scan.clock), "scan_data": self._line(scan.data),
            "scan_bits": scan.bits, "switches": self._switches, "sense_bit": scan.switch["RELAY_SENSE"],
            "heartbeat_line": self._line(relay.pin), "hold_ms": round(relay.hold_max_ms),
            "charging_edges": 2 * relay.pull_in_pulses, "display_clock": self._line(board.display.clock),
            "display_data": self._line(board.display.data), "display_select": self._line(board.display.select),
            "display_dc": self._line(board.display.dc),
        }  # fmt: skip
        for name, value in parts.items():
            self.part(name, value)
        (_SIM / "live").write_text("1")
        chip = (_SIM / "bank0/chip_name").read_text().strip()
        self._lines = Path("/sys/devices/platform") / (_SIM / "dev_name").read_text().strip() / chip
        self._pulls: dict[int, int] = {}
        for encoder in board.encoder:
            for name in (encoder.a, encoder.b):
                self.drive(name, 1)

    def _line(self, name: str) -> int:
        return self._board[name].bcm

    @staticmethod
    def part(name: str, value: int | None = None) -> int:
        """Read a parameter of header_parts.c, or write it."""
        path = _PARTS / name
        if value is not None:
            path.write_text(str(value))
        return int(path.read_text())

    def drive(self, name: str, level: int) -> None:
        """Drive an input of the box from outside."""
        line = self._line(name)
        if line not in self._pulls:
            self._pulls[line] = os.open(self._lines / f"sim_gpio{line}" / "pull", os.O_WRONLY)
        os.pwrite(self._pulls[line], b"pull-up" if level else b"pull-down", 0)

    # -- hands -------------------------------------------------------------------------------------------------------

    def edges_of(self, knob: int, detents: int) -> list[tuple[str, int]]:
        """(pin, level) of each edge of a turn by `detents`; negative numbers turn anticlockwise."""
        row = next(row for row in self._board.encoder if row.number == knob)
        a, b = (row.a, row.b) if detents > 0 else (row.b, row.a)
        was, edges = (1, 1), []
        for levels in abs(detents) * _DETENT:
            edges += [(pin, level) for pin, level, before in zip((a, b), levels, was, strict=True) if level != before]
            was = levels
        return edges

    def turn(
        self, knob: int, detents: int, edge_s: float = 0.00208, bounce=None, bounce_s: float = 50e-6, most: int = 8
    ):
        """Turn a knob with `edge_s` between edges; 0.00208 s mean 5 turns of 24 detents per second.

        `bounce` (random.Random) adds up to `most` pairs of short edges, `bounce_s` apart, before each edge.
        """
        for pin, level in self.edges_of(knob, detents):
            due = time.monotonic() + edge_s
            for _ in range(bounce.randrange(most + 1) if bounce else 0):
                for short in (level, 1 - level):
                    self.drive(pin, short)
                    time.sleep(bounce_s)
            self.drive(pin, level)
            time.sleep(max(0.0, due - time.monotonic()))

    def switch(self, name: str, closed: bool) -> None:
        bit = 1 << self._board.scan.switch[name]
        self._switches = self._switches & ~bit if closed else self._switches | bit
        self.part("switches", self._switches)

    def press(self, name: str, hold_s: float = 0.1, bounce=None, bounce_s: float = 0.0007) -> None:
        """Press a switch, hold it, and release it. `bounce` (random.Random): each contact bounces for up to 10 ms."""
        for closed in (True, False):
            for _ in range(bounce.randrange(8) if bounce else 0):
                for short in (closed, not closed):
                    self.switch(name, short)
                    time.sleep(bounce_s)
            self.switch(name, closed)
            time.sleep(hold_s)

    # -- relays ------------------------------------------------------------------------------------------------------

    @property
    def edges(self) -> int:
        """Edges of the heartbeat so far."""
        return self.part("edges")

    @property
    def charging_edges(self) -> int:
        """Edges that charge the pump until the relays pull in."""
        return self.part("charging_edges")

    @property
    def last_edge_s(self) -> float:
        """When the heartbeat last had an edge, on the clock of `time.monotonic`."""
        return self.part("last_edge_ns") / 1e9

    @property
    def held(self) -> bool:
        """Whether the relays connect the processor, assuming the longest hold time of the circuit."""
        return time.monotonic() - self.last_edge_s < self._board.relay.hold_max_ms / 1000

    def longest_pause_ms(self) -> float:
        """The longest time between two edges of the heartbeat since the last call."""
        pause_ns = self.part("longest_pause_ns")
        self.part("longest_pause_ns", 0)
        return pause_ns / 1e6
