# The loops of the compressors that keep state from frame to frame. See `ballistics.pyx`.

cdef struct Times:
    # For each of four lanes: the hold time in frames, and the coefficient of each time constant, which is the part of the
    # remaining distance that the value moves in one frame.
    double attack[4]
    double fall[4]
    double release[4]
    double hold[4]

cdef struct Follower:
    # The detectors of four lanes of one channel, for the compressor and the expander: dB, dB, remaining frames of the hold.
    double held[4]
    double smoothed[4]
    double wait[4]
    double open_held[4]
    double open_smoothed[4]
    double open_wait[4]

cdef Times times_of(const float *settled) noexcept nogil
cdef void average(double *left, double *right, double part, const float *power_l, const float *power_r, float *out_l,
                  float *out_r, Py_ssize_t frames) noexcept nogil
cdef void crest(double *peak, double *mean, double part, const float *power, float *peaks, float *means,
                Py_ssize_t frames) noexcept nogil
cdef void follow(Follower *follower, const Times *times, float *down_db, Py_ssize_t frames) noexcept nogil
cdef void follow_all(Follower *follower, const Times *times, float *down_db, const float *open_db, const float *release,
                     Py_ssize_t frames) noexcept nogil
