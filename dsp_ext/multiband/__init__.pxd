# What the kernels of other packages may cimport.

from .multiband cimport MULTIBAND_SETTINGS, Multiband
from .settings cimport COMPRESSOR_SETTINGS
