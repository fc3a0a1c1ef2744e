# The names that Cython modules of other packages may cimport.

from .dc_filter cimport DcFilter
from .dither cimport Dither
from .saturator cimport Saturator
from .stereo cimport Stereo
