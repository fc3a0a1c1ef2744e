# The names that Cython modules of other packages may cimport.

from .multiband cimport Multiband
from .places cimport BAND_SETTINGS
