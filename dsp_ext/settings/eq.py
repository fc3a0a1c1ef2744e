"""Settings of the equaliser. The audio thread does not read them: the designer makes kernels or filter sections from them."""

from .setting import Settings, choice, number, switch

EQ_BANDS = 8
#: Length of the kernels in taps at 44.1 and 48 kHz, by the words of the setting.
EQ_TAPS = {"4k": 4096, "8k": 8192, "16k": 16384, "32k": 32768}
#: The highest frequency of a band as a part of the sampling rate. The range of the setting is the one at 192 kHz;
#: lower rates allow less.
EQ_HIGHEST = 0.45

EQ = Settings(
    switch("enabled", True),
    choice("mode", ("linear", "minimum", "mixed"), "linear"),
    number("mix_pct", "%", 0, 100, 50),
    choice("resolution", tuple(EQ_TAPS), "8k"),
    switch("auto_gain", False),
    choice("solo", ("off", *map(str, range(1, EQ_BANDS + 1))), "off"),
)


def _band(kind: str, freq_hz: float) -> Settings:
    return Settings(
        switch("enabled", False),
        choice("type", ("bell", "low_shelf", "high_shelf", "low_cut", "high_cut", "notch", "tilt"), kind),
        number("freq_hz", "Hz", 10, 86400, freq_hz),
        number("gain_db", "dB", -18, 18, 0),
        number("q", "", 0.1, 40, 0.71),
        choice("slope", ("6", "12", "18", "24", "30", "36", "42", "48"), "12"),
        choice("placement", ("stereo", "left", "right", "mid", "side"), "stereo"),
        switch("dynamic", False),
        number("dyn_threshold_db", "dB", -80, 0, -20),
        number("dyn_ratio", "", 1, 100, 2),
        number("dyn_range_db", "dB", -18, 18, -6),
        number("dyn_attack_ms", "ms", 0.1, 200, 10),
        number("dyn_release_ms", "ms", 5, 3000, 150),
    )


#: The settings of each band. The bands differ only in the defaults of their type and frequency.
EQ_BAND = tuple(
    _band(kind, freq_hz)
    for kind, freq_hz in zip(
        ("low_shelf", *("bell",) * 6, "high_shelf"), (40, 90, 200, 450, 1000, 2500, 6000, 12000), strict=True
    )
)
