"""Simulates the path between the XLR sockets with extreme values of all parts: levels, response, noise, rejection and headroom;
also the inrush current. The HAT between receiver and driver is a connection with a gain of 1: 2.1 V RMS at its input is 0 dBFS
and 2.1 V RMS at its output. Its own noise and tolerance are not in these figures; the trimmers take up a tolerance of 0.3 dB on
either side.
"""

import itertools
import math

import numpy as np

from hardware.circuits import Circuit, circuits

from .spice import Deck, run, text

#: 0 dBFS: +24 dBu at the sockets, 2.1 V RMS at the HAT.
FULL_SCALE_V, HAT_V = 0.7746 * 10 ** (24 / 20), 2.1
LOSS_DB = 20 * math.log10(HAT_V / FULL_SCALE_V)
#: The source at the input has 50 ohm in each wire; the load of the output is 10 kohm and 30 m of cable.
_SOURCE_OHM, _LOAD = 50.0, ["Rload drv_l_p drv_l_n 10k noisy=0", "Cload drv_l_p drv_l_n 3n"]
#: The lowest rejection of the receiver by its data sheet (TI SBOS818, 25 °C), and the largest gain errors, as fractions.
INA_REJECTION_DB, INA_GAIN, DRIVER_GAIN = 85.0, 0.0005, 0.02
#: The smallest distance between signal and supply voltage that the data sheet of each part requires, in volts.
SWING_V = {"INA1650": 0.9, "OPA2134": 1.5, "THAT1646": 2.8}


def _ac(circuits_used: list[Circuit], deck: Deck, sources: list[str], out: str, points="dec 10 10 200k"):
    """Frequency in Hz and complex voltage of the node or difference `out`."""
    data = run(
        text(
            circuits_used,
            deck,
            sources,
            [f"ac {points}", f"let o={out}", "let re=real(o)", "let im=imag(o)", "wrdata out.txt re im"],
        ),
        3,
    )
    return data[:, 0], data[:, 1] + 1j * data[:, 2]


def _at(frequency, response, hz: float) -> float:
    return float(np.interp(math.log(hz), np.log(frequency), 20 * np.log10(np.abs(response))))


def balanced(volts=1.0, ohm=_SOURCE_OHM) -> list[str]:
    """A balanced source at the left input, and the loads of the receiver."""
    return [f"Vp sp 0 AC {volts / 2} SIN(0 {volts / 2} 1k)", f"Vm sm 0 AC {-volts / 2} SIN(0 {-volts / 2} 1k)",
            f"Rsp sp in_l_p {ohm}", f"Rsm sm in_l_n {ohm}", "Rin1 in_r_p 0 50", "Rin2 in_r_n 0 50", "Rch chassis 0 0.01",
            "Rhat adc_l 0 20k noisy=0", "Rhat2 adc_r 0 20k noisy=0"]  # fmt: skip


def dac(volts=1.0) -> list[str]:
    """The HAT's left output, and the load of the driver."""
    return [f"Vdac dac_l 0 AC {volts} SIN(0 {volts} 1k)", "Vdac2 dac_r 0 0", "Rch chassis 0 0.01", *_LOAD]


def receiver(deck: Deck | None = None, circuit: Circuit | None = None):
    """Response from the source behind a left input to the HAT: (Hz, complex)."""
    return _ac([circuit or circuits()["receiver"]], deck or Deck(), balanced(), "v(adc_l)")


def driver(deck: Deck | None = None, circuit: Circuit | None = None):
    """Response from the HAT to the loaded left output: (Hz, complex)."""
    return _ac([circuit or circuits()["driver"]], deck or Deck(), dac(), "v(drv_l_p)-v(drv_l_n)")


def trim_range_db(circuit: Circuit | None = None) -> tuple[float, float]:
    """The range of the input trimmer in dB relative to the required loss: the smallest reach upwards and downwards over the
    tolerances of the parts."""
    up, down = [], []
    for trim, found in ((0.0, up), (1.0, down)):
        for sign in (-1, 1):
            deck = Deck(_resistors("receiver", sign), {"RV215": trim}, {"ina_gain": 1 + sign * INA_GAIN})
            found.append(_at(*receiver(deck, circuit), 1000.0) - LOSS_DB)
    return min(up), max(down)


