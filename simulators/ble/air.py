"""The air between one adapter and many labels: bumble's link, made for a hundred labels and a host that dies.

What bumble 0.0.236 leaves out and a driver would notice is added: a connection attempt can be cancelled, a
connection to a label that does not listen fails, a reset adapter drops its links, and packets take time.
"""

import asyncio
from collections import deque
from typing import Any, Protocol

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

from simulators.ble.quiet import QuietController

ACL_BYTES = 251
"""Bytes of one data packet: one block of a label fits, as with real Bluetooth 4.2 adapters."""
SUPERVISION_SECONDS = 1.0
"""A link is given up after so long a silence."""
# Legacy advertising is all the labels do; without the extended kind each advert is one report instead of two.
FEATURES = Controller.le_features & ~(
    hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
)


class Ears(Protocol):
    """What the air needs to know of a label."""

    @property
    def open_to_links(self) -> bool:
        """Whether it advertises and takes a link now."""

    @property
    def silent(self) -> bool:
        """Whether its radio is off for good."""


class LabelController(QuietController):
    """A label's radio chip."""

    le_features = FEATURES
    le_acl_data_packet_length = ACL_BYTES

    def __init__(self, name: str, air: "Air", ears: Ears) -> None:
        super().__init__(name, link=air)
        self.ears = ears

    def restart_advertising(self) -> None:
        """Advertise again with what the host set, unless a link is open."""
        if not self.le_connections:
            self.le_legacy_advertiser.start()


class AdapterController(QuietController):
    """The radio chip of the gateway's adapter."""

    le_features = FEATURES
    le_acl_data_packet_length = ACL_BYTES
    pending_le_connection: Any = None
    """The host's command that waits for a label to advertise."""

    @property
    def listening(self) -> bool:
        """Whether an advert would make any difference."""
        return self.le_scan_enable or self.pending_le_connection is not None

    def on_advertising_pdu(self, pdu: ll.AdvInd) -> None:
        """Report an advert, with an empty scan response in an active scan; connect when it was waited for."""
        if self.le_scan_enable:
            kinds = hci.HCI_LE_Advertising_Report_Event.EventType
            self._report(kinds.ADV_IND, pdu.advertiser_address, pdu.data)
            if self.le_scan_type == hci.HCI_LE_Set_Scan_Parameters_Command.ACTIVE_SCANNING:
                self._report(kinds.SCAN_RSP, pdu.advertiser_address, b"")
        wanted = self.pending_le_connection
        if wanted is not None and wanted.peer_address == pdu.advertiser_address:
            self.create_le_connection(pdu.advertiser_address)

    def on_hci_reset_command(self, command: hci.HCI_Reset_Command) -> hci.HCI_StatusReturnParameters:
        """Forget everything, as a real adapter does."""
        self.drop_everything()
        return super().on_hci_reset_command(command)

    def on_hci_le_create_connection_command(self, command: hci.HCI_LE_Create_Connection_Command) -> None:
        """Wait for a label to advertise; the air may hurry it."""
        super().on_hci_le_create_connection_command(command)
        self.link.hurry(command.peer_address)

    def on_hci_le_create_connection_cancel_command(
        self, command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Stop waiting for a label; the attempt ends as "unknown connection" after the command's answer."""
        wanted, self.pending_le_connection = self.pending_le_connection, None
        if wanted is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        asyncio.get_running_loop().call_soon(self._report_no_link, wanted.peer_address)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def drop_everything(self) -> None:
        """End every link and stop scanning and connecting."""
        self.le_scan_enable = False
        self.pending_le_connection = None
        for address in tuple(self.le_connections):
            self.link.end(address, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def _report(self, kind: int, address: hci.Address, data: bytes) -> None:
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=kind, address_type=address.address_type, address=address, data=data, rssi=-50
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))

    def _report_no_link(self, address: hci.Address) -> None:
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=address.address_type,
                peer_address=address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )


