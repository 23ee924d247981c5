"""Electronic shelf labels over Bluetooth: the Gicisky / PICKSMART family through bleak.

`BleDriver` is the driver; `Backend` and `OpenBackend` are the shapes that another Bluetooth radio fits into.
"""

from drivers.ble.backend import Backend, OpenBackend
from drivers.ble.driver import BleDriver
from drivers.ble.options import BleOptions

__all__ = ["Backend", "BleDriver", "BleOptions", "OpenBackend"]
