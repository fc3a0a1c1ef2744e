"""Settings of the whole engine by their ids, in the order of the vector that the control side shares with it."""

from dataclasses import replace

from .eq import EQ, EQ_BAND
from .limiter import LIMITER
from .multiband import BAND, MULTIBAND, MULTIBAND_BANDS
from .output import DITHER, SATURATOR, STEREO
from .setting import Setting, Settings, number, switch


def _of(prefix: str, settings: Settings) -> list[Setting]:
    return [replace(setting, name=f"{prefix}.{name}") for name, setting in settings.items()]


#: Each new value of `meter.epoch` restarts integrated loudness, range and maxima.
CHAIN = (
    number("input.trim_db", "dB", -24, 24, 0),
    switch("chain.bypass", False),
    switch("chain.mute", False),
    switch("meter.running", True),
    number("meter.epoch", "", 0, 1e9, 0),
    number("chain.match_wet_db", "dB", -24, 0, 0),
    number("chain.match_dry_db", "dB", -24, 0, 0),
    switch("output.dc_filter", False),
)
ENGINE = Settings(
    *CHAIN,
    *_of("dither", DITHER),
    *_of("saturator", SATURATOR),
    *_of("limiter", LIMITER),
    *_of("multiband", MULTIBAND),
    *_of("stereo", STEREO),
    *(setting for n in range(1, MULTIBAND_BANDS + 1) for setting in _of(f"multiband.b{n}", BAND)),
)
#: The settings that are set through the EQ's designer instead of the vector.
DESIGNED = Settings(
    *_of("eq", EQ), *(setting for n, band in enumerate(EQ_BAND, 1) for setting in _of(f"eq.b{n}", band))
)
