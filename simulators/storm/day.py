"""One day: sets the stage, plays the schedule, lets the storm pass."""

from collections.abc import Sequence
from itertools import zip_longest

from cloud_sync.contract.change import ChangeRow
from cloud_sync.hq.terms import Terms
from simulators.storm.air import Air
from simulators.storm.gateway import Gateway
from simulators.storm.goods import Goods, lines_of
from simulators.storm.labels import Label
from simulators.storm.office import HeadOffice
from simulators.storm.parts import Parts
from simulators.storm.schedule import (
    DAY,
    GRACE_MS,
    HEAD_OFFICE,
    LABELS,
    MINUTE,
    TILLS,
    WEIGHED,
    Asleep,
    Backup,
    Bind,
    ClockJump,
    Cut,
    Dead,
    Decide,
    DiskFull,
    Kill,
    Push,
    Replace,
    Restore,
    Shopper,
    Step,
    Weather,
    Wipe,
    first_binding,
)
from simulators.storm.tills import Till
from simulators.storm.truth import Books, Judge
from simulators.storm.uplink import RULES
from simulators.storm.world import OPENING, World
from simulators.storm.zone import not_before, wall_text

ASKS_WITHIN = RULES.poll + 2 * MINUTE
"""A change that no wake-up told of is fetched with the next poll; a restored gateway reads the whole log."""
SETTLES_WITHIN = ASKS_WITHIN + GRACE_MS + RULES.poll + 8 * MINUTE
"""I6: once the faults are over and the time of every change has come, everything has converged after so long: the last
change is fetched and approved, its labels are drawn, the grace passes, and head office is told with the next poll."""


