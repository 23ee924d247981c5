"""What the alarm rules hear of visitors: queues that take too long, a shop that is full, cameras that were moved."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from cloud_sync.contract.reasons import say
from edge.alarms.rules import Measure, Observation
from edge.alarms.sources import Source
from edge.store import Transaction
from edge.views.day import day_of
from edge.vision.facts import Present
from edge.vision.scene import ZoneKind
from edge.visits.aside import read_moved
from edge.visits.inside import inside

SHOP = "shop"


def queues(present: Callable[[], Iterable[Present]]) -> Source:
    """`present`: who is in the pictures of the cameras that are watched now."""

    def look(_: Transaction) -> Mapping[Measure, Sequence[Observation]]:
        found = []
        for camera in present():
            for zone in camera.zones:
                if zone.kind is ZoneKind.QUEUE:
                    why = say("queue-long", people=zone.people, seconds=zone.longest_ms // 1000)
                    found.append(Observation(Measure.QUEUE, zone.zone, "long" if zone.too_long else "short", why))
        return {Measure.QUEUE: found}

    return look


def crowd(limit: Callable[[], int], timezone: str) -> Source:
    """`limit`: people in the shop at a time, 0 for none."""

    def look(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
        most = limit()
        if not most:
            return {Measure.CROWD: []}
        day = day_of(tx.now, timezone)
        moved = tx.sql.execute(
            "SELECT minute, SUM(entered), SUM(departed) FROM visit WHERE minute >= ? AND minute < ?"
            " GROUP BY 1 ORDER BY 1",
            (day.start, day.end),
        )
        curve = inside(moved)
        people = curve[-1][1] if curve else 0
        why = say("shop-full", people=people, limit=most)
        return {Measure.CROWD: [Observation(Measure.CROWD, SHOP, "full" if people > most else "fine", why)]}

    return look


def aim(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
    """Cameras in service that were moved since people drew on their picture."""
    serving = {camera for (camera,) in tx.sql.execute("SELECT id FROM device WHERE role = 'camera' AND enrolled = 1")}
    found = [
        Observation(Measure.AIM, one.camera, one.per_mille, say("camera-moved", percent=f"{one.per_mille / 10:.1f}"))
        for one in read_moved(tx.sql).values()
        if one.camera in serving
    ]
    return {Measure.AIM: found}
