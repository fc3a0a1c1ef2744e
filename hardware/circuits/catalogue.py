"""What to buy: one row for each kind of part, with manufacturer number, second source, value, tolerance, package, price.

A part has one source only where no other maker offers one that fits the same pads; then `second` begins with "none:" and
says what to do instead. Prices are estimates for one piece without tax, made on the day that hardware/order.toml states.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One kind of part. `value` is in ohm, farad, henry or a type name; `tolerance` is a fraction, 0 where there is none.

    `symbol` names a drawing in circuits/symbols.py, `footprint` one of KiCad's library; empty where the part is not on a
    printed circuit board.
    """

    manufacturer: str
    mpn: str
    second: str
    value: str
    tolerance: float
    package: str
    footprint: str
    symbol: str
    price_eur: float
    description: str


_R0805, _C0805 = (
    "Resistor_SMD:R_0805_2012Metric_Pad1.20x1.40mm_HandSolder",
    "Capacitor_SMD:C_0805_2012Metric_Pad1.18x1.45mm_HandSolder",
)
_KK = "Connector_Molex:Molex_KK-254_AE-6410-{0:02}A_1x{0:02}_P2.54mm_Vertical"


def _thick(value: str, yageo: str, vishay: str) -> Item:
    return Item("Yageo", f"RC0805FR-07{yageo}L", f"Vishay CRCW0805{vishay}FKEA", value, 0.01, "0805", _R0805, "R", 0.02,
                f"resistor {value}Ω 1 %")  # fmt: skip


def _thin(value: str, susumu: str, panasonic: str) -> Item:
    return Item("Susumu", f"RG2012P-{susumu}-B-T5", f"Panasonic ERA-6AEB{panasonic}V", value, 0.001, "0805", _R0805, "R",
                0.25, f"resistor {value}Ω 0.1 %, 25 ppm/K")  # fmt: skip


def _connector(pins: int, molex: str, te: str, price: float) -> Item:
    return Item("Molex", molex, f"TE {te}", f"{pins} pins", 0.0, "2.54 mm, locking", _KK.format(pins), f"J{pins}", price,
                f"wire-to-board header, {pins} pins")  # fmt: skip


