"""The bytes of a picture for a display of 16 greys."""

import numpy as np
from PIL import Image


def pack(picture: Image.Image) -> np.ndarray:
    """Two pixels in a byte, the left one in the high bits: shape (rows, columns / 2), uint8. `picture` has mode "L"."""
    greys = np.asarray(picture)
    return (greys[:, 0::2] & 0xF0) | (greys[:, 1::2] >> 4)