def output_trim_range_db(circuit: Circuit | None = None) -> tuple[float, float]:
    """The same for the output trimmer, relative to the required gain: upwards, downwards."""
    up, down = [], []
    for trim, found in ((1.0, up), (0.0, down)):
        for sign in (-1, 1):
            deck = Deck(_resistors("driver", sign), {"RV314": trim}, {"driver_gain": 1 + sign * DRIVER_GAIN})
            found.append(_at(*driver(deck, circuit), 1000.0) + LOSS_DB)
    return min(up), max(down)


def untrimmed_db(circuit: Circuit | None = None) -> float:
    """The difference of the input from the required loss in dB, with nominal parts and the trimmer at its centre."""
    return _at(*receiver(circuit=circuit), 1000.0) - LOSS_DB


def _resistors(name: str, sign: int, parts_per_million: float | None = None) -> dict[str, float]:
    """Every resistor of a circuit at an end of its tolerance: those in series higher, those to ground lower, so that the gain
    changes most."""
    scale = {}
    for ref, part in circuits()[name].parts.items():
        if part.item.symbol in ("R", "RV"):
            to_ground = ref[-1] in "36" if name == "receiver" else ref[-1] in "3"
            size = (
                part.item.tolerance
                if parts_per_million is None
                else parts_per_million * 1e-6 * (4 if ref.startswith("RV") else 1)
            )
            scale[ref] = 1 + sign * size * (-1 if to_ground else 1)
    return scale


def drift_db() -> tuple[float, float]:
    """Change of (input gain, XLR to XLR gain) from 25 °C to 0 or 60 °C, worst case, after trimming at 25 °C.

    Thin-film resistors 25 ppm/K each in the worst direction, trimmers 100 ppm/K, receiver 5 ppm/K, driver 10 ppm/K.
    """
    span, whole, inputs = 35.0, [], []
    for sign in (-1, 1):
        deck = Deck(_resistors("receiver", sign, 25 * span), model={"ina_gain": 1 - sign * 5e-6 * span})
        moved_in = _at(*receiver(deck), 1000.0) - _at(*receiver(), 1000.0)
        deck = Deck(_resistors("driver", -sign, 25 * span), model={"driver_gain": 1 - sign * 10e-6 * span})
        moved_out = _at(*driver(deck), 1000.0) - _at(*driver(), 1000.0)
        inputs.append(abs(moved_in))
        whole.append(abs(moved_in) + abs(moved_out))
    return max(inputs), max(whole)


def response_db() -> dict[float, float]:
    """The gain from XLR to XLR at 20 Hz and 20 kHz relative to 1 kHz, in dB: the worst case with every capacitor 5 % larger or
    smaller."""
    worst = {}
    for sign in (-1, 0, 1):
        scales = {name: {ref: 1 + sign * part.item.tolerance for ref, part in circuits()[name].parts.items() if part.item.symbol == "C"}
                  for name in ("receiver", "driver")}  # fmt: skip
        frequency, first = receiver(Deck(scales["receiver"]))
        _, second = driver(Deck(scales["driver"]))
        for hz in (20.0, 20_000.0):
            value = _at(frequency, first * second, hz) - _at(frequency, first * second, 1000.0)
            worst[hz] = value if hz not in worst or abs(value) > abs(worst[hz]) else worst[hz]
    return worst


def noise_dbfs() -> dict[str, float]:
    """Noise from 20 Hz to 20 kHz in dBFS, at 60 °C: of the receiver at the HAT, the driver at its output, and both together."""
    volts = {}
    for name, out, source, sources in (
        ("receiver", "adc_l", "Vp", balanced()),
        ("driver", "drv_l_p,drv_l_n", "Vdac", dac()),
    ):
        deck = Deck(temperature_c=60.0)
        commands = [
            f"noise v({out}) {source} dec 40 20 20k",
            "setplot noise2",
            "let total=onoise_total",
            "wrdata out.txt total",
        ]
        volts[name] = float(run(text([circuits()[name]], deck, sources, commands), 2)[0, -1])
    result = {
        "receiver": 20 * math.log10(volts["receiver"] / HAT_V),
        "driver": 20 * math.log10(volts["driver"] / FULL_SCALE_V),
    }
    result["XLR to XLR"] = 10 * math.log10(sum(10 ** (value / 10) for value in result.values()))
    return result


