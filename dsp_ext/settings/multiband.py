"""Settings of the multiband compressor: those of the whole compressor, and those of each band."""

from .setting import Settings, choice, number, switch

MULTIBAND_BANDS = 5
#: A ratio of this or more counts as infinite.
LIMITING_RATIO = 100

#: The crossovers apply to LR4, shelves and the tilt; the linear split gets its crossovers as kernels. `tilt_db` is the tilt
#: of the detectors' input in dB per octave around 1 kHz.
MULTIBAND = Settings(
    switch("enabled", True),
    switch("mid_side", False),
    choice("split", ("linear", "lr4", "shelves"), "linear"),
    choice("bands", ("2", "3", "4", "5"), "4"),
    number("x1_hz", "Hz", 40, 16000, 120),
    number("x2_hz", "Hz", 40, 16000, 800),
    number("x3_hz", "Hz", 40, 16000, 5000),
    number("x4_hz", "Hz", 40, 16000, 12000),
    number("tilt_db", "dB/oct", -6, 6, 0),
)
BAND = Settings(
    number("threshold_db", "dB", -60, 0, 0),
    number("ratio", "", 1, LIMITING_RATIO, 1),
    number("knee_db", "dB", 0, 24, 6),
    number("range_db", "dB", 0, 60, 60),
    number("attack_ms", "ms", 0.1, 200, 10),
    number("hold_ms", "ms", 0, 500, 0),
    number("release_ms", "ms", 5, 3000, 150),
    switch("adaptive", False),
    number("rms_pct", "%", 0, 100, 0),
    number("lookahead_ms", "ms", 0, 5, 0),
    number("up_threshold_db", "dB", -80, 0, -40),
    number("up_ratio", "", 1, 20, 1),
    number("up_range_db", "dB", 0, 36, 12),
    number("expand_threshold_db", "dB", -80, 0, -60),
    number("expand_ratio", "", 1, 20, 1),
    number("expand_range_db", "dB", 0, 80, 24),
    number("link_pct", "%", 0, 100, 100),
    number("makeup_db", "dB", -12, 12, 0),
    switch("auto_makeup", False),
    number("wet_pct", "%", 0, 100, 100),
    switch("bypass", False),
    switch("solo", False),
    switch("mute", False),
)
