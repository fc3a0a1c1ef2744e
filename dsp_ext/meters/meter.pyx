# cython: boundscheck=False, wraparound=False, cdivision=True
# Chunks are cut to the buffer and to the 10 ms frame; divisors are checked where they can be zero.
"""Meter: all measurements at one point of the chain. The sound passes unchanged, bit for bit.

The work is divided into frames of 10 ms, counted from the first frame after `prepare` or `reset`. The meter shows the values
of the last complete one:

| field | meaning |
|---|---|
| peak_l_dbfs, peak_r_dbfs | largest sample since the last read |
| tp_l_dbtp, tp_r_dbtp | true peak since the last read (`true_peak.pyx`; 66 frames late) |
| rms_l_dbfs, rms_r_dbfs | over 400 ms; a full-scale sine reads -3.01 |
| momentary_lufs, short_lufs, integrated_lufs, lra_lu, max_momentary_lufs, max_short_lufs | see `loudness.pyx` |
| max_tp_dbtp | since the restart |
| correlation | over 400 ms, -1 to 1; 0 where a channel is silent |
| balance_db | right minus left, over 400 ms, within ±150; 0 in silence |
| dc_l, dc_r | mean over 3 s, full scale 1 |
| clips | samples at 24-bit full scale or above since the restart, both channels |
| tp_hold_dbtp | true peak of the last 3 s |
| crest_db | largest sample minus RMS over 400 ms, the larger of both channels; 0 in silence |
| plr_db | max_tp_dbtp - integrated_lufs (AES TD1008), 0 until there is an integrated loudness |
| psr_db | tp_hold_dbtp - short_lufs (AES 143, e-Brief 373), 0 in silence |
| lra_stable | 1 after 60 s of measuring (EBU Tech 3342), else 0 |
| measured_s | seconds since the restart, without pauses |
"""

import numpy as np

from libc.math cimport sqrt

from dsp_ext.core cimport Processor, largest_magnitude, power_to_db
from .k_weighting cimport KWeighting
from .levels cimport (
    LEVELS_LONG, LEVELS_SHORT, MEAN_L, MEAN_R, PEAK_L, PEAK_R, PRODUCT, SQUARE_L, SQUARE_R, TRUE_PEAK, Levels,
)
from .loudness cimport Loudness
from .true_peak cimport TruePeak

from .loudness import FLOOR_DB

cdef enum:
    CHUNK = 256
    POINTS = 16  # points of the waveform per sample: at worst -0.034 dB, at 0.45 of the rate
    PEAK_L_DBFS = 0
    PEAK_R_DBFS
    TP_L_DBTP
    TP_R_DBTP
    RMS_L_DBFS
    RMS_R_DBFS
    MOMENTARY_LUFS
    SHORT_LUFS
    INTEGRATED_LUFS
    LRA_LU
    MAX_MOMENTARY_LUFS
    MAX_SHORT_LUFS
    MAX_TP_DBTP
    CORRELATION
    BALANCE_DB
    DC_L
    DC_R
    CLIPS
    TP_HOLD_DBTP
    CREST_DB
    PLR_DB
    PSR_DB
    LRA_STABLE
    MEASURED_S

#: The values of `read`, in order, and how the values of several 10 ms frames merge into one.
FIELDS = (
    ("peak_l_dbfs", "max"),
    ("peak_r_dbfs", "max"),
    ("tp_l_dbtp", "max"),
    ("tp_r_dbtp", "max"),
    ("rms_l_dbfs", "last"),
    ("rms_r_dbfs", "last"),
    ("momentary_lufs", "last"),
    ("short_lufs", "last"),
    ("integrated_lufs", "last"),
    ("lra_lu", "last"),
    ("max_momentary_lufs", "last"),
    ("max_short_lufs", "last"),
    ("max_tp_dbtp", "last"),
    ("correlation", "last"),
    ("balance_db", "last"),
    ("dc_l", "last"),
    ("dc_r", "last"),
    ("clips", "last"),
    ("tp_hold_dbtp", "last"),
    ("crest_db", "last"),
    ("plr_db", "last"),
    ("psr_db", "last"),
    ("lra_stable", "last"),
    ("measured_s", "last"),
)

