"""What a recording loses through each model."""

from dataclasses import dataclass

import numpy as np

from dsp_ext.meters import measure
from host_cli.render import analysis

from .models import Model, heard

#: Ranges whose level is compared: name, low and high in Hz.
RANGES = (("bass", 40, 160), ("low mids", 160, 640), ("mids", 640, 2560), ("highs", 2560, 10_240))
#: A change of a range beyond this, relative to the loudness, is said in words, in dB.
SAID_DB = 6.0


@dataclass(frozen=True)
class Situation:
    """`change_lu`: of loudness at the same gain. `ranges_db`: change of the level of each range. `buried_pct`: share of the time
    in which the music is less than 3 dB above the noise."""

    model: Model
    change_lu: float | None
    ranges_db: dict[str, float]
    buried_pct: float
    samples: np.ndarray

    def words(self) -> str:
        """What is lost, in words."""
        lost = [name for name, db in self.ranges_db.items() if db < -SAID_DB]
        raised = [name for name, db in self.ranges_db.items() if db > SAID_DB]
        texts = [f"{' and '.join(lost)} nearly lost"] * bool(lost) + [f"{' and '.join(raised)} much raised"] * bool(
            raised
        )
        if self.buried_pct > 5:
            texts.append(f"{self.buried_pct:.0f} % of the time below the noise")
        if self.model.mono and not self.model.highpass and self.change_lu is not None and self.change_lu < -4:
            texts.append("much is cancelled in mono")
        return "; ".join(texts) or "nothing is lost"


def situation(model: Model, samples: np.ndarray, rate_hz: int, figures: dict) -> Situation:
    """`samples`: float32, shape (2, frames); `figures` of them (`dsp_ext.meters.measure`)."""
    lufs = figures["integrated_lufs"]
    plain = heard(model, samples, rate_hz)
    after = measure(plain, rate_hz)["integrated_lufs"]
    centres = np.array([np.sqrt(low * high) for _, low, high in RANGES])
    levels = [
        [
            analysis.spectrum_db(x, rate_hz, centres[n : n + 1], np.log2(high / low))[0]
            for n, (_, low, high) in enumerate(RANGES)
        ]
        for x in (samples, plain)
    ]
    changes = {name: float(b - a) for (name, _, _), a, b in zip(RANGES, *levels, strict=True)}
    noisy = heard(model, samples, rate_hz, lufs) if model.noise_dbfs is not None else plain
    return Situation(
        model,
        None if after is None or lufs is None else after - lufs,
        changes,
        _buried(model, plain, noisy, rate_hz),
        noisy,
    )


def _buried(model: Model, plain: np.ndarray, noisy: np.ndarray, rate_hz: int) -> float:
    """Share of windows of 0.4 s, in percent, in which the music is less than 3 dB above the noise."""
    length = round(0.4 * rate_hz)
    count = plain.shape[1] // length
    if model.noise_dbfs is None or not count:
        return 0.0
    music, noise = (
        np.mean(x[:, : count * length].reshape(2, count, length).astype(np.float64) ** 2, axis=(0, 2))
        for x in (plain, noisy - plain)
    )
    return float(100 * np.mean(music < 2 * noise)) if noise.any() else 0.0
