"""Bumble narrates every packet, and builds the words even when nobody listens. Here it works in silence.

Spelling packets out is half of the time of an upload; the methods below do what bumble's do, without it.
"""

import asyncio
import logging

from bumble import hci
from bumble.controller import Controller
from bumble.host import Host


def quiet_bumble() -> None:
    """Silence bumble's loggers unless somebody has set a level for them."""
    bumble = logging.getLogger("bumble")
    if bumble.level == logging.NOTSET:
        bumble.setLevel(logging.CRITICAL + 1)


class QuietHost(Host):
    """A Bluetooth host that does not spell out its packets."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """A packet for the controller."""
        if self.hci_sink:
            self.hci_sink.on_packet(bytes(packet))

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """A packet from the controller."""
        match packet:
            case hci.HCI_Event():
                self.on_hci_event_packet(packet)
            case hci.HCI_AclDataPacket():
                self.on_hci_acl_data_packet(packet)


class QuietController(Controller):
    """A simulated radio chip that does not spell out its packets."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """A packet for the host."""
        if self.host:
            asyncio.get_running_loop().call_soon(self.host.on_packet, bytes(packet))

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """A packet from the host."""
        match packet:
            case hci.HCI_Command():
                self.on_hci_command_packet(packet)
            case hci.HCI_AclDataPacket():
                self.on_hci_acl_data_packet(packet)
