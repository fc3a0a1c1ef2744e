# What Cython modules of other packages may cimport.

from .eq cimport Eq
