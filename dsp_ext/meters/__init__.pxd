# The names that Cython modules of other packages may cimport.

from .meter cimport METER_FIELDS, Meter
from .scope cimport SCOPE_POINTS, Scope
from .spectrum cimport SPECTRUM_BANDS, Spectrum
from .true_peak cimport LONG_TRUE_PEAK_DELAY, TRUE_PEAK_DELAY, TruePeak
