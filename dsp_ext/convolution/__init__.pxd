# The names that Cython modules of other packages may cimport.

from .convolver cimport Convolver
from .fft cimport Fft
