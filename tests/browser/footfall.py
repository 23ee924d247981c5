"""What three weeks of cameras leave behind: zones drawn, people on the floor plan, queues, and audits."""

import math
import random
from pathlib import Path

from edge.floorplan import keep_plan
from edge.store import Transaction
from edge.vision.audit.desk import AuditDesk
from edge.vision.config import CameraConfig
from edge.vision.facts import CameraMoved
from edge.visits.aside import note_moved
from edge.visits.scenes import keep_scene
from simulators.camera import make_clip
from tests.browser.past import Past
from tests.console.cameras import SHOP, MadeUpCameras
from tests.console.floor import DAY, HOUR, MINUTE, Floor, gtin

QUARTER = 15 * MINUTE
PLACES = ((8.0, 4.0, 1.3, 9), (12.5, 6.5, 0.9, 12), (10.0, 9.2, 1.6, 6), (4.0, 11.0, 1.2, 4))
"""Where people are on the plan: middle in metres, how far around it, how many of a busy quarter."""

KNOCKED = (0.031, -0.012)
"""How far the camera at the door was knocked aside, of the picture's width and height."""


def audits(floor: Floor, folder: Path) -> AuditDesk:
    """Audits of cameras that all see one film of some seconds, over and over."""
    clip = make_clip(folder / "film.avi", 12, 11).path

    def camera_of(camera: str) -> CameraConfig:
        scene = MadeUpCameras(floor).drawing(camera).scene
        return CameraConfig(id=camera, address=str(clip), options={"loop": True}, model=Path("background"), scene=scene)

    return AuditDesk(camera_of, floor.store)


def tell_drawings(past: Past) -> None:
    """Two people drew what the camera at the door looks for, one after the other."""
    first = SHOP.model_copy(update={"zones": SHOP.zones[:1], "floor": None})
    past.add(20 * DAY, lambda: past.floor.do(lambda tx: keep_scene(tx, "door", first, "mara", 0)))
    past.add(20 * DAY, lambda: past.floor.do(lambda tx: keep_plan(tx, 1_800, 1_300, None, "mara")))
    past.add(3 * DAY, lambda: past.floor.do(lambda tx: keep_scene(tx, "door", SHOP, "ivo", 1)))
    knocked = CameraMoved("door", past.now - DAY, *KNOCKED)
    past.add(DAY, lambda: past.floor.do(lambda tx: note_moved(tx, [knocked])))


def watch_people(floor: Floor, now: int) -> None:
    """All of it, in a shop that has no other past."""
    past = Past(floor, now, lambda _: None)
    tell_drawings(past)
    past.play()
    floor.now = now
    count_people(floor, now)


def count_people(floor: Floor, now: int) -> None:
    """Fifteen days of zones and heat, two audits, and what was sold meanwhile."""
    chance = random.Random(3)

    def work(tx: Transaction) -> None:
        for day in range(15):
            for quarter in range(28, 84):
                at = (now - day * DAY) // DAY * DAY + quarter * QUARTER - HOUR
                hour = quarter / 4
                busy = 0.5 * math.exp(-(((hour - 11.5) / 2.2) ** 2)) + 0.9 * math.exp(-(((hour - 17.6) / 1.9) ** 2))
                if at < now:
                    _quarter(tx, at, busy * (0.8 if day > 6 else 1.0), chance, day > 6)
        for number in range(900):  # of the days before today, so that today's own figures stay as they are
            at, item, minor = now - DAY - chance.randrange(14 * DAY), gtin(1 + number % 2), (129, 389)[number % 2]
            lines = f'{{"lines":[["{item}",1,{minor},1,{minor}]]}}'
            sale = ("till-2", 1, 50_000 + number, f"past-{number}", at, minor, lines)
            tx.sql.execute("INSERT INTO sale VALUES (?, ?, ?, ?, ?, 'EUR', ?, ?)", sale)
        for days, counted, missed, extra in ((9, 41, 3, 2), (1, 57, 1, 0)):
            tx.sql.execute(
                "INSERT INTO camera_audit (camera, line, source, span_ms, counted, missed, extra, at, by, model)"
                " VALUES ('door', 'entrance', 'live', 120000, ?, ?, ?, ?, 'mara', 'own')",
                (counted, missed, extra, now - days * DAY),
            )

    floor.do(work)


def _quarter(tx: Transaction, at: int, busy: float, chance: random.Random, before: bool) -> None:
    at = at // QUARTER * QUARTER
    for number, (x, y, spread, many) in enumerate(PLACES):
        if before and number == 2:
            x += 2.5
        for _ in range(round(many * busy * 2)):
            cell = (int(chance.gauss(x, spread) * 2), int(chance.gauss(y, spread) * 2))
            if min(cell) >= 0:
                tx.sql.execute(
                    "INSERT INTO heat VALUES ('door', ?, ?, ?, 1, ?, 1, ?) ON CONFLICT DO UPDATE"
                    " SET visits = visits + 1, dwell_ms = dwell_ms + excluded.dwell_ms",
                    (at, *cell, QUARTER, chance.randrange(2_000, 40_000)),
                )
    for zone, kind, stay, many in (("Dairy", "browse", 34_000, 14), ("Till 1", "queue", 52_000, 9)):
        visits = round(many * busy * chance.uniform(0.8, 1.2))
        lasting = round(stay * (0.6 + busy) * chance.uniform(0.9, 1.1))
        if visits:
            tx.sql.execute(
                "INSERT OR REPLACE INTO zone_minute VALUES ('door', ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (zone, at, MINUTE, kind, visits, visits * lasting, visits, visits * lasting, lasting * 2,
                 min(visits, 6)),
            )  # fmt: skip
    tx.sql.execute(
        "INSERT OR REPLACE INTO passing VALUES ('door', 'street', ?, ?)",
        (at, round(60 * busy * chance.uniform(0.8, 1.2))),
    )
