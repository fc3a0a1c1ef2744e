# Written by `python -m dsp_ext.settings.places`. Do not edit.

cdef enum:
    INPUT_TRIM_DB = 0
    CHAIN_BYPASS = 1
    CHAIN_MUTE = 2
    METER_RUNNING = 3
    METER_EPOCH = 4
    CHAIN_MATCH_WET_DB = 5
    CHAIN_MATCH_DRY_DB = 6
    OUTPUT_DC_FILTER = 7
    FIRST_DITHER = 8
    FIRST_SATURATOR = 10
    FIRST_LIMITER = 14
    FIRST_MULTIBAND = 27
    FIRST_STEREO = 36
    FIRST_BAND = 47
    ENGINE_SETTINGS = 162
