"""Settings of the processors after the compressor: stereo width, saturator and dither."""

from .setting import Settings, choice, number, switch

STEREO = Settings(
    switch("enabled", True),
    number("width_low_pct", "%", 0, 200, 100),
    number("width_mid_pct", "%", 0, 200, 100),
    number("width_high_pct", "%", 0, 200, 100),
    number("split_low_hz", "Hz", 40, 2000, 200),
    number("split_high_hz", "Hz", 500, 12000, 4000),
    switch("mono", False),
    number("mono_hz", "Hz", 20, 500, 120),
    number("balance_pct", "%", -100, 100, 0),
    switch("invert_left", False),
    switch("invert_right", False),
)
SATURATOR = Settings(
    switch("enabled", False),
    number("drive_db", "dB", -24, 36, 0),
    choice("curve", ("cubic", "tanh", "hard", "tube"), "cubic"),
    number("mix_pct", "%", 0, 100, 100),
)
#: `bits` is the word length of the output.
DITHER = Settings(
    choice("bits", ("off", "16", "20", "24"), "off"),
    choice("shape", ("flat", "gentle", "strong"), "flat"),
)
