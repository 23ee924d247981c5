"""The shop's cameras as the console asks of them; implements `edge.console.cameras.Cameras`."""

from collections.abc import Sequence

from edge.console.cameras import CameraNow, NoPicture
from edge.devices.registry import Registry
from edge.footfall import Footfall
from edge.vision.config import CameraConfig
from edge.vision.facts import Present
from edge.vision.scene import Scene
from edge.vision.still import NoStill
from edge.visits.scenes import DrawnScene


class ShopCameras:
    """Joins what the registry knows of a camera with what its worker told last."""

    def __init__(self, footfall: Footfall, registry: Registry) -> None:
        self._footfall, self._registry = footfall, registry

    def all(self) -> Sequence[CameraNow]:
        """Every configured camera."""
        return tuple(self._now(camera) for camera in self._footfall.cameras)

    def config(self, camera: str) -> CameraConfig:
        """A camera as it is counted now. Raises KeyError."""
        return {one.id: one for one in self._footfall.cameras}[camera]

    async def still(self, camera: str) -> bytes:
        """What it sees now, heads pixelated. Raises KeyError or NoPicture."""
        self.config(camera)
        try:
            return await self._footfall.still(camera)
        except NoStill as error:
            raise NoPicture(str(error)) from error

    def present(self, camera: str) -> Present | None:
        """Who is in its picture now."""
        self.config(camera)
        return self._footfall.present(camera)

    def drawing(self, camera: str) -> DrawnScene:
        """What it looks for."""
        return self._footfall.drawing(camera)

    async def draw(self, camera: str, scene: Scene, after: int, by: str) -> int:
        """Look for this from now on."""
        return await self._footfall.draw(camera, scene, after, by)

    def _now(self, camera: CameraConfig) -> CameraNow:
        known, told = self._registry.get(camera.id), self._footfall.health(camera.id)
        state = known.health.state.value if known is not None else "init"
        why, since = (known.health.why, known.health.at) if known is not None else ("", None)
        if told is None or state != "ready":
            return CameraNow(camera.id, camera.place, camera.counts_people, state, why, since)
        return CameraNow(
            camera.id, camera.place, camera.counts_people, state, why, since, told.at, told.detector,
            told.fps, told.age_ms, told.dropped, told.people,
        )  # fmt: skip
