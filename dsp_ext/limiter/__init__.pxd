# What the kernels of other packages may cimport.

from .limiter cimport LIMITER_SETTINGS, Limiter