def rejection_db(circuit: Circuit | None = None) -> dict[float, float]:
    """The lowest common-mode rejection at 50 Hz, 1 kHz and 10 kHz, in dB: with the guaranteed rejection of the receiver, the
    worst tolerances of the resistors and capacitors of the pad, and a difference of 10 ohm between the wires of the source."""
    used = circuit or circuits()["receiver"]
    # Both inputs have the same magnitude, so the model's term of each input has half of the error.
    error = 10 ** (-INA_REJECTION_DB / 20) / 2
    tolerance = {ref: part.item.tolerance for ref, part in used.parts.items()}
    worst: dict[float, float] = {}
    for resistors, capacitors, receiver_sign, unequal in itertools.product((-1, 1), (-1, 1), (-1, 1), (-10, 10)):
        scale = {"R211": 1 + resistors * tolerance["R211"], "R212": 1 - resistors * tolerance["R212"],
                 "C211": 1 + capacitors * tolerance["C211"], "C212": 1 - capacitors * tolerance["C212"]}  # fmt: skip
        deck = Deck(scale, model={"ina_cm": receiver_sign * error})
        sources = [
            "Vcm cm 0 AC 1",
            f"Rsp cm in_l_p {_SOURCE_OHM + unequal}",
            f"Rsm cm in_l_n {_SOURCE_OHM}",
            *balanced()[4:],
        ]
        frequency, through = _ac([used], deck, sources, "v(adc_l)")
        _, wanted = _ac([used], deck, balanced(), "v(adc_l)")
        for hz in (50.0, 1000.0, 10_000.0):
            value = _at(frequency, wanted, hz) - _at(frequency, through, hz)
            worst[hz] = min(worst.get(hz, math.inf), value)
    return worst


def headroom_db(supply_v: float = 13.5) -> dict[str, float]:
    """The headroom of each part above +24 dBu with supplies of ±`supply_v`, in dB."""
    peak_in, peak_hat = FULL_SCALE_V * math.sqrt(2), HAT_V * math.sqrt(2)
    _, inside = _ac([circuits()["receiver"]], Deck(), balanced(), "v(received_l)")
    _, buffered = _ac([circuits()["receiver"]], Deck(), balanced(), "v(buffered_l)")
    _, first = _ac([circuits()["driver"]], Deck(), dac(), "v(preamp_l)")
    _, leg = _ac([circuits()["driver"]], Deck(), dac(), "v(drive_l_p)")
    middle = len(inside) * 2 // 5
    peaks = {"receiver": (peak_in * abs(inside[middle]), "INA1650"), "input buffer": (peak_in * abs(buffered[middle]), "OPA2134"),
             "output stage": (peak_hat * abs(first[middle]), "OPA2134"), "driver, each leg": (peak_hat * abs(leg[middle]), "THAT1646")}  # fmt: skip
    return {name: 20 * math.log10((supply_v - SWING_V[part]) / peak) for name, (peak, part) in peaks.items()}


def supply() -> list[str]:
    """A running 5 V supply that is plugged in at 10 µs, and its loads."""
    return ["Vpsu psu 0 5", "Rpsu psu cap 0.03", "Cpsu cap 0 2m IC=5", "Lcable cap far 1u IC=0",
               "Splug far inlet2 gate 0 contact", "Vgate gate 0 PWL(0 0 10u 0 11u 1)", ".model contact SW(VT=0.5 VH=0 RON=0.06 ROFF=1e9)",
               "Vmeter inlet2 inlet 0", "Rpi p5v pi 0.02", "Cpi pi 0 300u", "Rmin raw_p 0 1k", "Rmin2 raw_n 0 1k", "Rch chassis 0 1"]  # fmt: skip


def inrush() -> dict[str, float]:
    """Plugging in a running 5 V supply: peak current in A, and the fuse's heating in A²s.

    The supply: 2 mF, 30 milliohm, and 60 milliohm with 1 µH of cable and plug; behind the inlet this board and 300 µF with
    20 milliohm of the Pi and its HAT.
    """
    deck = text([circuits()["power"]], Deck(), supply(), ["tran 1u 5m 0 1u uic", "wrdata out.txt i(vmeter)"])
    time_s, current = run(deck, 2).T
    return {"peak_a": float(current.max()), "heating_a2s": float(np.trapezoid(current**2, time_s))}
