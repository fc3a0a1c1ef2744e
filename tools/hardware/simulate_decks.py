"""The SPICE decks in hardware/spice: each sheet with nominal parts, for use with `ngspice deck.cir`."""

from hardware.circuits import circuits

from . import simulate_audio, simulate_bypass
from .spice import Deck, text


def decks() -> dict[str, str]:
    """File name to deck."""
    made = circuits()
    source, stop_s = simulate_bypass.pulses(30, 3.3, end_high=True)
    show = "print vdb({0}) > {1}.out"
    return {
        "relay.cir": text(
            [made["relay"]],
            Deck(),
            [source, "Vcc p5v 0 5"],
            [f"tran 0.1m {stop_s + 0.06:.4f} 0 0.1m", "wrdata relay.out v(hold) v(coil)"],
        ),
        "receiver.cir": text(
            [made["receiver"]],
            Deck(),
            simulate_audio.balanced(),
            ["ac dec 10 10 200k", show.format("adc_l", "receiver")],
        ),
        "driver.cir": text(
            [made["driver"]],
            Deck(),
            simulate_audio.dac(),
            ["ac dec 10 10 200k", show.format("drv_l_p,drv_l_n", "driver")],
        ),
        "power.cir": text(
            [made["power"]], Deck(), simulate_audio.supply(), ["tran 1u 5m 0 1u uic", "wrdata power.out i(vmeter)"]
        ),
    }
