# What can be set on the gain of one limiter stage. The stage owns the struct; each piece reads from it where it uses a value.

cdef struct GainSettings:
    Py_ssize_t smoothing, hold  # frames
    # Releases: the part of the remaining distance that is covered in each frame.
    double release
    double slow_rise, slow_fall
    double slow_share  # 1 where the slow release is used, else 0
    # Stereo links, 0 (independent channels) to 1 (the same gain for both): for transients, and for the slow release.
    float link_fast, link_slow
