"""Cameras are watched by processes of their own; the visitors that they count are put on record here."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from drivers.base import Sighting
from edge.devices.registry import Registry
from edge.readback.facts import Look
from edge.store import Store, StoreError
from edge.vision.config import CameraConfig
from edge.vision.facts import CameraLost, Crossing, Health, Minute, ShelfSeen, VisionFact
from edge.vision.supervisor import VisionSupervisor
from edge.visits.counting import count_crossings

log = logging.getLogger(__name__)


class Footfall:
    """Supervises the cameras' workers and records their facts."""

    def __init__(
        self,
        cameras: Sequence[CameraConfig],
        store: Store,
        registry: Registry,
        domain: str = "",
        on_shelf: Callable[[str, str, int, Look], None] = lambda *_: None,
    ) -> None:
        """`domain`: the host in the shop's label codes. `on_shelf(camera, place, taken, look)`: labels were read."""
        self._cameras = cameras
        self._places = {camera.id: camera.place for camera in cameras}
        self._on_shelf = on_shelf
        self._store = store
        self._registry = registry
        self._supervisor = VisionSupervisor(cameras, self._heard, _last_epochs(store), domain)

    async def start(self) -> None:
        """Enrol the configured cameras and begin to watch them."""
        for camera in self._cameras:
            await self._store.do(lambda tx, camera=camera: self._registry.enrol(tx, camera.id, "camera", camera.driver))  # type: ignore[misc]
        await self._supervisor.start()

    async def stop(self) -> None:
        """End the workers."""
        await self._supervisor.stop()

    def _heard(self, fact: VisionFact) -> None:
        match fact:
            case Crossing():
                try:
                    self._store.post(count_crossings, fact, _counted)
                except StoreError as error:
                    _counted(None, error)
            case Health():
                self._registry.sighted(Sighting(fact.camera, "", model=fact.detector), "camera", "camera")
            case CameraLost():
                self._registry.lost(fact.camera, f"{fact.why}. {fact.what_now}")
            case ShelfSeen():
                self._on_shelf(fact.camera, self._places[fact.camera], fact.at, fact.look)
            case Minute():
                pass  # the minutes on record are made of the crossings themselves, each counted once


def _last_epochs(store: Store) -> dict[str, int]:
    """The last life of each camera's worker that is on record: the next one gets a higher number."""
    with store.reading() as db:
        return dict(db.conn.execute("SELECT device, epoch FROM sender"))


def _counted(_result: Any, error: BaseException | None) -> None:
    if error is not None:
        log.warning("a crossing was not counted: %s", error)
