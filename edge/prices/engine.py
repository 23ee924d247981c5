"""The price engine: lets the activation core decide inside a transaction, and writes down what it decided."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product

from cloud_sync.contract.reasons import say
from edge.prices.activation import Book, Plan, Role, Rules, may_uncover, plan, raises
from edge.prices.approvals import MayNotApprove, add_approval
from edge.prices.batches import Abort, Start, Wait, close_batch, decide, look_at, unbegun
from edge.prices.books import (
    Sending,
    confirm_label,
    confirm_till,
    end_grace,
    forget_face,
    items_of,
    load_books,
    send_anew,
    write_sendings,
)
from edge.prices.history import note_offers
from edge.prices.phases import land, move, on_their_way, refuse, say_held, say_still_held, supersede, tell
from edge.prices.timing import is_timed, next_moment, takes_effect
from edge.store import Transaction
from edge.store.ledger import encode


class MayNotUncover(ValueError):
    """A covered label has to stay covered; the text says why, and what can be done."""


@dataclass(frozen=True, slots=True)
class PriceEngine:
    """Every method runs inside a transaction of the store of record; `tx.now` is the time.

    `objection(tx, item, version)`: why a price that waited may not begin after all, or ""; see `LawfulStart`.
    `hold(tx, item, version)`: why one whose time has come has to wait longer, or ""; see `MayBegin`.
    `pause(tx)`: why no raise may begin now, or ""; cuts go on, and so does what was sent already.
    `held_after_ms`: how long a change may be on its way before head office hears that it is held, and by whom.
    """

    rules: Rules = field(default_factory=Rules)
    held_after_ms: int = 15_000
    objection: Callable[[Transaction, str, int], str] = lambda _tx, _item, _version: ""
    hold: Callable[[Transaction, str, int], str] = lambda _tx, _item, _version: ""
    pause: Callable[[Transaction], str] = lambda _tx: ""

    def settle(self, tx: Transaction, items: Iterable[str]) -> None:
        """Let each item go as far as it may now: sends, landings and what is superseded."""
        books = load_books(tx, items)
        for book in books.values():
            if book.target is not None:
                supersede(tx, book.item, book.target.version)
        self._go_on(tx, books)
        self._wish(tx, books.values())

    def _go_on(self, tx: Transaction, books: Mapping[str, Book]) -> None:
        """As `settle`, where a device confirmed something and the prices in force are the same as before."""
        note_offers(tx, books)
        held = self.pause(tx)
        sendings: list[Sending] = []
        for book in books.values():
            if book.target is None:
                continue
            decided = plan(book, self.rules, tx.steady)
            paused = held if held and raises(book) else ""
            if paused:
                decided = replace(decided, send=(), send_member=())
            for device in decided.send:
                role = book.faces[device].role
                member = book.member.target if book.member is not None and role is Role.LABEL else None
                sendings.append(Sending(device, role, book.item, book.target, member.minor if member else None))
            if book.member is not None and book.member.target is not None:
                offer = book.member.target
                sendings += [
                    Sending(till, Role.TILL, book.item, offer, to_members=True) for till in decided.send_member
                ]
            if decided.landed:
                land(tx, book.item, book.target.version)
            else:
                say_still_held(tx, book.item, book.target.version, partial(describe, decided, paused))
        if sendings:
            write_sendings(tx, sendings)
            tx.topics.add("sendings")
        if books:
            tx.topics.add("prices")

    def till_applied(
        self,
        tx: Transaction,
        till: str,
        held: Sequence[tuple[str, int]],
        members: Sequence[tuple[str, int]] = (),
    ) -> None:
        """A till reported the versions in its table, and in its table for members."""
        self._go_on(tx, load_books(tx, confirm_till(tx, till, held, members)))
        tx.sql.execute(
            "UPDATE twin SET reported_version = MAX(reported_version, ?), reported_at = ? WHERE device = ?",
            (max((version for _, version in held), default=0), tx.now, till),
        )

    def label_shown(self, tx: Transaction, label: str, item: str, version: int, digest: str) -> None:
        """A label completed an image of this item and version."""
        changed = confirm_label(tx, label, item, version, digest, self.rules.grace_ms)
        if not changed:
            return
        tx.sql.execute(
            "UPDATE twin SET reported = json_object('item', ?, 'version', ?, 'digest', ?), reported_version = ?,"
            " reported_at = ? WHERE device = ?",
            (item, version, digest, version, tx.now, label),
        )
        tx.topics.add("labels")
        self._go_on(tx, load_books(tx, changed))

    def till_joined(self, tx: Transaction, till: str) -> None:
        """A till came into service: it is owed a price for every item that has one."""
        items = [
            row[0] for row in tx.sql.execute("SELECT DISTINCT item FROM price WHERE phase IN ('active', 'landed')")
        ]
        tx.record("till.joined", till, {})
        self.settle(tx, items)

    def till_forgot(self, tx: Transaction, till: str, epoch: int) -> None:
        """A till came back with an empty table: what it was allowed to charge is sent again, newest first to last."""
        tx.record("till.forgot", till, {"epoch": epoch})
        tx.sql.execute("UPDATE showing SET confirmed = 0 WHERE device = ?", (till,))
        tx.sql.execute("UPDATE member SET confirmed = 0 WHERE device = ?", (till,))
        tx.topics.add("sendings")
        self.settle(tx, on_their_way(tx))

    def bind(self, tx: Transaction, label: str, item: str, by: str) -> None:
        """A person said which item the label stands for. Until it confirms, it still counts for its old item."""
        before = tx.sql.execute("SELECT item FROM binding WHERE device = ?", (label,)).fetchone()
        tx.record("label.bound", label, {"item": item, "by": by})
        tx.sql.execute("INSERT OR REPLACE INTO binding VALUES (?, ?, ?, ?)", (label, item, by, tx.now))
        tx.topics.add("labels")
        send_anew(tx, label, item, self.rules.grace_ms)
        self.settle(tx, [item, *([before[0]] if before and before[0] != item else [])])

    def retire(self, tx: Transaction, device: str, by: str, why: str) -> None:
        """A person vouches that the device is no longer on the shelf or at the till.

        A till holds nothing back any more; a label only what shoppers may have read on it within the grace window.
        """
        tx.record("device.retired", device, {"by": by, "why": why})
        items = forget_face(tx, device, self.rules.grace_ms)
        tx.sql.execute("UPDATE device SET enrolled = 0 WHERE id = ?", (device,))
        tx.topics.update(("labels", "devices"))
        self.settle(tx, items)

    def cover(self, tx: Transaction, label: str, by: str, scanned: str = "") -> None:
        """A person vouches that nobody can read the label. What it showed counts for the grace window, then no more.

        `scanned`: the code by which the person named it.
        """
        if tx.sql.execute("SELECT 1 FROM covered WHERE device = ?", (label,)).fetchone():
            return
        tx.record("label.covered", label, {"by": by, **({"scanned": scanned} if scanned else {})})
        counted = int(self.rules.grace_ms > 0)
        tx.sql.execute("INSERT INTO covered VALUES (?, ?, ?, ?, ?)", (label, by, tx.now, tx.steady, counted))
        tx.topics.update(("labels", "devices"))
        self.settle(tx, items_of(tx, label))

    def uncover(self, tx: Transaction, label: str, by: str, scanned: str = "") -> None:
        """A person takes the cover off. Raises MayNotUncover while the label does not show the price in force."""
        if not tx.sql.execute("SELECT 1 FROM covered WHERE device = ?", (label,)).fetchone():
            return
        bound = tx.sql.execute("SELECT item FROM binding WHERE device = ?", (label,)).fetchone()
        book = load_books(tx, [bound[0]])[bound[0]] if bound else None
        if book is not None and book.target is not None and not may_uncover(book, label):
            raise MayNotUncover(f"{label} does not show the present price yet: leave it covered, or replace it")
        tx.sql.execute("DELETE FROM covered WHERE device = ?", (label,))
        tx.record("label.uncovered", label, {"by": by, **({"scanned": scanned} if scanned else {})})
        tx.topics.update(("labels", "devices"))
        self.settle(tx, items_of(tx, label))

    def approve(self, tx: Transaction, item: str, version: int, by: str) -> bool:
        """A person lets a held price go, or is one of those who have to.

        Returns False when it no longer waits, or a newer one is in force. Raises MayNotApprove, with the rule.
        """
        newer = tx.sql.execute(
            "SELECT 1 FROM price WHERE item = ? AND version > ? AND phase IN ('active', 'landed')", (item, version)
        ).fetchone()
        held = tx.sql.execute(
            "SELECT effective_at FROM price WHERE item = ? AND version = ? AND phase = 'held'", (item, version)
        ).fetchone()
        if newer or held is None:
            return False
        if why := self.objection(tx, item, version):
            raise MayNotApprove(why)
        if still := add_approval(tx, item, version, by):
            move(tx, item, version, "held", "held", still)
            tell(tx, item, version, "held", still)
        elif held[0] > tx.now or is_timed(tx, item, version) or version in unbegun(tx):
            move(tx, item, version, "held", "waiting", takes_effect(held[0]))
        else:
            move(tx, item, version, "held", "active", "")
            self.settle(tx, [item])
        return True

    def reject(self, tx: Transaction, item: str, version: int, by: str) -> bool:
        """A person refuses a held price."""
        if not refuse(tx, item, version, "held", f"refused by {by}"):
            return False
        tx.record("price.rejected", item, {"version": version, "by": by})
        return True

    def tick(self, tx: Transaction) -> None:
        """What time alone brings about: timed prices, the end of grace, and word of what has been held up."""
        begun = self._go_on_with_batches(tx)
        unready = unbegun(tx)
        waiting = tx.sql.execute(
            "SELECT item, version FROM price WHERE phase = 'waiting' AND effective_at <= ? ORDER BY version", (tx.now,)
        ).fetchall()
        due = [(item, version) for item, version in waiting if version not in unready]
        for item, version in due:
            newer = tx.sql.execute(
                "SELECT MAX(version) FROM price WHERE item = ? AND version > ? AND phase IN ('active', 'landed')",
                (item, version),
            ).fetchone()[0]
            if newer:
                move(tx, item, version, "waiting", "superseded", say("superseded", newer=newer))
                tell(tx, item, version, "refused", say("superseded", newer=newer))
            elif why := self.hold(tx, item, version):
                say_held(tx, item, version, "waiting", why)
            elif why := self.objection(tx, item, version):
                refuse(tx, item, version, "waiting", why)
            else:
                move(tx, item, version, "waiting", "active", "")
        self.settle(tx, begun + [item for item, _ in due] + end_grace(tx, self.rules.grace_ms))
        self._report_held(tx)

    def _go_on_with_batches(self, tx: Transaction) -> list[str]:
        """Begin with the batches that can begin now, and give up those that cannot any more. Returns items begun."""
        begun = []
        for sequence, deadline in unbegun(tx).items():
            batch = look_at(tx, sequence, self.objection, self.hold)
            items = [row.item for row in batch.rows]
            match decide(batch.rows, batch.starts, deadline, tx.now):
                case Start():
                    close_batch(tx, sequence, "started", "")
                    begun += [item for item in items if move(tx, item, sequence, "waiting", "active", "")]
                case Abort() as given_up:
                    close_batch(tx, sequence, "aborted", given_up.words)
                    for item, phase in product(items, ("waiting", "held")):
                        refuse(tx, item, sequence, phase, given_up.words)
                case Wait(held_by, why) if why:
                    for item in items:
                        say_held(tx, item, sequence, "waiting", say("batch-waits", item=held_by, why=why))
        return begun

    def next_due(self, tx: Transaction) -> int | None:
        """The next moment at which a timed price may take effect, if one waits for its time."""
        return next_moment(tx)

    def _wish(self, tx: Transaction, books: Iterable[Book]) -> None:
        """Set the desired half of the twins: what should be shown, allowed or not yet."""
        newest = 0
        for book in books:
            if book.target is None:
                continue
            newest = max(newest, book.target.version)
            wish = encode({"item": book.item, "version": book.target.version})
            tx.sql.execute(
                "UPDATE twin SET desired = ?1, desired_version = ?2, desired_at = ?3 WHERE desired != ?1"
                " AND device IN (SELECT device FROM binding WHERE item = ?4)",
                (wish, book.target.version, tx.now, book.item),
            )
        tx.sql.execute(
            "UPDATE twin SET desired_version = ?, desired_at = ? WHERE desired_version < ?"
            " AND device IN (SELECT id FROM device WHERE role = 'till' AND enrolled = 1)",
            (newest, tx.now, newest),
        )

    def _report_held(self, tx: Transaction) -> None:
        """Tell head office of every change that has been on its way for too long by now, and which devices hold it.

        Once it is told, `settle` says when it waits for something else.
        """
        late = tx.sql.execute(
            "SELECT item, version FROM price WHERE phase = 'active' AND changed_at <= ? AND why = '' LIMIT 500",
            (tx.now - self.held_after_ms,),
        ).fetchall()
        if not late:
            return
        books, held = load_books(tx, [item for item, _ in late]), self.pause(tx)
        for item, version in late:
            paused = held if held and raises(books[item]) else ""
            say_held(tx, item, version, "active", describe(plan(books[item], self.rules, tx.steady), paused))


def describe(decided: Plan, paused: str = "", limit: int = 5) -> str:
    """What holds a change back, for a person to read: its devices, or why no raise may begin."""
    if paused:
        return say("waiting-mains", why=paused)
    names = ", ".join(decided.waiting_for[:limit])
    more = len(decided.waiting_for) - limit
    return say("waiting-more", devices=names, count=more) if more > 0 else say("waiting", devices=names)
