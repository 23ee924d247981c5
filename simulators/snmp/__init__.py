"""The far end of SNMP: a small agent of our own (RFC 3416, 3414) for switches, power supplies and printers."""

from simulators.snmp.agent import Agent
from simulators.snmp.faults import Faults
from simulators.snmp.gear import Gear, Printer, Sensor, Switch, Ups
from simulators.snmp.usm import User

__all__ = ["Agent", "Faults", "Gear", "Printer", "Sensor", "Switch", "Ups", "User"]
