"""Shelf labels: from what a label says to the panel's pixels, or a refusal with its reason."""

from edge.labels.content import CannotDraw, LabelContent
from edge.labels.draw import draw, price_digits
from edge.labels.picture import palette_png

__all__ = ["CannotDraw", "LabelContent", "draw", "palette_png", "price_digits"]
