# The names that Cython modules of other packages may cimport.

from .decibels cimport power_to_db
from .delay cimport Delay
from .delay_line cimport exchange
from .denormals cimport denormals_off, denormals_restore
from .double2 cimport (
    Double2, add, greater, left_of, lesser, mul, double2, double2_at, put_four, put_double2, right_of, sub, unless_greater,
)
from .float4 cimport LANES, Float4, absolute4, choose4, exp2_4, greater4, lesser4, log2_4, put_float4, float4, float4_at
from .knee cimport soft
from .magnitude cimport count_from, largest_magnitude, smallest_magnitude
from .math cimport DB_PER_OCTAVE, OCTAVES_PER_DB, db_to_gain, exp2_, gain_to_db, log2_, tan_
from .processor cimport Processor
from .ramp cimport Ramp
from .ramp_bank cimport RampBank
from .shared_memory cimport Cells, Ring, SeqLock
from .symmetric_fir cimport eight
