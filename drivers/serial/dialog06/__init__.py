"""Dialog 06 scales (and 02/04): certified scales that compute the total themselves."""

from drivers.serial.dialog06.talk import Dialog06

__all__ = ["Dialog06"]
