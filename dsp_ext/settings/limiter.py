"""Settings of the limiter. A time of 0 ms means the time of the style."""

from .setting import Settings, choice, number, switch

#: Times of each style in ms: look-ahead; hold and release of the dips; release of the lasting reduction; how long a reduction
#: must be needed before the lasting reduction takes it over. The last value, in dB, is how far below the ceiling the mid dips
#: begin to act on low frequencies. There are also settings for the first four values.
LIMITER_STYLES = {
    "transparent": (10.0, 0.0, 1.0, 60.0, 140.0, 0.55),
    "punchy": (6.7, 0.0, 1.0, 40.0, 200.0, 0.5),
    "aggressive": (5.0, 0.0, 1.0, 20.0, 200.0, 0.25),
}
#: The values of every style at the highest gain: the shortest dips, which allow the highest loudness. See `limiter.pyx`.
LIMITER_DRIVEN = (1.4, 0.0, 1.0, 20.0, 200.0, 0.25)
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
