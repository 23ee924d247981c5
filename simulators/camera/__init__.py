"""A camera's far end: people who walk through a shop's entrance, drawn, and the true count of them."""

from simulators.camera.clip import ClipTruth, make_clip

__all__ = ["ClipTruth", "make_clip"]
