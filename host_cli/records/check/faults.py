"""The faults that a check knows: what to say about each, and what to do in the mix; and the check itself."""

from dataclasses import dataclass

import numpy as np

from dsp_ext.meters import measure

from . import events, levels, source, stereo, tone
from .fault import FIX, LOOK, Fault, Mix

#: name: (what it is, what to do in the mix instead of in mastering, the picture that shows it: "time" or "tone")
FAULTS = {
    "clipping": ("the mix is clipped", "lower the channel or bus that clips, and export again", "time"),
    "overs": ("peaks between samples exceed full scale", "lower the mix by a few dB, or export as float", "time"),
    "limiting": ("a limiter or maximiser was probably on the mix bus", "export again without it", "time"),
    "normalised": (
        "the mix was normalised, or just fits",
        "export without normalising; the level itself does not matter",
        "time",
    ),
    "dc": ("there is a DC offset", "put a high-pass at 10 Hz on the track that has it", "time"),
    "balance": (
        "one channel is much louder than the other",
        "check panning, and the cable or routing of the quieter side",
        "time",
    ),
    "lossy": ("the top ends like that of an MP3 or AAC file", "export from the session, not from a lossy file", "tone"),
    "converted": ("the file was converted from a lower sampling rate", "export at the rate of the session", "tone"),
    "16_bit": ("the samples have only 16 bits", "export with 24 bits or as float, without dither", "time"),
    "polarity": ("one channel is inverted", "invert the polarity of one side, or of the track that does it", "time"),
    "mono_loss": (
        "much is lost in mono",
        "reduce widening effects, or check tracks that were doubled by delay or inversion",
        "time",
    ),
    "wide_bass": ("the low end is not in phase", "make bass and kick mono below 120 Hz", "time"),
    "mud": ("200 to 400 Hz stands out", "cut there on guitars, keyboards or room tracks that mask each other", "tone"),
    "harshness": ("2.5 to 4 kHz stands out", "cut there on the voice, guitar or cymbals that hurt", "tone"),
    "sibilance": ("sibilants are strong", "use a de-esser on the voice, not on the mix", "time"),
    "noise": (
        "noise is audible where the music pauses",
        "mute or gate noisy tracks in pauses, and fade the ends",
        "time",
    ),
    "hum": ("there is hum where the music pauses", "find the track that hums, and mute or filter it", "time"),
    "clicks": ("there are clicks", "put crossfades at edits, or repair the track", "time"),
    "dropouts": ("the sound is interrupted", "export again with a larger buffer, or offline", "time"),
    "silence": (
        "there is long silence at an end",
        "trim the file; 0.5 s before and the whole tail after it are right",
        "time",
    ),
    "cut_end": ("the end is cut off", "export until the tail has faded away", "time"),
    "silent": ("the file is silent", "check what was exported", "time"),
}

_DETECTORS = (
    levels.clipping, levels.overs, levels.limiting, levels.normalised, levels.offset, levels.balance, source.lossy,
    source.converted, source.short_words, stereo.polarity, stereo.mono_loss, stereo.wide_bass, tone.mud, tone.harshness,
    tone.sibilance, events.clicks, events.dropouts, events.noise_and_hum, events.ends,
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """`grade`: ready, look or fix, the worst of the faults."""

    grade: str
    faults: tuple[Fault, ...]
    mix: Mix


def check(samples: np.ndarray, rate_hz: int, bits: int | None) -> Verdict:
    """All faults of a mix: float32 samples, shape (2, frames), full scale ±1; `bits` of the file, None for float."""
    mix = Mix(samples, rate_hz, bits, measure(samples, rate_hz))
    found = tuple(fault for detector in _DETECTORS for fault in detector(mix))
    grades = {fault.grade for fault in found}
    return Verdict(FIX if FIX in grades else LOOK if LOOK in grades else "ready", found, mix)
