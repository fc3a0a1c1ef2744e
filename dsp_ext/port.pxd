# The shared memory of the engine. See `port.pyx`.

from libc.stdint cimport int64_t

from dsp_ext.core cimport Cells, Ring, SeqLock

cdef enum:
    BANDS = 5
    EQ_BANDS = 8
    # Places in CELLS.
    CELL_FRAMES = 0
    CELL_SETTINGS_VERSION
    CELL_EQ_REQUEST
    CELL_EQ_ADOPTED
    CELL_CROSSOVER_REQUEST
    CELL_CROSSOVER_ADOPTED
    CELL_BAD_BLOCKS
    CELL_CLAMPS
    CELL_LATENCY
    CELL_COUNT
    # Places in EVENT_KINDS.
    EVENT_SETTINGS = 0
    EVENT_EQ
    EVENT_CROSSOVER
    EVENT_FADE
    EVENT_FADE_OUT

cdef class EnginePort:
    cdef Cells cells
    cdef SeqLock settings
    cdef Ring meters, events, spectra, scope

    cdef void note(self, int64_t frame, int kind, int64_t version) noexcept nogil
