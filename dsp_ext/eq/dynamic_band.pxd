# A bell or shelf whose gain follows the level of its own region. See `dynamic_band.pyx`.

cdef enum:
    # Numbers of a dynamic band in a bank, in the order that `dynamic_band.row` gives them.
    KIND = 0  # NONE or one of the next
    TANGENT  # tan(pi f / rate)
    DAMPING  # 1 / Q
    THRESHOLD_DB
    SLOPE  # 1 - 1 / ratio
    RANGE_DB  # how far the gain moves at most
    SIGN  # 1: up, -1: down
    ATTACK  # parts of the way per frame
    FALL
    RELEASE
    HOLD  # frames
    TABLE  # of `design_dynamic.py`, row by row
    TABLE_STEPS = 32
    TABLE_COLUMNS = 5
    DYNAMIC_NUMBERS = TABLE + (TABLE_STEPS + 1) * TABLE_COLUMNS
    # Values of KIND.
    NONE = 0
    BELL
    LOW_SHELF
    HIGH_SHELF
    # float64 numbers of memory, and rows of work, of one band.
    DYNAMIC_STATES = 16
    DYNAMIC_ROWS = 6

cdef double change(const double *numbers, double *state, const double *key_l, const double *key_r, const double *left,
                   const double *right, double *out_l, double *out_r, double *work, Py_ssize_t stride,
                   Py_ssize_t frames) noexcept nogil
cdef void keep_in_range(const double *numbers, double *state) noexcept nogil
