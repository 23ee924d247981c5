"""Cameras are watched by processes of their own; what they count and learn is put on record here."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from drivers.base import Sighting, Survey
from edge.devices.registry import Registry
from edge.readback.facts import Look
from edge.store import Store, StoreError
from edge.vision.config import CameraConfig
from edge.vision.facts import (
    CameraLost,
    CameraMoved,
    Crossing,
    Health,
    Minute,
    Present,
    ShelfSeen,
    Totals,
    VisionFact,
)
from edge.vision.scene import Scene
from edge.vision.supervisor import VisionSupervisor
from edge.visits.aside import note_moved
from edge.visits.badges import Badges, crossed, spoke
from edge.visits.counting import Excused, count_crossings, excuse, take_totals
from edge.visits.scenes import DrawnScene, keep_scene, read_scene

log = logging.getLogger(__name__)

PRESENT_S = 10.0
"""What a camera said of the moment holds for so long."""


class Footfall:
    """Supervises the cameras and records their facts. A scene that was drawn replaces the configured one."""

    def __init__(
        self,
        cameras: Sequence[CameraConfig],
        store: Store,
        registry: Registry,
        domain: str = "",
        on_shelf: Callable[[str, str, int, Look], None] = lambda *_: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`domain`: the host in the shop's label codes. `on_shelf(camera, place, taken, look)`: labels were read."""
        self._store = store
        self._registry = registry
        self._on_shelf = on_shelf
        self._monotonic = monotonic
        self._cameras = {camera.id: _as_drawn(camera, store) for camera in cameras}
        self._present: dict[str, tuple[float, Present]] = {}
        self._health: dict[str, Health] = {}
        self._badges: dict[str, Badges] = {}
        self._turn = threading.Lock()
        """Badges speak in the threads of their drivers."""
        watched = list(self._cameras.values())
        self._supervisor = VisionSupervisor(watched, self._heard, _last_epochs(store), domain)

    async def start(self) -> None:
        """Enrol the configured cameras and begin to watch them."""
        for camera in self._cameras.values():
            await self._store.do(lambda tx, camera=camera: self._registry.enrol(tx, camera.id, "camera", camera.driver))  # type: ignore[misc]
        await self._supervisor.start()

    async def stop(self) -> None:
        """End the workers."""
        await self._supervisor.stop()

    # What the console and the alarms ask.

    @property
    def core_looks(self) -> float:
        """How many pictures each core has promised to look at a second: what the model is shown depends on it."""
        return self._supervisor.core_looks

    @property
    def cameras(self) -> tuple[CameraConfig, ...]:
        """Every configured camera, with what it looks for now."""
        return tuple(self._cameras.values())

    def health(self, camera: str) -> Health | None:
        """The last word of a camera's worker on how it does; None before the first."""
        return self._health.get(camera)

    def present(self, camera: str) -> Present | None:
        """Who is in a camera's picture now; None when it is not watched."""
        said, fact = self._present.get(camera, (0.0, None))
        return fact if fact is not None and self._monotonic() - said <= PRESENT_S else None

    def all_present(self) -> list[Present]:
        """Who is in the pictures of all cameras that are watched now."""
        return [fact for camera in self._cameras if (fact := self.present(camera)) is not None]

    def occupancy_limit(self) -> int:
        """People in the shop at a time: the lowest limit of all cameras; 0 when none has one."""
        limits = [camera.what_to_look_for().rules.occupancy_limit for camera in self._cameras.values()]
        return min((limit for limit in limits if limit), default=0)

    def small_cell(self) -> int:
        """The floor for small cells: the highest of all cameras."""
        return max((camera.what_to_look_for().rules.small_cell for camera in self._cameras.values()), default=1)

    async def still(self, camera: str) -> bytes:
        """A PNG of what a camera sees now, every head pixelated. Raises KeyError or NoStill."""
        return await self._supervisor.still(camera)

    def drawing(self, camera: str) -> DrawnScene:
        """What a camera looks for; version 0 as configured, drawn by nobody. Raises KeyError."""
        configured = self._cameras[camera].what_to_look_for()
        with self._store.reading() as db:
            return read_scene(db.conn, camera) or DrawnScene(camera, 0, configured, 0, "")

    async def draw(self, camera: str, scene: Scene, after: int, by: str) -> int:
        """Look for this from now on; returns the new version. `after`: the version it was made from.

        Raises KeyError, and Stale when somebody else has drawn in between.
        """
        config = self._cameras[camera]
        version = await self._store.do(lambda tx: keep_scene(tx, camera, scene, by, after))
        changed = self._cameras[camera] = config.model_copy(update={"scene": scene})
        await self._supervisor.change(changed)
        return version

    # What cameras and badges tell.

    def measured(self, survey: Survey) -> None:
        """A device said something: a badge that a camera's rules name excuses whoever crosses there now. Any thread."""
        for camera in self._cameras.values():
            rules = camera.what_to_look_for().rules
            if survey.device in rules.staff_tags:
                within = round(rules.staff_tag_s * 1000)
                with self._turn:
                    before = self._badges.get(camera.id, Badges())
                    self._badges[camera.id], taken = spoke(before, survey.device, survey.at, within)
                if taken is not None:
                    self._post(excuse, Excused(taken))

    def _heard(self, fact: VisionFact) -> None:
        match fact:
            case Crossing():
                self._post(count_crossings, self._by_badge(fact))
            case Totals():
                self._post(take_totals, fact)
            case Present():
                self._present[fact.camera] = self._monotonic(), fact
            case Health():
                self._health[fact.camera] = fact
                self._registry.sighted(Sighting(fact.camera, "", model=fact.detector), "camera", "camera")
            case CameraLost():
                self._present.pop(fact.camera, None)
                self._registry.lost(fact.camera, f"{fact.why}. {fact.what_now}")
            case CameraMoved():
                self._post(note_moved, fact)
            case ShelfSeen():
                self._on_shelf(fact.camera, self._cameras[fact.camera].place, fact.at, fact.look)
            case Minute():
                pass  # the minutes on record are made of the crossings themselves, each counted once

    def _by_badge(self, fact: Crossing) -> Crossing:
        rules = self._cameras[fact.camera].what_to_look_for().rules
        if not rules.staff_tags:
            return fact
        with self._turn:
            before = self._badges.get(fact.camera, Badges())
            self._badges[fact.camera], told = crossed(before, fact, round(rules.staff_tag_s * 1000))
        return told

    def _post(self, lane: Callable[..., Sequence[Any]], fact: object) -> None:
        try:
            self._store.post(lane, fact, _recorded)
        except StoreError as error:
            _recorded(None, error)


def _as_drawn(camera: CameraConfig, store: Store) -> CameraConfig:
    """The camera with the scene that was last drawn for it, if any."""
    with store.reading() as db:
        drawn = read_scene(db.conn, camera.id)
    return camera if drawn is None else camera.model_copy(update={"scene": drawn.scene})


def _last_epochs(store: Store) -> dict[str, int]:
    """The last life of each camera's worker that is on record: the next one gets a higher number."""
    with store.reading() as db:
        return dict(db.conn.execute("SELECT device, MAX(epoch) FROM sender GROUP BY device"))


def _recorded(_result: Any, error: BaseException | None) -> None:
    if error is not None:
        log.warning("what a camera counted is not on record: %s", error)