class Day:
    """One seed's shop."""

    def __init__(self, office: HeadOffice, parts: Parts, world: World, schedule: Sequence[Step]) -> None:
        self.world, self.office, self._codes = world, office, parts.items
        self.judge = Judge(self.world, GRACE_MS, weighed=frozenset(parts.items[item] for item in WEIGHED))
        self.books = Books(self.world)
        self.air = Air(self.world)
        self.gateway = Gateway(self.world, self.air, self.books, self.office, parts)
        self.tills = {name: Till(name, self.world, self.air, self.judge, self.gateway) for name in TILLS}
        self.labels = {name: Label(name, self.world, self.judge) for name in LABELS}
        self.gateway.tills.update(self.tills)
        self.gateway.labels.update(self.labels)
        self.goods = Goods(world, office, self.gateway, parts.items, self._wake_shop)
        for till in self.tills.values():
            till.redeems = self.goods.redeems
        self.bound = {label: self._codes[item] for label, item in first_binding().items()}
        self.lost: dict[tuple[str, int], set[int]] = {}
        """Till and epoch → sales that were acknowledged, and went with a disk before head office had them."""
        self._to_replace: set[str] = set()
        self._restoring = 0
        self.ends = DAY + SETTLES_WITHIN
        """When everything has to have converged, milliseconds since the opening."""
        self._schedule = schedule
        self._calm = False

    def play(self) -> None:
        """Play it to its end, when all has settled. Raises Violation."""
        for till in self.tills.values():
            self.world.at(100, till.connect)
        for step in self._schedule:
            self.world.at(step.at, self._begin, step)
        self.world.at(DAY, self._calm_down)
        self.world.run(DAY)
        self.ends = max(DAY, self.office.last_due() - OPENING) + SETTLES_WITHIN
        self.world.run(self.ends)

    @property
    def restored(self) -> bool:
        """Whether the gateway went on from a backup."""
        return self._restoring > 0

    # What a step does.

    def _begin(self, step: Step) -> None:
        world, gateway = self.world, self.gateway
        if not isinstance(step, Shopper | Push):
            world.reach(type(step).__name__)
        match step:
            case Shopper():
                self._shop(step)
            case Push():
                self._push(step)
            case Weather(until=until, line=line):
                self.air.change(step, begins=True)
                world.say("air", f"bad weather on the line to {line}")
                world.at(until, self.air.change, step, False)
            case Cut(until=until, line=line):
                self._cut(line)
                world.at(until, self._heal, line)
            case Dead(until=until, label=label):
                self._die(label, until)
            case Asleep(until=until, label=label):
                self.labels[label].asleep += 1
                world.at(until, self._wake, label)
            case ClockJump(until=until, by=by):
                gateway.wrong_by += by
                world.say("gateway", f"its clock jumps by {by // 1000} s")
                world.at(until, self._right_clock, by)
            case DiskFull(until=until):
                gateway.disk.full = True
                world.say("gateway", "its disk is full")
                world.at(until, self._free_disk)
            case Kill():
                gateway.disk.arm(step)
            case Backup():
                gateway.backup()
            case Restore(down=down):
                self._restore(down)
            case Wipe(till=till):
                self.tills[till].wipe()
            case Bind(label=label, item=item):
                self._bind(label, self._codes[item])
            case Replace(label=label, back_at=back_at):
                self._take_away(label)
                world.at(back_at, self._put_back, label)
            case Decide(approve=approve):
                gateway.decide(approve)
            case _:
                self.goods.begin(step)

    def _shop(self, shopper: Shopper) -> None:
        self.world.at(shopper.scan_at, self._scan, shopper)
        self.world.at(shopper.pay_at, self._pay, shopper)

    def _scan(self, shopper: Shopper) -> None:
        wanted = [(self._codes[item], shopper.grams if item in WEIGHED else 1) for item in shopper.items]
        self.tills[shopper.till].scan(shopper, self.goods.pick(shopper.number, wanted))

    def _pay(self, shopper: Shopper) -> None:
        sale = self.tills[shopper.till].pay(shopper)
        self.goods.leave(shopper.number, lines_of(sale) if sale else ())

    def _push(self, step: Push) -> None:
        rows = [
            ChangeRow(
                item=self._codes[item], name=f"item {item:02}", minor=minor, currency="EUR",
                per="kg" if item in WEIGHED else "each", member_minor=member,
            )
            for (item, minor), member in zip_longest(step.rows, step.member)
        ]  # fmt: skip
        ahead = OPENING + self.world.now + step.ahead if step.ahead else None
        until = OPENING + step.until if step.until else None
        deadline = OPENING + step.batch_by if step.batch_by else None
        wall = wall_text(ahead) if ahead and step.local else None
        for sequence in self.office.push(rows, Terms(ahead, wall, until, deadline)):
            if ahead is not None:
                self.books.not_before[sequence] = (ahead if wall is None else not_before(wall)) - OPENING
            what = ", ".join(f"{minor} for {self._codes[item]}" for item, minor in step.rows)
            when = f", in force in {step.ahead // 1000} s" if step.ahead else ""
            when = f", in force at {wall} on the shop's clock" if wall else when
            self.world.reach("local time" if wall else "timed change" if ahead else "change for now")
            if step.until:
                self.books.not_before[sequence + 1] = step.until
                self.world.reach("promotion pushed")
                when += f", a promotion for {(step.until - self.world.now - step.ahead) // 1000} s"
            if step.batch_by:
                self.world.reach("batch pushed")
                when += ", all of it or nothing"
            self.world.say("head office", f"version {sequence}: {what}{when}")
        self._wake_shop()

    def _wake_shop(self) -> None:
        self.air.carry(HEAD_OFFICE, self.gateway.enter, self.gateway.woken, sure=True)

    def _cut(self, line: str) -> None:
        self.world.say("air", f"the line to {line} is cut")
        self.air.cut(line)
        if line == HEAD_OFFICE:
            self.gateway.enter(self.gateway.line_broke)
        else:
            self.tills[line].disconnected(22_000)

    def _heal(self, line: str) -> None:
        if not self._calm and self.air.heal(line):
            self.world.say("air", f"the line to {line} stands again")
            if line != HEAD_OFFICE:
                self.world.after(2_500, self.tills[line].connect)

    def _die(self, label: str, until: int) -> None:
        self.labels[label].dead += 1
        self.world.say(label, "its battery is gone" if self.labels[label].on_shelf else "dies in a drawer")
        if until:
            self.world.at(until, self._revive, label)
        else:
            self._to_replace.add(label)

    def _revive(self, label: str) -> None:
        self.labels[label].dead = max(0, self.labels[label].dead - 1)
        self.world.say(label, "lives again")

    def _wake(self, label: str) -> None:
        self.labels[label].asleep = max(0, self.labels[label].asleep - 1)
        self.gateway.enter(self.gateway.woke, label)

    def _right_clock(self, by: int) -> None:
        if not self._calm:
            self.gateway.wrong_by -= by
            self.world.say("gateway", "its clock is set right")

    def _free_disk(self) -> None:
        self.gateway.disk.full = False
        self.world.say("gateway", "its disk has room again")

    def _bind(self, label: str, item: str) -> None:
        if self.labels[label].on_shelf and label in self.bound:
            self.world.say("staff", f"{label} is bound to {item}")
            self.bound[label] = item
            self.gateway.bind(label, item)

    def _take_away(self, label: str) -> None:
        if self.labels[label].on_shelf:
            self.labels[label].taken_away()
            self.gateway.retire(label)

    def _put_back(self, label: str) -> None:
        if not (self.labels[label].on_shelf or self.labels[label].in_hand or self._closed()):
            self.labels[label].taken_in_hand()
            self.gateway.bind(label, self.bound[label])

    # After a restore: the shop closes, and staff put every device back into service.

    def _restore(self, down: int) -> None:
        if not self.gateway.restore(down):
            return
        at_office = {(device, epoch, seq) for device, epoch, seq, _, _ in self.office.told().events}
        for till in self.tills.values():
            till.closed = True
            for epoch, upto in till.receipted.items():
                lost = self.lost.setdefault((till.name, epoch), set())
                for seq in till.sold[epoch]:
                    there = (till.name, epoch, seq) in at_office or self.gateway.knows(till.name, epoch, seq)
                    if seq <= upto and not there:
                        lost.add(seq)
                        self.world.reach("sale lost with the disk")
        for label in self.labels.values():
            if label.on_shelf or label.in_hand:
                label.taken_away()
        self.judge.everybody_left()
        self._restoring += 1
        self.world.after(down + 5_000, self._put_all_back, self._restoring)

    def _put_all_back(self, number: int) -> None:
        """Once the gateway has all of head office's log: labels in somebody's hand, tills with an empty journal."""
        if number != self._restoring:
            return
        if not self.gateway.up_to_date(self.office.head()):
            self.world.after(15_000, self._put_all_back, number)
            return
        for name in self.labels:
            self._put_back(name)
        for till in self.tills.values():
            self._enrol_again(till, number)

    def _enrol_again(self, till: Till, number: int) -> None:
        if number != self._restoring or not till.closed:
            return
        if till.journal or not till.connection:
            self.world.after(5_000, self._enrol_again, till, number)
            return
        till.closed = False
        till.wipe()
        self.world.reach("till in service again after a restore")
        self.gateway.enrol_till(till.name)

    def _closed(self) -> bool:
        """Whether the gateway waits for head office's log after a restore: no label goes back before."""
        closed = any(till.closed for till in self.tills.values())
        return closed and not self.gateway.up_to_date(self.office.head())

    def _calm_down(self) -> None:
        """The storm is over: faults end, people have put right what only people can."""
        self._calm = True
        self.world.say("air", "the storm is over")
        self.air.calm_down()
        self.gateway.wrong_by = 0
        self._free_disk()
        self.gateway.disk.disarm()
        for name, label in self.labels.items():
            label.calm = True
            if name in self._to_replace:
                self._take_away(name)
            label.dead = 0
            self._put_back(name)
        self.gateway.decide(approve=True)
        for after in (2 * MINUTE, ASKS_WITHIN):
            self.world.after(after, self.gateway.decide, True)
        for till in self.tills.values():
            self.world.after(2_500, till.connect)