#: The lowest and the highest rate of the meter, in Hz. Below the lowest, the bilinear transform of the K-weighting is not the
#: frequency response of the standard any more: at 8 kHz it would be up to 0.29 dB too high.
LOWEST_HZ, HIGHEST_HZ = 44100, 384000

cdef double FLOOR = FLOOR_DB
cdef double SILENT = 10.0 ** (FLOOR_DB / 10)  # power


cdef inline double _db(double power) noexcept nogil:
    return power_to_db(power) if power > SILENT else FLOOR


cdef inline double _larger(double a, double b) noexcept nogil:
    return a if a > b else b


cdef class Meter(Processor):
    """See the module. The contract is that of `Processor`."""

    def prepare(self, rate_hz, max_block):
        super().prepare(rate_hz, max_block)
        assert len(FIELDS) == METER_FIELDS and FIELDS[MEASURED_S][0] == "measured_s"
        self._frame = round(rate_hz / 100)
        self._weighting = KWeighting(rate_hz)
        self._loudness = Loudness()
        self._levels = Levels(rate_hz)
        self._tp_l = TruePeak(rate_hz, POINTS, long=True)
        self._tp_r = TruePeak(rate_hz, POINTS, long=True)
        self._peaks = np.zeros(CHUNK, np.float32)
        self.set_running(True)
        self.clear()

    def check_rate(self, rate_hz):
        """[control] Raises ValueError. The meter runs at every whole rate from `LOWEST_HZ` to `HIGHEST_HZ`, not only at those of
        the box. `Measurement` interpolates recordings with a lower rate."""
        if rate_hz != int(rate_hz) or not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            raise ValueError(f"rate_hz must be a whole number from {LOWEST_HZ} to {HIGHEST_HZ}, not {rate_hz}")

    cdef void clear(self) noexcept nogil:
        cdef int channel
        self._weighting.clear()
        self._loudness.clear()
        self._levels.clear()
        self._tp_l.clear()
        self._tp_r.clear()
        self._left = self._frame
        for channel in range(2):
            self._tp[channel] = self._tp_extremes[channel] = 0.0
        self._max_tp = 0.0

    cdef void set_running(self, bint running) noexcept nogil:
        """[audio] Start, continue or pause the measurements that are counted since the restart.

        Loudness counts from the next 10 ms frame on; peaks and clips count from now on.
        """
        if running != self._running:
            self.set_apart()
        self._running = running
        self._loudness.set_running(running, self._left < self._frame)

    cdef void restart(self) noexcept nogil:
        """[audio] Restart the integrated loudness, the range, the maxima and the clips, whether running or paused."""
        self.set_apart()
        self._loudness.restart(self._left < self._frame)
        self._levels.restart()
        self._max_tp = 0.0

    cdef void set_apart(self) noexcept nogil:
        """Assign the peaks of the current 10 ms frame so far to the measurement before this moment."""
        cdef int channel
        for channel in range(2):
            self._tp_extremes[channel] = _larger(self._tp_extremes[channel], self._tp[channel])
            if self._running:
                self._max_tp = _larger(self._max_tp, self._tp[channel])
            self._tp[channel] = 0.0
        self._levels.set_apart(self._running)

    cdef void run(self, float *left, float *right, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t at = 0, step
        while at < frames:
            step = frames - at if frames - at < self._left else self._left
            step = step if step < CHUNK else CHUNK
            self._weighting.run(left + at, right + at, step)
            self._levels.run(left + at, right + at, step)
            self._tp[0] = _larger(self._tp[0], self.true_peak(self._tp_l, left + at, step))
            self._tp[1] = _larger(self._tp[1], self.true_peak(self._tp_r, right + at, step))
            at += step
            self._left -= step
            if self._left == 0:
                self._left = self._frame
                self.finish()

    cdef double true_peak(self, TruePeak detector, const float *x, Py_ssize_t frames) noexcept nogil:
        detector.run(x, &self._peaks[0], frames)
        return largest_magnitude(&self._peaks[0], frames)

    cdef void finish(self) noexcept nogil:
        """Complete a 10 ms frame."""
        cdef double both = _larger(self._tp[0], self._tp[1])
        cdef int channel
        self._loudness.add(self._weighting.take_energy() / <double> self._frame)
        self._levels.finish(both, self._running)
        if self._running:
            self._max_tp = _larger(self._max_tp, both)
        for channel in range(2):
            self._tp_extremes[channel] = _larger(self._tp_extremes[channel], self._tp[channel])
            self._tp[channel] = 0.0

    cdef void read(self, double *fields) noexcept nogil:
        """[audio] Write the METER_FIELDS values of the last complete 10 ms frame. Restarts the extremes."""
        cdef double square_l = self._levels.mean(SQUARE_L, LEVELS_SHORT)
        cdef double square_r = self._levels.mean(SQUARE_R, LEVELS_SHORT)
        cdef double peak, hold = self._levels.largest(TRUE_PEAK, LEVELS_LONG)
        cdef double crest_l = 0.0, crest_r = 0.0
        cdef int channel
        for channel in range(2):
            peak = self._levels.take_peak(channel)
            fields[PEAK_L_DBFS + channel] = _db(peak * peak)
            # Sample peaks count in the frame in which the samples arrived.
            peak = _larger(peak, self._tp_extremes[channel])
            fields[TP_L_DBTP + channel] = _db(peak * peak)
            self._tp_extremes[channel] = 0.0
            fields[DC_L + channel] = self._levels.mean(MEAN_L + channel, LEVELS_LONG)
        fields[RMS_L_DBFS] = _db(square_l)
        fields[RMS_R_DBFS] = _db(square_r)
        fields[MOMENTARY_LUFS] = self._loudness.momentary_lufs()
        fields[SHORT_LUFS] = self._loudness.short_lufs()
        fields[INTEGRATED_LUFS] = self._loudness.integrated_lufs()
        fields[LRA_LU] = self._loudness.lra_lu()
        fields[MAX_MOMENTARY_LUFS] = self._loudness.max_momentary_lufs()
        fields[MAX_SHORT_LUFS] = self._loudness.max_short_lufs()
        fields[MAX_TP_DBTP] = _db(self._max_tp * self._max_tp)
        fields[CORRELATION] = 0.0
        if square_l > SILENT and square_r > SILENT:
            fields[CORRELATION] = self._levels.mean(PRODUCT, LEVELS_SHORT) / sqrt(square_l * square_r)
        fields[BALANCE_DB] = _db(square_r) - _db(square_l)
        fields[CLIPS] = <double> self._levels.clips
        fields[TP_HOLD_DBTP] = _db(hold * hold)
        if square_l > SILENT:
            peak = self._levels.largest(PEAK_L, LEVELS_SHORT)
            crest_l = _db(peak * peak) - fields[RMS_L_DBFS]
        if square_r > SILENT:
            peak = self._levels.largest(PEAK_R, LEVELS_SHORT)
            crest_r = _db(peak * peak) - fields[RMS_R_DBFS]
        fields[CREST_DB] = _larger(crest_l, crest_r)
        fields[PLR_DB] = fields[MAX_TP_DBTP] - fields[INTEGRATED_LUFS] if fields[INTEGRATED_LUFS] > FLOOR else 0.0
        fields[PSR_DB] = fields[TP_HOLD_DBTP] - fields[SHORT_LUFS] if fields[SHORT_LUFS] > FLOOR else 0.0
        fields[LRA_STABLE] = self._loudness.lra_stable()
        fields[MEASURED_S] = <double> self._loudness.measured * 0.01

    def values(self):
        """[control] The values of `read`, as a dict by the names of FIELDS. Restarts the extremes, as `read` does."""
        cdef double fields[METER_FIELDS]
        self.read(fields)
        return {name: fields[i] for i, (name, _) in enumerate(FIELDS)}

    def start(self):
        """[control] Start or continue the measurement. Not while another thread processes."""
        self.set_running(True)

    def pause(self):
        """[control] Hold the values that are counted since the restart. Not while another thread processes."""
        self.set_running(False)

    def begin_anew(self):
        """[control] Call `restart`. Not while another thread processes."""
        self.restart()
