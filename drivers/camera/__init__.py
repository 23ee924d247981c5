"""Cameras: a file, a network stream (RTSP, or JPEG over HTTP) or a USB camera, as frames in memory."""

from drivers.camera.driver import CameraDriver

__all__ = ["CameraDriver"]
