# The names that Cython modules of other packages may cimport.

from .eq cimport Eq
