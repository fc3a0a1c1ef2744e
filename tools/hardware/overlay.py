"""The device tree overlay and the lines of config.txt and cmdline.txt, from board.toml."""

import re

from firmware.system.board import DEFAULT_HAT, Board

#: Names of the lines that the panel does not use. Lines 28 to 57 have the names that the Linux kernel gives them on a Pi 4B
#: (bcm2711-rpi-4-b.dts). A property of an overlay replaces the whole list, so these names must be repeated.
_HAT_LINES = {
    0: "ID_SDA",
    1: "ID_SCL",
    2: "HAT_SDA",
    3: "HAT_SCL",
    18: "I2S_BCLK",
    19: "I2S_LRCLK",
    20: "I2S_DIN",
    21: "I2S_DOUT",
}
_INNER_LINES = [
    "RGMII_MDIO",
    "RGMIO_MDC",
    "CTS0",
    "RTS0",
    "TXD0",
    "RXD0",
    "SD1_CLK",
    "SD1_CMD",
    "SD1_DATA0",
    "SD1_DATA1",
    "SD1_DATA2",
    "SD1_DATA3",
    "PWM0_MISO",
    "PWM1_MOSI",
    "STATUS_LED_G_CLK",
    "SPIFLASH_CE_N",
    "SDA0",
    "SCL0",
    "RGMII_RXCLK",
    "RGMII_RXCTL",
    "RGMII_RXD0",
    "RGMII_RXD1",
    "RGMII_RXD2",
    "RGMII_RXD3",
    "RGMII_TXCLK",
    "RGMII_TXCTL",
    "RGMII_TXD0",
    "RGMII_TXD1",
    "RGMII_TXD2",
    "RGMII_TXD3",
]
#: Bits of a line's number on this header.
HEADER_LINES = 28


def line_names(board: Board) -> list[str]:
    """The names of all 58 GPIO lines of a Pi 4B or CM4."""
    own = {pin.bcm: pin.name for pin in board.pin}
    return [own.get(line) or _HAT_LINES[line] for line in range(HEADER_LINES)] + _INNER_LINES


def overlay(board: Board) -> str:
    """burnish.dts."""
    display = board.display
    select, clock, data = (board[name] for name in (display.select, display.clock, display.data))
    names = line_names(board)
    rows = ["\t\t\t\t" + ", ".join(f'"{name}"' for name in names[n : n + 4]) for n in range(0, len(names), 4)]
    fragments = [
        ("spi0_cs_pins", [f"brcm,pins = <{select.bcm}>; /* {select.name} */"]),
        ("spi0_pins", [f"brcm,pins = <{data.bcm} {clock.bcm}>; /* {data.name} {clock.name} */"]),
        ("spi0", [f"cs-gpios = <&gpio {select.bcm} 1>; /* {select.name}, active low */", 'status = "okay";']),
        ("spidev1", ['status = "disabled";']),
        ("uart1", ['status = "disabled";']),
        ("gpio", ["gpio-line-names =", ",\n".join(rows) + ";"]),
    ]
    out = [_HEAD]
    for number, (target, lines) in enumerate(fragments):
        out += [f"\tfragment@{number} {{", f"\t\ttarget = <&{target}>;", "\t\t__overlay__ {"]
        out += [line if line.startswith("\t") else f"\t\t\t{line}" for line in lines]
        out += ["\t\t};", "\t};", ""]
    out += [
        "\t__overrides__ {",
        f'\t\tnames = <0>, "={len(fragments) - 1}"; /* names=off on a Pi 5, whose lines have other names */',
        "\t};",
        "};",
        "",
    ]
    return "\n".join(out)


_HEAD = """// Device tree overlay of the Burnish panel: `dtoverlay=burnish` in config.txt. Made from board.toml by `make hardware`.
//
// SPI0 with one chip select and without MISO, so that GPIO 7 and 9 are free for the panel; the UART off the header, so
// that 14 and 15 are; and names for the lines, which `gpioinfo` shows.
// After the kernel's own spi0-1cs and disable-bt overlays (arch/arm/boot/dts/overlays in raspberrypi/linux) in what it
// has to touch. The audio HAT brings its own overlay.
//
// dtc -@ -I dts -O dtb -o burnish.dtbo burnish.dts
/dts-v1/;
/plugin/;

/ {
	compatible = "brcm,bcm2835";
"""


def targets(source: str) -> set[str]:
    """The labels of the base tree that an overlay's source refers to."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.S)
    return set(re.findall(r"&(\w+)", text))


def labels(source: str) -> set[str]:
    """The labels that a device tree source defines."""
    return set(re.findall(r"(\w+):\s*[\w,@.-]+\s*{", source))


def config_txt(board: Board, hat: str = DEFAULT_HAT) -> str:
    """The lines for /boot/firmware/config.txt."""
    row = board.hat[hat]
    lines = ["# Burnish, made from board.toml by `make hardware`: append to /boot/firmware/config.txt.",
             f"# {row.title}. An old overlay in the HAT's EEPROM must not win; never add 24db_digital_gain.", *row.config]  # fmt: skip
    if row.overlay:
        lines.append(f"dtoverlay={row.overlay}")
    lines += ["# The panel: SPI for the display, GPIO 14 and 15 for the keys. On a Pi 5: dtoverlay=burnish,names=off", "dtoverlay=burnish",
              "enable_uart=0", "# The USB-C socket is the laptop's cable.", "dtoverlay=dwc2,dr_mode=peripheral"]  # fmt: skip
    return "\n".join(lines) + "\n"


def cmdline_txt() -> str:
    """The changes of /boot/firmware/cmdline.txt."""
    return (
        "# Burnish: /boot/firmware/cmdline.txt is one line. Remove these words from it, because GPIO 14 and 15 read the keys:\n"
        "# console=serial0,115200\n# Add this word:\nmodules-load=dwc2\n"
    )
