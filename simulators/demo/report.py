"""What the day came to, and whether every promise held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.demo.acts import Promise
from simulators.demo.judge import OfficeRecord, Overcharge, find_overcharges, labels_right, order_kept
from simulators.demo.shop import Shop


@dataclass(frozen=True, slots=True)
class Report:
    """The day in figures. `broken`: promises that did not hold, in words."""

    pushed: int
    landed: int
    held: int
    refused: int
    made: int
    arrived: int
    doubled: int
    overcharged: tuple[Overcharge, ...]
    bound: int
    right: int
    dead: int
    counted: int
    visits_arrived: int
    catch_up_s: float
    seconds: float
    in_order: bool
    wrong_labels: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    broken: tuple[str, ...] = field(default=())

    def facts(self) -> dict[str, Any]:
        """The report as it is written to a file."""
        return {
            "changes": {"pushed": self.pushed, "landed": self.landed, "held": self.held, "refused": self.refused},
            "sales": {
                "made": self.made, "arrived": self.arrived, "doubled": self.doubled,
                "overcharged": len(self.overcharged),
            },
            "labels": {"bound": self.bound, "right": self.right, "dead": self.dead},
            "visits": {"counted": self.counted, "arrived": self.visits_arrived},
            "catch_up_s": round(self.catch_up_s, 2),
            "seconds": round(self.seconds, 1),
        }  # fmt: skip


def judge(
    shop: Shop,
    office: OfficeRecord,
    visits: tuple[int, int],
    catch_up_s: float,
    seconds: float,
    promises: Sequence[Promise],
) -> Report:
    """Judge the day by the devices' own truth and head office's database. `visits`: counted, and arrived of them."""
    receipts = [sale.receipt for _, sale in shop.sales()]
    overcharged = tuple(find_overcharges(shop, office.prices))
    right = labels_right(shop, office)
    wrong = tuple(device for device in shop.bindings if device not in right and device not in shop.dead)
    outcomes = office.outcomes
    facts: dict[str, Any] = {
        "pushed": sum(outcomes.values()), "landed": outcomes["landed"], "held": outcomes["held"],
        "refused": outcomes["refused"], "made": len(receipts),
        "arrived": sum(1 for receipt in receipts if office.receipts[receipt]),
        "doubled": sum(times - 1 for times in office.receipts.values()), "overcharged": overcharged,
        "bound": len(shop.bindings), "right": len(right), "dead": len(shop.dead), "counted": visits[0],
        "visits_arrived": visits[1], "catch_up_s": catch_up_s, "seconds": seconds, "in_order": order_kept(office),
        "wrong_labels": wrong, "promises": tuple(promises),
    }  # fmt: skip
    return Report(**facts, broken=tuple(_broken(Report(**facts), office)))


def _broken(report: Report, office: OfficeRecord) -> list[str]:
    checks = {
        f"{len(report.overcharged)} sale lines cost more than a label showed": bool(report.overcharged),
        f"{report.made - report.arrived} of {report.made} sales did not arrive": report.arrived != report.made,
        f"{report.doubled} sales arrived twice": report.doubled > 0,
        "nothing was sold": report.made == 0,
        f"{office.outcomes['pending']} price changes have no outcome": office.outcomes["pending"] > 0,
        f"labels are wrong: {', '.join(report.wrong_labels)}": bool(report.wrong_labels),
        f"{report.counted} visits were counted and {report.visits_arrived} arrived": report.counted
        != report.visits_arrived,
        "events of a device arrived out of order": not report.in_order,
    }
    broken = [words for words, failed in checks.items() if failed]
    return broken + [f"{one.broken}. {one.words}" for one in report.promises if one.broken]
