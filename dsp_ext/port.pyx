# cython: boundscheck=False, wraparound=False, cdivision=True
"""EnginePort: the shared memory through which the control side sets the engine and reads its meters."""

from dsp_ext.core cimport Cells, Ring, SeqLock

from dsp_ext.meters import BANDS_HZ as _BANDS_HZ, FIELDS as _METER_FIELDS, POINTS as _POINTS
from dsp_ext.settings import ENGINE as _SETTINGS

#: Columns of the ring of meters: name, and how several rows merge into one (by the maximum, the minimum, the value furthest
#: from 0, or the last value). There is one row every 10 ms. `gr` is the gain of the compressor's bands and of the limiter;
#: `eq` is the change of a dynamic EQ band's gain, up or down; `level` is what the detector of a compressor's band hears.
METERS = (
    ("frame", "last"),
    *((f"in_{name}", merge) for name, merge in _METER_FIELDS),
    *((f"out_{name}", merge) for name, merge in _METER_FIELDS),
    *((f"gr_b{band + 1}_db", "min") for band in range(BANDS)),
    ("gr_limiter_db", "min"),
    *((f"eq_b{band + 1}_db", "furthest") for band in range(EQ_BANDS)),
    *((f"level_b{band + 1}_dbfs", "max") for band in range(BANDS)),
)
#: Columns of the ring of spectra: the levels of the bands of `spectrum.BANDS_HZ`, in dB, and the relations of left and right at the
#: output (`Spectrum.read_relations`). There is one row every 40 ms.
SPECTRA = ("frame", *(f"{what}_{hz:.0f}_hz" for what in ("in", "out", "out_cross", "out_lean") for hz in _BANDS_HZ))
#: Columns of the ring of the scope: samples of the output, see `scope.pyx`. There is one row every 10 ms.
SCOPE = ("frame", *(f"{side}_{n}" for n in range(_POINTS) for side in ("left", "right")))
#: Integers in shared memory: counters that the engine writes, and requests for new kernels. A request is the
#: number 2 version + bank. The engine copies it to the matching `adopted` counter when it has changed to that bank; then the
#: other bank may be rewritten.
CELLS = (
    "frames",
    "settings_version",
    "eq_request",
    "eq_adopted",
    "crossover_request",
    "crossover_adopted",
    "bad_blocks",
    "clamps",
    "latency_frames",
)
#: Columns of the ring of events: the engine adopted `version` of `kind` before it processed `frame`.
EVENTS = ("frame", "kind", "version")
#: Kinds of events.
EVENT_KINDS = ("settings", "eq", "crossover", "fade", "fade_out")


cdef class EnginePort:
    """The parts that are attached; the others are None. Cells are in private memory until others are attached."""

    def __init__(self):
        assert len(CELLS) == CELL_COUNT
        self.cells = Cells(bytearray(Cells.bytes_for(CELL_COUNT)), CELL_COUNT)

    def attach(self, Cells cells, SeqLock settings, Ring meters, Ring events, Ring spectra, Ring scope):
        """[control] Use these parts from now on. None keeps the part that is in use. Meters, spectra and the scope are only computed
        if they have a ring.

        Raises ValueError if a size differs from the tables above.
        """
        if settings is not None and settings.count != len(_SETTINGS):
            raise ValueError(f"settings must hold {len(_SETTINGS)} values, not {settings.count}")
        for name, ring, columns in (("meters", meters, METERS), ("events", events, EVENTS), ("spectra", spectra, SPECTRA),
                                    ("scope", scope, SCOPE)):
            if ring is not None and ring.columns != len(columns):
                raise ValueError(f"{name} must have {len(columns)} columns, not {ring.columns}")
        self.cells = self.cells if cells is None else cells
        self.settings = self.settings if settings is None else settings
        self.meters = self.meters if meters is None else meters
        self.events = self.events if events is None else events
        self.spectra = self.spectra if spectra is None else spectra
        self.scope = self.scope if scope is None else scope

    cdef void note(self, int64_t frame, int kind, int64_t version) noexcept nogil:
        """[audio] Add a row to the ring of events."""
        cdef double *row
        if self.events is not None:
            row = self.events.next_row()
            row[0] = <double> frame
            row[1] = kind
            row[2] = <double> version
            self.events.commit()
