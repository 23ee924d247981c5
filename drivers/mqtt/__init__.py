"""Tills and other journalling devices over MQTT: the driver, and the broker it brings along."""

from drivers.mqtt.driver import MqttDriver
from drivers.mqtt.options import MqttOptions

__all__ = ["MqttDriver", "MqttOptions"]
