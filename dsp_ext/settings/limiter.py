"""Settings of the limiter. A time of 0 ms means the time of the style."""

from .setting import Settings, choice, number, switch

#: Look-ahead, hold, release and slow release of each style, in ms. A slow release of 0 is switched off.
LIMITER_STYLES = {
    "transparent": (10.0, 20.0, 120.0, 1200.0),
    "punchy": (4.0, 12.0, 60.0, 500.0),
    "aggressive": (1.5, 10.0, 20.0, 0.0),
}
LIMITER = Settings(
    switch("enabled", True),
    number("gain_db", "dB", -12, 24, 0),
    number("ceiling_dbtp", "dBTP", -12, 0, -1),
    choice("style", tuple(LIMITER_STYLES), "transparent"),
    number("lookahead_ms", "ms", 0, 10, 0),
    number("hold_ms", "ms", 0, 50, 0),
    number("release_ms", "ms", 0, 1000, 0),
    number("slow_release_ms", "ms", 0, 5000, 0),
    number("link_fast_pct", "%", 0, 100, 100),
    number("link_slow_pct", "%", 0, 100, 100),
    switch("true_peak", True),
    switch("unity_listen", False),
    switch("delta", False),
)
