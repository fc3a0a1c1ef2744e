# A bell or shelf whose gain follows the level in its own frequency range. See `dynamic_band.pyx`.

cdef enum:
    # The numbers of a dynamic band in a bank, in the order of `dynamic_band.row`.
    KIND = 0  # NONE or one of the kinds below
    TANGENT  # tan(pi f / rate)
    DAMPING  # 1 / Q
    THRESHOLD_DB
    SLOPE  # 1 - 1 / ratio
    RANGE_DB  # the largest change of the gain
    SIGN  # 1: up, -1: down
    ATTACK  # the part of the remaining distance per frame
    FALL
    RELEASE
    HOLD  # frames
    TABLE  # the table of `design_dynamic.py`, row by row
    TABLE_STEPS = 32
    TABLE_COLUMNS = 5
    DYNAMIC_NUMBERS = TABLE + (TABLE_STEPS + 1) * TABLE_COLUMNS
    # The values of KIND.
    NONE = 0
    BELL
    LOW_SHELF
    HIGH_SHELF
    # The number of float64 states of one band, and of its rows of scratch memory.
    DYNAMIC_STATES = 16
    DYNAMIC_ROWS = 6

cdef double change(const double *numbers, double *state, const double *key_l, const double *key_r, const double *left,
                   const double *right, double *out_l, double *out_r, double *work, Py_ssize_t stride,
                   Py_ssize_t frames) noexcept nogil
cdef void keep_in_range(const double *numbers, double *state) noexcept nogil
