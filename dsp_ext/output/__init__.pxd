# What the kernels of other packages may cimport.

from .dc_filter cimport DcFilter
from .dither cimport DITHER_SETTINGS, Dither
from .saturator cimport SATURATOR_SETTINGS, Saturator
from .stereo cimport STEREO_SETTINGS, Stereo
