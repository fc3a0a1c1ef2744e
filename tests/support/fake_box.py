"""A box for tests of the link: the real store, presets, engine and meter ring, without processes or a sound card."""

import contextlib
from pathlib import Path

import numpy as np

from dsp_ext import Engine, Ring
from firmware.link.server import Pty, Server
from firmware.presets.document import parse
from firmware.presets.library import PresetLibrary
from firmware.settings import COLUMNS, Learn
from firmware.settings.store import Store
from firmware.system.meters import (
    MeterReader,
    MeterRows,
    average_spectra,
    newest_points,
    newest_relations,
    newest_spectra,
)

RATE_HZ, BLOCK = 48_000, 480
_HEAD = 'format = "burnish-preset"\nschema = 1\nmin_reader = 1\n[meta]\n'
#: Factory presets that stay the same when the real ones change.
FACTORY = (
    _HEAD + 'name = "Neutral"\ntags = ["start"]\nnotes = "All stages are on and change nothing."\n',
    _HEAD + 'name = "Warm"\ntags = ["tone"]\n[eq.b1]\nenabled = true\ngain_db = 1.2\n[limiter]\ngain_db = 2.0\n',
    _HEAD + 'name = "Loud"\ntags = ["loud"]\n[multiband.b1]\nratio = 2.0\n[limiter]\ngain_db = 6.0\nrelease_ms = 60\n',
)


class FakeBox:
    """A `Box` with everything that the link needs. `play` processes a tone in its engine."""

    rate_hz = RATE_HZ

    def __init__(self, user_dir: Path):
        self.store = Store(rate_hz=RATE_HZ)
        self.presets = PresetLibrary(user_dir)
        self.presets._factory = {preset.slug: preset for preset in map(parse, FACTORY)}
        columns = len(Engine.METERS)
        self._ring = Ring(bytearray(Ring.bytes_for(256, columns)), 256, columns)
        self._engine = Engine(RATE_HZ, BLOCK)
        bands = len(Engine.SPECTRA)
        self._spectra = Ring(bytearray(Ring.bytes_for(64, bands)), 64, bands)
        points = len(Engine.SCOPE)
        self._scope = Ring(bytearray(Ring.bytes_for(64, points)), 64, points)
        self._engine.attach(meters=self._ring, spectra=self._spectra, scope=self._scope)
        self.learn = Learn(self.store, MeterRows(self._ring, COLUMNS).read)
        self.xruns = 0

    def meter_reader(self) -> MeterReader:
        return MeterReader(self._ring)

    def spectra(self, average: bool = False) -> np.ndarray:
        return (average_spectra if average else newest_spectra)(self._spectra)

    def relations(self) -> np.ndarray:
        return newest_relations(self._spectra)

    def points(self, seconds: float) -> np.ndarray:
        return newest_points(self._scope, seconds)

    def info(self) -> dict:
        return {
            "version": "0.1.0",
            "serial": "TEST0001",
            "rate_hz": RATE_HZ,
            "period_frames": 128,
            "latency_frames": 7020,
        }

    def counters(self) -> dict:
        return {
            "frames": 123_456_789,
            "xruns": self.xruns,
            "overloads": 0,
            "load_pct": 12.5,
            "load_max_pct": 31.25,
            "bad_blocks": 0,
            "clamps": 0,
            "host_stalls": 0,
            "audio_starts": 1,
            "control_starts": 1,
            "relay_on": True,
        }

    def play(self, seconds: float, level_dbfs: float = -20.0) -> None:
        """Play a 1 kHz tone on both channels through the engine."""
        frames = np.arange(round(seconds * RATE_HZ))
        tone = 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * 1000 / RATE_HZ * frames)
        self._engine.process(np.vstack([tone, tone]).astype(np.float32))


@contextlib.contextmanager
def served(box, link: Path | None = None, **options):
    """Serve `box` on a pseudo terminal: (Pty, Server) while the `with` block runs."""
    pty = Pty(link)
    server = Server(box, pty.fd, **options)
    server.start()
    try:
        yield pty, server
    finally:
        server.stop()
        pty.close()