class Air(LocalLink):
    """Carries adverts from labels to the adapter, and packets both ways, each `delay` seconds late.

    A label that is wanted for a link advertises `connect_delay` seconds later, however rare its adverts
    """

    def __init__(self, delay: float = 0.0, connect_delay: float = 0.0) -> None:
        super().__init__()
        self.delay = delay
        self.connect_delay = connect_delay
        self.packets = 0
        """Data packets carried."""
        self.seconds = 0.0
        """How long those packets were under way, added up: timers are never exact."""
        self.adapter: AdapterController | None = None
        self._labels: dict[hci.Address, LabelController] = {}
        self._lanes: dict[tuple[Controller, hci.Address], deque[tuple[float, Connection, bytes]]] = {}

    def add_adapter(self, adapter: AdapterController) -> None:
        """Take the one adapter on this air."""
        self.adapter = adapter

    def add_label(self, address: hci.Address, label: LabelController) -> None:
        """Take a label, known by its address from now on."""
        self._labels[address] = label

    def add_controller(self, controller: Controller) -> None:
        """Nothing: labels and adapter are added by what they are."""

    def find_le_controller(self, address: hci.Address) -> Controller | None:
        """The label of that address, else the adapter if it goes by it."""
        if label := self._labels.get(address):
            return label
        adapter = self.adapter
        return adapter if adapter and address in (adapter.random_address, adapter.public_address) else None

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """A label's advert goes to the adapter, the adapter's connection request to its label."""
        adapter = self.adapter
        match packet:
            case ll.AdvInd() if adapter and adapter.listening and sender_controller.ears.open_to_links:
                asyncio.get_running_loop().call_soon(self._hear_advert, adapter, sender_controller, packet)
            case ll.ConnectInd():
                asyncio.get_running_loop().call_soon(self._connect, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry one packet. It arrives in order, late, and only while both ends still have this very link."""
        receiver = self.find_le_controller(destination_address)
        source = sender_controller.random_address
        link = receiver and receiver.le_connections.get(source)
        if receiver is None or link is None or self._is_silent(sender_controller) or self._is_silent(receiver):
            return
        loop = asyncio.get_running_loop()
        self._lanes.setdefault((receiver, source), deque()).append((loop.time(), link, data))
        if self.delay:
            loop.call_later(self.delay, self._arrive, receiver, source)
        else:
            loop.call_soon(self._arrive, receiver, source)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Carry a link control message; one to a link that has just ended is lost, as over real air."""
        asyncio.get_running_loop().call_soon(self._control, sender_address, receiver_address, packet)

    def end(self, label: hci.Address, reason: int) -> None:
        """End the link between the adapter and a label at both ends."""
        adapter, controller = self.adapter, self._labels.get(label)
        if adapter is None:
            return
        if controller and (link := controller.le_connections.get(adapter.random_address)):
            controller.on_le_disconnected(link, reason)
        if link := adapter.le_connections.get(label):
            adapter.on_le_disconnected(link, reason)

    def hurry(self, address: hci.Address) -> None:
        """Have a label advertise soon: a shop's worth of waiting for the next advert helps no test."""
        if label := self._labels.get(address):
            advertise = label.le_legacy_advertiser.send_advertising_data
            asyncio.get_running_loop().call_later(self.connect_delay, advertise)

    def fall_silent(self, label: hci.Address) -> asyncio.TimerHandle:
        """A label's radio went off: the adapter notices after the supervision time."""
        reason = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR
        return asyncio.get_running_loop().call_later(SUPERVISION_SECONDS, self.end, label, reason)

    def _hear_advert(self, adapter: AdapterController, label: LabelController, packet: ll.AdvInd) -> None:
        if label.ears.open_to_links and packet.advertiser_address not in adapter.le_connections:
            adapter.on_ll_advertising_pdu(packet)

    def _connect(self, packet: ll.ConnectInd) -> None:
        label = self._labels.get(packet.advertiser_address)
        if label and label.ears.open_to_links:
            label.on_ll_advertising_pdu(packet)
        if not (label and packet.initiator_address in label.le_connections):
            reason = hci.HCI_ErrorCode.CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR
            self.end(packet.advertiser_address, reason)

    def _control(self, sender: hci.Address, receiver: hci.Address, packet: ll.ControlPdu) -> None:
        controller = self.find_le_controller(receiver)
        if controller and sender in controller.le_connections and not self._is_silent(controller):
            controller.on_ll_control_pdu(sender, packet)

    def _arrive(self, receiver: Controller, source: hci.Address) -> None:
        sent, link, data = self._lanes[receiver, source].popleft()
        self.packets += 1
        self.seconds += asyncio.get_running_loop().time() - sent
        if receiver.le_connections.get(source) is link and not self._is_silent(receiver):
            receiver.on_link_acl_data(source, PhysicalTransport.LE, data)

    @staticmethod
    def _is_silent(controller: Any) -> bool:
        return isinstance(controller, LabelController) and controller.ears.silent
