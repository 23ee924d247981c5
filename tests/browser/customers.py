"""Who came, and what the tills sold: written straight into the tables."""

import math
import random
from datetime import datetime
from zoneinfo import ZoneInfo

from edge.store import Transaction
from tests.console.floor import DAY, MINUTE, Floor, gtin


def come_and_buy(floor: Floor, now: int, chance: random.Random) -> None:
    """Eight days of people at the door; today's sales."""
    ahead = datetime.fromtimestamp(now / 1000, ZoneInfo(floor.shop.timezone)).utcoffset()
    ahead_minutes = int(ahead.total_seconds()) // 60 if ahead else 0

    def work(tx: Transaction) -> None:
        for minute in range((now - 8 * DAY) // MINUTE, now // MINUTE):
            hour = (minute + ahead_minutes) / 60 % 24  # the shop's own clock, near enough for a curve
            busy = 1.6 * math.exp(-(((hour - 11.5) / 2.2) ** 2)) + 2.3 * math.exp(-(((hour - 17.6) / 1.9) ** 2))
            if not 7 <= hour < 21:
                continue
            entered = sum(chance.random() < busy / 4 for _ in range(4))
            departed = sum(chance.random() < busy / 4 * 0.985 for _ in range(4))
            if entered or departed:
                tx.sql.execute(
                    "INSERT INTO visit (camera, line, minute, entered, departed) VALUES ('door', 'entrance', ?, ?, ?)",
                    (minute * MINUTE, entered, departed),
                )
        for number in range(214):
            at, total = now - chance.randrange(1, 9 * 60) * MINUTE, chance.randrange(180, 6_900)
            device = f"till-{number % 3 + 1}"
            tx.sql.execute(
                "INSERT INTO sale VALUES (?, 1, ?, ?, ?, 'EUR', ?, '{}')",
                (device, number + 1, f"{device}-{number}", at, total),
            )
        for number in range(9):  # eggs and oil, of which a raise will wait
            item, minor = (gtin(7), 349) if number % 3 else (gtin(3), 1149)
            at, lines = now - (11 + 22 * number) * MINUTE, f'{{"lines":[["{item}",1,{minor},1,{minor}]]}}'
            tx.sql.execute(
                "INSERT INTO sale VALUES ('till-1', 1, ?, ?, ?, 'EUR', ?, ?)",
                (1_000 + number, f"till-1-{1_000 + number}", at, minor, lines),
            )

    floor.do(work)