CATALOGUE: dict[str, Item] = {
    # Resistors
    "100R": _thick("100", "100R", "100R"),
    "1k": _thick("1k", "1K", "1K00"),
    "10k": _thick("10k", "10K", "10K0"),
    "20k": _thick("20k", "20K", "20K0"),
    "10k_x8": Item("Bourns", "4609X-101-103LF", "Vishay CSC09A0110K0GEK", "8 x 10k", 0.02, "SIP-9",
                   "Resistor_THT:R_Array_SIP9", "RN8", 0.40, "resistor network, 8 x 10 kΩ to one common pin"),
    "100k": _thick("100k", "100K", "100K"),
    "1M": _thick("1M", "1M", "1M00"),
    "1k_0.1%": _thin("1k", "102", "102"),
    "1k02_0.1%": _thin("1.02k", "1021", "1021"),
    "1k69_0.1%": _thin("1.69k", "1691", "1691"),
    "2k_0.1%": _thin("2k", "202", "202"),
    "2k67_0.1%": _thin("2.67k", "2671", "2671"),
    "8k06_0.1%": _thin("8.06k", "8061", "8061"),
    "trimmer_500R": Item("Bourns", "3296W-1-501LF", "Vishay T93YA501KT20", "500", 0.1, "3296W",
                         "Potentiometer_THT:Potentiometer_Bourns_3296W_Vertical", "RV", 1.90,
                         "trimmer 500 Ω, 25 turns"),
    # Capacitors
    "100p": Item("Murata", "GRM2165C1H101FA01D", "Yageo CC0805FRNPO9BN101", "100p", 0.01, "0805", _C0805, "C", 0.05,
                 "capacitor 100 pF C0G 1 % 50 V"),
    "10n": Item("Murata", "GRM2165C1H103JA01D", "KEMET C0805C103J5GACTU", "10n", 0.05, "0805", _C0805, "C", 0.12,
                "capacitor 10 nF C0G 50 V"),
    "100n": Item("Murata", "GRM21BR71H104KA01L", "Yageo CC0805KRX7R9BB104", "100n", 0.1, "0805", _C0805, "C", 0.04,
                 "capacitor 100 nF X7R 50 V"),
    "1u_film": Item("WIMA", "MKS2C041001F00JSSD", "KEMET R82DC4100AA60J", "1u", 0.05, "film, 5 mm pitch",
                    "Capacitor_THT:C_Rect_L7.2mm_W5.5mm_P5.00mm_FKS2_FKP2_MKS2_MKP2", "C", 0.45,
                    "capacitor 1 µF film 5 % 63 V"),
    "22u": Item("Panasonic", "EEU-FR1V220", "Nichicon UPW1V220MDD", "22u", 0.2, "radial 5 x 11 mm",
                "Capacitor_THT:CP_Radial_D5.0mm_P2.00mm", "CP", 0.20, "electrolytic capacitor 22 µF 35 V"),
    "470u": Item("Panasonic", "EEU-FR1A471", "Nichicon UHE1A471MPD", "470u", 0.2, "radial 8 x 11.5 mm",
                 "Capacitor_THT:CP_Radial_D8.0mm_P3.50mm", "CP", 0.35, "electrolytic capacitor 470 µF 10 V"),
    # Inductors
    "10uH": Item("Bourns", "RLB0914-100KL", "Würth 7447720100", "10u", 0.1, "radial, 5 mm pitch",
                 "Inductor_THT:L_Radial_D8.7mm_P5.00mm_Fastron_07HCP", "L", 0.45, "inductor 10 µH, 2 A or more"),
    "ferrite": Item("Murata", "BLM21PG221SN1D", "Würth 742792021", "220R@100MHz", 0.25, "0805",
                    "Inductor_SMD:L_0805_2012Metric_Pad1.05x1.20mm_HandSolder", "L", 0.08, "ferrite bead 220 Ω, 2 A"),
    # Semiconductors
    "BAT54S": Item("onsemi", "BAT54SLT1G", "Nexperia BAT54S,215", "BAT54S", 0.0, "SOT-23",
                   "Package_TO_SOT_SMD:SOT-23_Handsoldering", "DD", 0.10, "two Schottky diodes in series"),
    "1N4148W": Item("Diodes Inc.", "1N4148W-7-F", "Vishay 1N4148W-E3-08", "1N4148W", 0.0, "SOD-123",
                    "Diode_SMD:D_SOD-123", "D", 0.05, "diode, small signal"),
    "1N4004": Item("Vishay", "1N4004-E3/54", "onsemi 1N4004RLG", "1N4004", 0.0, "DO-41",
                   "Diode_THT:D_DO-41_SOD81_P10.16mm_Horizontal", "D", 0.06, "diode 400 V 1 A"),
    "TVS_5V": Item("Littelfuse", "SMBJ5.0A", "Vishay SMBJ5.0A-E3/52", "SMBJ5.0A", 0.0, "DO-214AA",
                   "Diode_SMD:D_SMB_Handsoldering", "Z", 0.30, "suppressor diode 5 V, one direction"),
    "LED_green": Item("Kingbright", "L-934GD", "Vishay TLHG4400", "green", 0.0, "3 mm", "LED_THT:LED_D3.0mm", "LED", 0.10,
                      "LED 3 mm green"),
    "BC847B": Item("Nexperia", "BC847B,215", "onsemi BC847BLT1G", "BC847B", 0.0, "SOT-23",
                   "Package_TO_SOT_SMD:SOT-23_Handsoldering", "NPN", 0.05, "NPN transistor, current gain 200 to 450"),
    "DMG2305UX": Item("Diodes Inc.", "DMG2305UX-7", "Vishay SI2305CDS-T1-GE3", "DMG2305UX", 0.0, "SOT-23",
                      "Package_TO_SOT_SMD:SOT-23_Handsoldering", "PMOS", 0.25, "P-channel MOSFET 20 V"),
    "INA1650": Item("Texas Instruments", "INA1650IPWR",
                    "none: no other maker offers these pads; THAT 1206 needs a new layout and guarantees less rejection",
                    "INA1650", 0.0, "TSSOP-14", "Package_SO:TSSOP-14_4.4x5mm_P0.65mm", "INA1650", 3.60,
                    "dual balanced line receiver, laser trimmed"),
    "THAT1646": Item("THAT Corporation", "1646P08-U", "Texas Instruments DRV134PA", "THAT1646", 0.0, "DIP-8",
                     "Package_DIP:DIP-8_W7.62mm_Socket", "THAT1646", 6.80, "balanced line driver, gain 6 dB"),
    "OPA2134": Item("Texas Instruments", "OPA2134PA", "Texas Instruments LM4562NA/NOPB", "OPA2134", 0.0, "DIP-8",
                    "Package_DIP:DIP-8_W7.62mm_Socket", "OPAMP2", 4.20, "dual operational amplifier, audio"),
    "74HC165": Item("Texas Instruments", "CD74HC165E", "Nexperia 74HC165N,652", "74HC165", 0.0, "DIP-16",
                    "Package_DIP:DIP-16_W7.62mm_Socket", "74HC165", 0.60, "shift register, 8 inputs"),
    # Modules and electromechanics
    "DCDC": Item("Traco Power", "TMR 3-0523", "RECOM RS3-0515D", "5 V to ±15 V", 0.02, "SIP-8",
                 "Converter_DCDC:Converter_DCDC_TRACO_TEC2-12xxWI_24xxWI_48xxWI_THT", "DCDC", 21.00,
                 "DC/DC converter 3 W, 4.5 to 9 V to ±15 V, 100 mA each"),
    "relay": Item("Omron", "G6K-2P-Y-DC5", "TE Axicom IM03TS", "G6K-2P 5V", 0.0, "through-hole, 10 x 6.5 mm",
                  "Relay_THT:Relay_DPDT_Omron_G6K-2P-Y", "RELAY2", 3.40, "relay, 2 changeover contacts, gold, 5 V"),
    "fuse_4A": Item("Schurter", "0034.3123", "Littelfuse 0218004.MXP", "T 4 A", 0.0, "5 x 20 mm", "", "", 0.45,
                    "fuse, slow, 4 A, glass"),
    "fuse_holder": Item("Schurter", "0031.8201", "Schurter 0031.8221 (with cover)", "T 4 A", 0.0, "5 x 20 mm",
                        "Fuse:Fuseholder_Cylinder-5x20mm_Schurter_0031_8201_Horizontal_Open", "F", 1.10,
                        "fuse holder for the board; holds F1, a fuse T 4 A"),
    "DC_terminal": Item("Phoenix Contact", "1935161", "Würth 691137710002", "5 V in", 0.0, "5 mm pitch",
                        "TerminalBlock_Phoenix:TerminalBlock_Phoenix_PT-1,5-2-5.0-H_1x02_P5.00mm_Horizontal", "J2", 0.60,
                        "screw terminal, 2 poles; wires from the inlet"),
    "encoder": Item("Bourns", "PEC11R-4215F-S0024", "Alps EC11E18244AU (same pads, D shaft)", "24 detents", 0.0, "through-hole",
                    "Rotary_Encoder:RotaryEncoder_Alps_EC11E-Switch_Vertical_H20mm", "ENC", 1.80,
                    "encoder with switch, 24 detents, 24 cycles a turn"),
    "key": Item("Omron", "B3F-4055", "Würth 430476085716", "normally open", 0.0, "12 x 12 mm, square plunger",
                "Button_Switch_THT:SW_PUSH-12mm", "KEY", 0.55, "key 12 mm"),
    "ribbon_header": Item("Würth", "61204021621", "TE 1-1634688-0", "2 x 20", 0.0, "2.54 mm, shrouded",
                          "Connector_IDC:IDC-Header_2x20_P2.54mm_Vertical", "HEADER40", 1.20,
                          "shrouded header 2 x 20 for the ribbon cable"),
    "J2": _connector(2, "22-27-2021", "640456-2", 0.20),
    "J3": _connector(3, "22-27-2031", "640456-3", 0.25),
    "J4": _connector(4, "22-27-2041", "640456-4", 0.30),
    "J7": _connector(7, "22-27-2071", "640456-7", 0.50),
    "link": Item("Würth", "61300211121", "Harwin M20-9990246", "link", 0.0, "2.54 mm",
                 "Connector_PinHeader_2.54mm:PinHeader_1x02_P2.54mm_Vertical", "LINK", 0.10,
                 "two pins for a jumper"),
    # Not on a board: drawn nowhere, bought all the same
    "pi": Item("Raspberry Pi", "SC0194 (4B, 4 GB)", "Raspberry Pi SC0193 (4B, 2 GB)", "4B", 0.0, "board", "", "", 58.00,
               "computer; a Pi 5 is for experiments (BUILD.md)"),
    "hat": Item("HiFiBerry", "DAC2 ADC Pro", "HiFiBerry DAC+ ADC Pro", "2.1 Vrms", 0.0, "HAT", "", "", 65.00, "audio board"),
    "card": Item("SanDisk", "SDSQXAO-032G-GN6MA", "Samsung MB-MJ32KA/EU", "32 GB", 0.0, "microSD", "", "", 12.00,
                 "memory card, high endurance class preferred"),
    "display": Item("Newhaven", "NHD-3.12-25664UCW2", "generic 3.12 inch SSD1322 module, 7 pins (other holes)",
                    "256 x 64", 0.0, "module 88 x 27.8 mm", "", "", 62.00, "OLED, SSD1322, 4-wire SPI"),
    "knob": Item("Multicomp", "CR-BA-7C6 (15 mm, 6 mm shaft)", "Cliff CL178844 K12 with cap", "15 mm", 0.0, "6 mm shaft",
                 "", "", 1.50, "knob, at most 17 mm wide"),
    "keycap": Item("Omron", "B32-1610 (round)", "any round top for 12 mm keys, at most 10 mm wide", "round, 9.5 mm", 0.0, "for 12 mm keys", "", "", 0.25, "key top"),
    "xlr_in": Item("Neutrik", "NC3FD-L-1", "Amphenol AC3FD", "female", 0.0, "D flange 26 x 31 mm", "", "", 3.60,
                   "XLR socket, female, solder"),
    "xlr_out": Item("Neutrik", "NC3MD-L-1", "Amphenol AC3MD", "male", 0.0, "D flange 26 x 31 mm", "", "", 3.00,
                    "XLR socket, male, solder"),
    "DC_inlet": Item("Switchcraft", "L722A", "Cliff FC681478 (11 mm hole)", "2.5/5.5 mm", 0.0, "panel, 8 mm hole", "", "", 4.20,
                     "low-voltage inlet 2.5/5.5 mm with lock, 5 A"),
    "foot_jack": Item("Neutrik", "NRJ4HF-1", "Cliff CL1384 (S2/BB)", "6.3 mm", 0.0, "panel, 10 mm hole", "", "", 1.20,
                      "jack 6.3 mm for the foot switch"),
    "psu": Item("Mean Well", "GST25E05-P1M", "XP Power VEL30US050 with 2.5 mm plug", "5 V 4 A", 0.0, "desktop", "", "", 17.00,
                "power supply 5 V 4 A, 2.5/5.5 mm plug, centre positive, protective class I or II"),
    "panel_plate": Item("Schaeffer", "from panel.dxf", "any metal shop: panel.dxf and panel-a4.pdf", "482.6 x 43.66 mm", 0.0,
                        "aluminium 3 mm, anodised", "", "", 68.00, "front panel, milled and engraved"),
    "enclosure": Item("Modushop", "Galaxy GX187 1U (170 mm deep) or enclosure.scad", "Bud CH-14400 1U chassis", "1U", 0.0,
                      "rack case", "", "", 62.00, "case behind the front panel, rear cut by rear.dxf"),
    "pcb_io": Item("any", "analog-io", "any maker: 2 layers, 1.6 mm, FR4", "180 x 100 mm", 0.0, "board", "", "", 14.00,
                   "bare board, analog I/O with bypass"),
    "pcb_panel": Item("any", "front-panel", "any maker: 4 layers, 1.6 mm, FR4", "297 x 38 mm", 0.0, "board", "", "", 38.00,
                      "bare board, front panel"),
    "standoff_m3": Item("Würth", "970100354 (M3 x 10)", "Harwin R30-1001002", "M3 x 10", 0.0, "hexagonal 5.5 mm", "", "", 0.45,
                        "standoff between boards and metal"),
    "standoff_m25": Item("Würth", "970110244 (M2.5 x 11)", "Harwin R25-1001102", "M2.5 x 11", 0.0, "hexagonal 5 mm", "", "", 0.50,
                         "standoff between Pi and HAT, and below the Pi"),
    "stacking": Item("Samtec", "ESQ-120-14-G-D", "Adafruit 2223", "2 x 20, long pins", 0.0, "2.54 mm", "", "", 3.50,
                     "stacking header between Pi, HAT and ribbon"),
    "ribbon": Item("3M", "3365/40 (0.3 m)", "TE 1-57040-6 (0.3 m)", "40 wires", 0.0, "1.27 mm", "", "", 1.80, "ribbon cable, 0.3 m"),
    "idc": Item("3M", "89140-0001", "TE 1658621-9", "2 x 20", 0.0, "IDC socket", "", "", 1.40,
                "ribbon socket; three on one cable"),
    "kk3": Item("Molex", "22-01-3037 with 3 x 08-50-0114", "TE 640440-3", "3 pins", 0.0, "2.54 mm", "", "", 0.60, "cable socket, 3 pins"),
    "kk4": Item("Molex", "22-01-3047 with 4 x 08-50-0114", "TE 640440-4", "4 pins", 0.0, "2.54 mm", "", "", 0.70, "cable socket, 4 pins"),
    "kk7": Item("Molex", "22-01-3077 with 7 x 08-50-0114", "TE 640440-7", "7 pins", 0.0, "2.54 mm", "", "", 0.90, "cable socket, 7 pins"),
    "kk2": Item("Molex", "22-01-3027 with 2 x 08-50-0114", "TE 640440-2", "2 pins", 0.0, "2.54 mm", "", "", 0.50, "cable socket, 2 pins"),
    "jack_plug": Item("Neutrik", "NTP3RC-B", "Rean NYS231BG", "3.5 mm stereo", 0.0, "cable", "", "", 3.20, "plug for the HAT's input"),
    "phono_plug": Item("Neutrik", "NYS352B", "Rean NYS373-0", "phono", 0.0, "cable", "", "", 1.60, "plug for the HAT's outputs"),
    "cable": Item("Mogami", "W2944 (2 m)", "Sommer 200-0451 (2 m)", "2 wires and shield", 0.0, "2.5 mm", "", "", 3.00,
                  "shielded pair for XLRs and HAT"),
    "usb_cable": Item("any", "USB-C to USB-A, VBUS cut (TEST.md, step 9)", "USB isolator with ADuM4160", "USB 2.0", 0.0, "cable", "", "", 8.00,
                      "laptop cable without VBUS"),
    "spacer_panel": Item("Würth", "970070321 (M3 x 7)", "Harwin R30-1000702", "M3 x 7", 0.0, "hexagonal 5.5 mm", "", "", 0.50,
                         "standoff between front panel and its board"),
    "screws": Item("any", "M3 x 6 DIN 7985 (24), M2.5 x 6 (8)", "any", "set", 0.0, "steel", "", "", 3.00, "screws and washers"),
}  # fmt: skip
