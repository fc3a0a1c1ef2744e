"""The tables of hardware/WIRING.md from hardware/board.toml and the panel profiles."""

from firmware.system import board
from firmware.system.board import HEADER, Board

BEGIN, END = "<!-- generated from board.toml: begin -->", "<!-- generated from board.toml: end -->"
POWER = {1: "3V3", 17: "3V3", 2: "5V", 4: "5V", **dict.fromkeys((6, 9, 14, 20, 25, 30, 34, 39), "GND")}


def between_markers(text: str, profiles: dict[str, Board]) -> str:
    """`text` with a new part between the markers."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    assert found, "WIRING.md has lost its markers"
    return f"{before}{BEGIN}\n\n{_tables(profiles)}\n{END}{after}"


def _tables(profiles: dict[str, Board]) -> str:
    loaded = profiles[board.DEFAULT_PANEL]
    return "\n".join([_header(loaded), _pins(loaded), _switches(profiles), _hats(loaded)])


def _header(loaded: Board) -> str:
    """The 40-pin header seen from above, pin 1 at the top left."""
    names = {pin.header: pin.name for pin in loaded.pin}
    claimed = loaded.hat[board.DEFAULT_HAT].reserved

    def what(number: int) -> str:
        return names.get(number) or POWER.get(number) or ("HAT" if HEADER[number] in claimed else "free")

    lines = ["## The header, from above", "", "```text"]
    for left in range(1, 41, 2):
        gpio = [f"GPIO{HEADER[n]}" if n in HEADER else "" for n in (left, left + 1)]
        lines.append(
            f"{what(left):>14} {gpio[0]:>7} [{left:2}|{left + 1:2}] {gpio[1]:<7} {what(left + 1):<14}".rstrip()
        )
    return "\n".join([*lines, "```", ""])


def _pins(loaded: Board) -> str:
    lines = [
        "## Wires",
        "",
        "| header | GPIO | name | direction | pull | active | part | on the panel |",
        "|--:|--:|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.header} | {p.bcm} | {p.name} | {p.direction} | {p.pull} | {p.active} | {p.part} | {p.panel} |"
        for p in sorted(loaded.pin, key=lambda pin: pin.header)
    ]
    lines += ["", *(f"- **{p.name}**: {p.note}" for p in loaded.pin if p.note), ""]
    return "\n".join(lines)


def _switches(profiles: dict[str, Board]) -> str:
    lines = [
        "## Switches on the shift registers",
        "",
        "| bit | register | input | profile A, six keys | profile B, twelve keys |",
        "|--:|---|---|---|---|",
    ]
    names = {profile: {bit: name for name, bit in loaded.scan.switch.items()} for profile, loaded in profiles.items()}
    for bit in range(profiles["b"].scan.bits):
        old = names["a"].get(bit, "tied high") if bit < profiles["a"].scan.bits else ""
        # A 74HC165 shifts out H first.
        lines.append(f"| {bit} | U{bit // 8 + 1} | {'HGFEDCBA'[bit % 8]} | {old} | {names['b'].get(bit, 'spare')} |")
    return "\n".join([*lines, ""])


def _hats(loaded: Board) -> str:
    lines = [
        "## Audio boards",
        "",
        "| board | name in burnish.toml | GPIO that it uses | fits this panel |",
        "|---|---|---|---|",
    ]
    for name, hat in loaded.hat.items():
        clash = sorted({pin.bcm for pin in loaded.pin} & set(hat.reserved))
        fits = f"no: GPIO {', '.join(map(str, clash))}" if clash else "yes"
        lines.append(f"| {hat.title} | `{name}` | {', '.join(map(str, hat.reserved)) or 'none'} | {fits} |")
    return "\n".join([*lines, ""])
