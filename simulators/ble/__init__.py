"""Simulated Bluetooth shelf labels on a simulated radio: `Radio` is a room of them, `LabelSpec` one label.

A host in another process reaches the adapter over TCP; `bleak_backend` is bleak's way to it.
"""

from simulators.ble.firmware import Faults
from simulators.ble.label import Label, LabelSpec, Shown, label_specs
from simulators.ble.radio import Radio
from simulators.ble.thermometer import Thermometer, ThermometerSpec

__all__ = ["Faults", "Label", "LabelSpec", "Radio", "Shown", "Thermometer", "ThermometerSpec", "label_specs"]
