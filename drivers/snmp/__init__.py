"""Switches, power supplies, printers and sensors over SNMP: v3 with encryption, v2c only where it is asked for."""

from drivers.snmp.driver import SnmpDriver

__all__ = ["SnmpDriver"]
