"""Datalogic scanner-scales on a single cable: the scale's half of the conversation."""

from drivers.serial.datalogic.talk import Datalogic

__all__ = ["Datalogic"]
