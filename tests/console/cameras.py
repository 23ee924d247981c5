"""Cameras for the console's tests: what they look for is really kept; their pictures and people are made up."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from edge.console.cameras import CameraNow, NoPicture
from edge.vision.facts import Foot, Present, Waiting
from edge.vision.finding import Seen
from edge.vision.line import Side
from edge.vision.scene import Floor as Ground
from edge.vision.scene import Line, Scene, Zone, ZoneKind
from edge.visits.scenes import DrawnScene, keep_scene, read_scene
from tests.console.floor import Floor

CONFIGURED = Scene(lines=(Line(name="door", start=(0.0, 0.64), end=(1.0, 0.64), inside=Side.RIGHT),))
SHOP = Scene(
    lines=(Line(name="entrance", start=(0.2, 0.9), end=(0.75, 0.93), inside=Side.LEFT),),
    zones=(
        Zone(name="Dairy", polygon=((0.08, 0.42), (0.36, 0.38), (0.42, 0.58), (0.05, 0.66)), department="Dairy 1"),
        Zone(
            name="Till 1", kind=ZoneKind.QUEUE, lane="till-1",
            polygon=((0.62, 0.42), (0.84, 0.4), (0.95, 0.66), (0.66, 0.7)),
        ),
    ),
    floor=Ground(
        picture=((0.3, 0.33), (0.72, 0.32), (0.98, 0.86), (0.06, 0.9)),
        plan=((6.0, 2.0), (14.0, 2.0), (14.0, 10.0), (6.0, 10.0)),
    ),
)  # fmt: skip


class MadeUpCameras:
    """`door` and `tills` count people, `shelf` reads labels, `yard` is lost."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self.lost = {"yard"}

    def all(self) -> Sequence[CameraNow]:
        now = self._floor.clock()
        return (
            CameraNow("door", "Entrance", True, "ready", "", now - 86_400_000, now, "own", 5.0, 180, 3, 4),
            CameraNow("tills", "Tills", True, "ready", "", now - 86_400_000, now, "own", 2.5, 210, 0, 2),
            CameraNow("shelf", "Dairy 1", False, "ready", "", now - 86_400_000, now, "labels", 0.0, 0, 0, 0),
            CameraNow(
                "yard",
                "Yard",
                True,
                "lost",
                "the stream ended. Aisle keeps trying. If it lasts, check power, battery and distance.",
                now - 600_000,
            ),
        )

    async def still(self, camera: str) -> bytes:
        self._known(camera)
        if camera in self.lost:
            raise NoPicture("This camera gives no pictures now. Look at its cable, then try again.")
        return bytes(cv2.imencode(".png", shop_floor(self._floor.clock()))[1])

    def present(self, camera: str) -> Present | None:
        self._known(camera)
        if camera in self.lost:
            return None
        at = self._floor.clock()
        ground = self.drawing(camera).scene.in_pixels(1000, 1000).ground
        feet = []
        for number in range(4):
            turn = at / 6_000 + number * 1.7
            x, y = 0.5 + 0.3 * math.cos(turn), 0.66 + 0.16 * math.sin(turn * 1.3)
            plan = ground.place(x * 1000, y * 1000) if ground else None
            feet.append(Foot(number + 1, round(x, 4), round(y, 4), plan))
        waiting = (Waiting("Till 1", ZoneKind.QUEUE, "till-1", 5, 112_000, True),) if camera == "door" else ()
        return Present(camera, at, tuple(feet), waiting)

    def drawing(self, camera: str) -> DrawnScene:
        self._known(camera)
        with self._floor.store.reading() as db:
            kept = read_scene(db.conn, camera)
        return kept or DrawnScene(camera, 0, CONFIGURED, 0, "")

    async def draw(self, camera: str, scene: Scene, after: int, by: str) -> int:
        self._known(camera)
        return await self._floor.store.do(lambda tx: keep_scene(tx, camera, scene, by, after))

    def _known(self, camera: str) -> None:
        if camera not in {one.id for one in self.all()}:
            raise KeyError(camera)


async def nearby() -> list[Seen]:
    """Two cameras on the network; one has an odd name."""
    odd = "<img src=x onerror=\"document.title='owned'\">"
    return [
        Seen("http://10.0.0.7/onvif/device_service", "Dome 4", "DC-4120", "Entrance"),
        Seen("http://10.0.0.8/onvif/device_service", odd, "", ""),
    ]


def shop_floor(at: int, width: int = 960, height: int = 540) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """A drawn shop seen from a camera under the ceiling, with a few people."""
    picture = np.full((height, width, 3), (206, 212, 214), np.uint8)
    floor = np.array([(0.3, 0.3), (0.72, 0.3), (1.15, 1.0), (-0.15, 1.0)]) * (width, height)
    cv2.fillPoly(picture, [np.rint(floor).astype(np.int32)], (176, 186, 190))
    for part in range(1, 12):
        y = round(height * (0.3 + 0.7 * part / 12))
        cv2.line(picture, (0, y), (width, y), (166, 176, 181), 1)
        x = (part / 12 - 0.5) * 2
        cv2.line(
            picture,
            (round(width * (0.51 + 0.21 * x)), round(height * 0.3)),
            (round(width * (0.5 + 0.65 * x)), height),
            (166, 176, 181),
            1,
        )
    for left, right, colour in ((0.02, 0.3, (120, 138, 96)), (0.72, 0.99, (102, 120, 168))):
        cv2.rectangle(
            picture,
            (round(left * width), round(0.12 * height)),
            (round(right * width), round(0.36 * height)),
            colour,
            -1,
        )
        for shelf in range(1, 4):
            y = round(height * (0.12 + 0.06 * shelf))
            cv2.line(picture, (round(left * width), y), (round(right * width), y), (70, 80, 84), 3)
    for number in range(4):
        turn = at / 6_000 + number * 1.7
        across, down = (0.5 + 0.3 * math.cos(turn)) * width, (0.66 + 0.16 * math.sin(turn * 1.3)) * height
        tall = 60 + down * 0.24
        shadow = round(tall * 0.2), round(tall * 0.06)
        cv2.ellipse(picture, (round(across), round(down)), shadow, 0, 0, 360, (140, 148, 150), -1)
        cv2.ellipse(
            picture,
            (round(across), round(down - tall * 0.45)),
            (round(tall * 0.15), round(tall * 0.36)),
            0,
            0,
            360,
            ((90, 60, 40), (50, 70, 130), (60, 100, 60), (110, 50, 90))[number],
            -1,
        )
        head = round(tall * 0.24)
        top, left = max(0, round(down - tall)), max(0, round(across - head / 2))
        for row in range(0, head, 8):
            for column in range(0, head, 8):
                shade = 90 + (row * 7 + column * 13 + number * 31) % 70
                picture[top + row : top + row + 8, left + column : left + column + 8] = (shade, shade + 6, shade + 14)
    return picture
