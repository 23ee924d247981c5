"""Colour scales that stay readable in grey and for the colour-blind: lightness falls as the figure grows. Pure."""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""
Scale = npt.NDArray[np.float64]
"""BGR colours of the shares 0/255 … 255/255, shape (256, 3)."""


def _scale(*stops: tuple[float, str]) -> Scale:
    """Colours between stops of (share, "#rrggbb")."""
    places = [share for share, _ in stops]
    rgb = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for _, colour in stops], float)
    shares = np.linspace(0, 1, 256)
    return np.stack([np.interp(shares, places, rgb[:, channel]) for channel in (2, 1, 0)], axis=1)


def heat_scale() -> Scale:
    """From little (pale yellow) to much (dark violet)."""
    return _scale(
        (0, "#fff4c2"), (0.22, "#fdc65e"), (0.45, "#f3813c"), (0.66, "#cf3a4e"), (0.84, "#871f63"), (1, "#3f0f4f")
    )


def change_scale() -> Scale:
    """From less (blue) over the same (white) to more (orange brown)."""
    return _scale((0, "#0d3b78"), (0.25, "#5b9bd0"), (0.5, "#fbfbf7"), (0.75, "#eb9440"), (1, "#8a3a05"))


def lay_over(paper: Pixels, shares: npt.NDArray[np.float64], cover: npt.NDArray[np.float64], scale: Scale) -> Pixels:
    """Colour every pixel by its share (0 to 1), as strongly as `cover` (0 nothing to 1 all) says."""
    colours = scale[np.clip(np.rint(shares * 255), 0, 255).astype(np.intp)]
    mixed = paper * (1 - cover[..., None]) + colours * cover[..., None]
    return np.asarray(np.rint(mixed), np.uint8)
