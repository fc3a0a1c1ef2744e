"""A feed for pictures of the monitor: its meters, spectrum and settings do not change, and it needs no box."""

import math
from types import SimpleNamespace

from firmware.contract import params

#: Settings with processing in every panel.
SETTINGS = {
    "eq.b1.enabled": True, "eq.b1.type": "low_cut", "eq.b1.freq_hz": 30.0, "eq.b3.enabled": True, "eq.b3.gain_db": -3.0,
    "eq.b3.freq_hz": 350.0, "eq.b8.enabled": True, "eq.b8.type": "high_shelf", "eq.b8.freq_hz": 8000.0, "eq.b8.gain_db": 2.5,
    "limiter.gain_db": 6.0, "multiband.b2.bypass": True,
}  # fmt: skip
FRAME = {
    "in_peak_l_dbfs": -9.5, "in_peak_r_dbfs": -11.0, "out_peak_l_dbfs": -1.2, "out_peak_r_dbfs": -0.05,
    "out_tp_l_dbtp": -1.0, "out_tp_r_dbtp": -1.3, "out_momentary_lufs": -12.8, "out_short_lufs": -13.6,
    "out_integrated_lufs": -14.3, "out_lra_lu": 6.2, "gr_b1_db": -3.4, "gr_b2_db": 0.0, "gr_b3_db": -1.2, "gr_b4_db": -6.8,
    "gr_b5_db": -0.4, "gr_limiter_db": -2.7, "load_pct": 31.0, "xruns": 0,
}  # fmt: skip


class StillFeed:
    """Has the attributes of `host_cli.box.Feed`. Actions are kept in `done` and not performed; `set` changes the value."""

    def __init__(self, **settings):
        self.table = params.BY_ID
        self.values = {p.id: p.to_plain(p.default) for p in params.TABLE} | SETTINGS | settings
        self.frame, self.stale = dict(FRAME), False
        self.state = SimpleNamespace(ab="a", preset="Streaming -14", edited=True, rev=7)
        self.presets = [SimpleNamespace(name=name) for name in ("Air", "Glue", "Loud", "Streaming -14", "Warm")]
        hz = [20 * 1000 ** (n / 95) for n in range(96)]
        before = [-30 - 9 * math.log10(f / 60) ** 2 - 4 * math.sin(f**0.3) for f in hz]
        self.spectrum = {"hz": hz, "input": before, "output": [level + 7 for level in before]}
        self.target_lufs = -14.0
        self.message, self.rate_hz, self.revision, self.done = "", 48_000, 1, []

    def set(self, id, plain):
        """Change a value at once."""
        self.values = {**self.values, id: plain}
        self.revision += 1

    def do(self, action):
        """Keep the action."""
        self.done.append(action)
