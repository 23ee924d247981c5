"""What the console gets from the gateway: facts to read, and the verbs a person may use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cloud_sync.link.state import LinkView
from drivers.base import PanelImage
from edge.clock.kept import ShopHours
from edge.config import Shop
from edge.console.cameras import Cameras
from edge.readback.service import ReadBack
from edge.receiving.desk import ReceivingDesk
from edge.store import Store
from edge.vision.audit.desk import AuditDesk
from edge.vision.finding import Seen


class Verbs(Protocol):
    """What a person may do. Each is committed before it returns, and is in the audit log under `by`.

    Every method raises ValueError with a reason fit for the person when it cannot be done.
    """

    async def bind(self, label: str, item: str, place: str, by: str) -> None:
        """Bind a label to an item (GTIN-14) at a place in the shop; enrols the label if it was only seen."""

    async def retire(self, device: str, why: str, by: str) -> None:
        """Vouch that a label or till is out of the shop (replaced, covered, removed): it holds nothing back."""

    async def cover(self, label: str, by: str, scanned: str = "") -> None:
        """Vouch that nobody can read a label: it holds nothing back until it is uncovered."""

    async def uncover(self, label: str, by: str, scanned: str = "") -> None:
        """Take the cover off a label that shows the present price."""

    async def replace(self, old: str, new: str, by: str) -> None:
        """Hang a new label in the place of an old one."""

    def can_blink(self, label: str) -> bool:
        """Whether the label has a lamp."""

    async def blink(self, label: str, by: str, seconds: float = 15.0) -> None:
        """Let a label's lamp blink, so that a person finds it."""

    async def retry(self, device: str, by: str) -> None:
        """Try a device in fault again now."""

    async def approve(self, item: str, version: int, by: str) -> None:
        """Let a price that is held for approval go on."""

    async def reject(self, item: str, version: int, by: str) -> None:
        """Refuse a price that is held for approval."""

    async def enrol_till(self, device: str, name: str, by: str) -> str:
        """Take a till into service; returns its new password, shown once."""

    async def confirm_clock(self, by: str) -> None:
        """Say that this box's clock was compared with a right one."""

    async def acknowledge(self, ticket: int, by: str) -> None:
        """Take a ticket on: it is somebody's, and the bell does not count it any more."""

    async def go_to_lane(self, lane: str, by: str) -> None:
        """Go to a lane that calls: the others see who."""

    async def set_hours(self, week: Sequence[str], days: Mapping[str, str], by: str) -> None:
        """Set the opening hours of Monday to Sunday (empty: always open), and of days (2026-12-25) that differ."""


class PortSwitch(Protocol):
    """Switches a port's power off and on, where the operator allows it."""

    async def cycle(self, switch: str, port: int, by: str) -> None:
        """Return when the port has power again. Raises ValueError with a reason fit for the person."""


@dataclass(frozen=True, slots=True)
class ConsoleContext:
    """Everything the console is built from.

    `picture(item, version, device)` draws the label as it should look, or returns None when the device has no
    known panel or the version is unknown; pure and quick (below a millisecond), safe in any thread.
    `clock` gives UTC epoch milliseconds.
    """

    shop: Shop
    store: Store
    verbs: Verbs
    clock: Callable[[], int]
    link: Callable[[], LinkView]
    picture: Callable[[str, int, str], PanelImage | None]
    enrol_store: Callable[[str], Awaitable[str]] | None = None
    """Enrol this store at head office with a one-time code; returns what happens next, in words."""
    port_power: PortSwitch | None = None
    """None: no network gear is watched."""
    setup_code: str = ""
    """Printed by the gateway at its first start: opens first-run set-up from another machine. "": only loopback may."""
    hosts: frozenset[str] | None = None
    """Names by which the console may be called, against pages of other names that resolve to it; None: any."""
    hours: ShopHours | None = None
    """When the shop is open; None: nothing is known of it."""
    readback: ReadBack | None = None
    """Reads photos of the shelf; None: this console takes none."""
    cameras: Cameras | None = None
    """None: this shop has no cameras."""
    find_cameras: Callable[[], Awaitable[Sequence[Seen]]] | None = None
    """Looks for cameras on the network; raises NotAsked. None: this console cannot."""
    audits: AuditDesk | None = None
    """Holds a camera's count against a person's; None: this shop has no cameras."""
    unseen_ms: int = 7 * 86_400_000
    """A label that nobody saw and that said nothing for so long is a task."""
    receiving: ReceivingDesk | None = None
    """Checks deliveries in; None: this console takes none."""
