"""What a picture is in this package."""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""
