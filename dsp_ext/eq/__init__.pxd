# What the kernels of other packages may cimport.

from .eq cimport Eq
