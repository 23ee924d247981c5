"""Sensors that say how they are in BTHome v2 adverts over Bluetooth: thermometers of fridges and freezers, and more."""

from drivers.bthome.driver import BthomeDriver

__all__ = ["BthomeDriver"]
