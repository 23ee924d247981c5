"""CAS PD-II scales: types 0 and 1, and type 6 (Samsung ER-670, Ohaus Aviator); and the stream of CAS indicators."""

from drivers.serial.cas.talk import CasPd2

__all__ = ["CasPd2"]
