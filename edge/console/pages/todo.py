"""How a task looks, and the one thing that its button does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from nicegui import ui

from cloud_sync.pages.parts import text
from cloud_sync.pages.reasons import in_words
from cloud_sync.pages.theme import State
from edge.console.accounts import Role
from edge.console.pages.clock import confirm_clock
from edge.console.pages.lamps import blink
from edge.console.pages.looks import many
from edge.console.pages.shell import Visit
from edge.views.tasks import Task, TaskKind

ICONS = {
    TaskKind.CLOCK: "schedule",
    TaskKind.HELD_RAISE: "hourglass_top",
    TaskKind.SHOWS_OLD: "running_with_errors",
    TaskKind.WRONG_LABEL: "wrong_location",
    TaskKind.UNSEEN: "search",
    TaskKind.APPROVAL: "gavel",
    TaskKind.LABEL: "sell",
    TaskKind.REFUSED_CHANGE: "block",
    TaskKind.REFUSED_PRICE: "block",
    TaskKind.INSPECTED: "fact_check",
    TaskKind.COVERED: "visibility_off",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What a task's button says, and does."""

    word: str
    do: Callable[[], Awaitable[object]]


def task_card(visit: Visit, task: Task, *, picture: bool = True) -> ui.element:
    """One task: what, where, since when, what it costs, and one button."""
    t = visit.t
    failed = task.state == "fault" or task.kind in (TaskKind.REFUSED_CHANGE, TaskKind.REFUSED_PRICE)
    state = State.FAILED if failed else State.NEEDS_YOU
    with ui.element("article").classes(f"console-task aisle-{state}") as made:
        with ui.element("div").classes("console-task-icon"):
            ui.icon(ICONS[task.kind]).props("aria-hidden=true")
        with ui.element("div").classes("aisle-grow"):
            text(title(visit, task), "strong")
            words = detail(visit, task)
            if words:
                text(words, "div").classes("console-task-words")
            with ui.element("div").classes("aisle-soft aisle-small console-facts"):
                if task.place:
                    _fact("place", task.place)
                if task.device:
                    _fact("tag", task.device)
                with ui.element("span"):
                    visit.when(task.since)
        if picture and task.device and task.item:
            shot = ui.element("img").classes("console-thumb aisle-only-pc")
            shot.props["src"] = f"/labels/{quote(task.device)}/now.png"
            shot.props["alt"] = t("label.now")
            shot.props["loading"] = "lazy"
        step = next_step(visit, task)
        if task.device and visit.desk.context.verbs.can_blink(task.device) and visit.may(Role.CLERK):
            ui.button(t("blink.do"), icon="lightbulb", on_click=lambda: blink(visit, task.device)).props(
                "outline"
            ).classes("console-task-button")
        ui.button(step.word, on_click=step.do).props("unelevated").classes("console-task-button")
    return made


def title(visit: Visit, task: Task) -> str:
    """What is wrong, in a few words."""
    t = visit.t
    match task.kind:
        case TaskKind.SHOWS_OLD if task.gives_away:
            return t("task.shows-old.over")
        case TaskKind.WRONG_LABEL:
            return t(f"task.wrong-label.{task.state}")
        case TaskKind.INSPECTED:
            return t(f"task.inspected.{task.state}")
        case kind:
            return t("task." + kind.name.lower().replace("_", "-"))


def detail(visit: Visit, task: Task) -> str:
    """About what, and what it costs."""
    t, money = visit.t, visit.desk.figures.money
    match task.kind:
        case TaskKind.CLOCK:
            return f"{in_words(task.why, t, money)} {many(t, 'task.clock.waits', task.count)}"
        case TaskKind.HELD_RAISE:
            each, now = money(task.gives_away, task.currency), money(task.before_minor, task.currency)
            cost = t("task.held-raise.cost", name=task.name, each=each, now=now)
            return f"{cost} {rate(visit, task)}".rstrip()
        case TaskKind.INSPECTED:
            shown, charged = money(task.before_minor, task.currency), money(task.minor, task.currency)
            return t(f"task.inspected.{task.state}.what", name=task.name, shown=shown, charged=charged)
        case TaskKind.COVERED:
            return t("task.covered.what", name=task.name, by=task.why)
        case TaskKind.APPROVAL:
            price, before = money(task.minor, task.currency), money(task.before_minor, task.currency)
            reach = many(t, "task.approval.reach", task.count, name=task.name, price=price, before=before)
            return f"{reach} {in_words(task.why, t, money)}".rstrip()
        case TaskKind.SHOWS_OLD:
            shown, charged = money(task.before_minor, task.currency), money(task.minor, task.currency)
            said = t("task.shows-old.what", name=task.name, shown=shown, charged=charged)
            step = "task.shows-old.again" if task.count > 1 else "task.shows-old.step"
            step = step if task.device else "task.shows-old.find"
            return f"{said} {t(step, count=task.count)}"
        case TaskKind.WRONG_LABEL:
            return t(f"task.wrong-label.{task.state}.step", name=task.name or task.item)
        case TaskKind.UNSEEN:
            return t("task.unseen.step", name=task.name)
        case TaskKind.REFUSED_CHANGE:
            return t("task.refused-change.why", number=task.version, who=task.name, why=in_words(task.why, t, money))
        case TaskKind.REFUSED_PRICE:
            why = in_words(task.why, t, money)
            return t("task.refused-price.why", name=task.name, price=money(task.minor, task.currency), why=why)
        case _:
            return ": ".join(part for part in (task.name, in_words(task.why, t, money)) if part)


def next_step(visit: Visit, task: Task) -> Step:
    """The one thing that the button does."""
    t, verbs, by = visit.t, visit.desk.context.verbs, visit.account.name

    async def retry() -> None:
        await visit.act(Role.CLERK, lambda: verbs.retry(task.device, by), t("task.retry.done"))

    async def approve() -> None:
        await decide(visit, task.item, task.version, task.name, task.minor, task.before_minor, task.count, yes=True)

    async def show() -> None:
        ui.navigate.to("/prices?phase=refused" if not task.device else f"/labels/{quote(task.device)}")

    match task.kind:
        case TaskKind.CLOCK if visit.may(Role.MANAGER):
            return Step(t("clock.confirm"), lambda: confirm_clock(visit))
        case TaskKind.CLOCK:
            return Step(t("task.show"), to_page("/link"))
        case TaskKind.SHOWS_OLD | TaskKind.WRONG_LABEL:
            return Step(t("task.read-again"), to_page(f"/photo?place={quote(task.place)}"))
        case TaskKind.HELD_RAISE | TaskKind.COVERED | TaskKind.UNSEEN:
            return Step(t("task.scan"), to_page(to_scan(task.device)))
        case TaskKind.INSPECTED:
            return Step(t("task.look-again"), to_page(f"/inspect/{task.count}?label={quote(task.device)}"))
        case TaskKind.LABEL:
            return Step(t("task.retry"), retry)
        case TaskKind.APPROVAL if visit.may(Role.MANAGER):
            return Step(t("task.approve"), approve)
        case TaskKind.APPROVAL:
            return Step(t("task.show"), to_page("/prices?phase=held"))
        case TaskKind.REFUSED_CHANGE:
            return Step(t("task.show"), to_page("/ledger"))
        case _:
            return Step(t("task.show"), show)


def rate(visit: Visit, task: Task) -> str:
    """What a waiting raise costs per hour, and what that is judged by."""
    t, loss = visit.t, task.loss
    if loss is None:
        return ""
    hours, minutes = divmod(round(loss.window_ms / 60_000), 60)
    window = t("span.minutes" if not hours else "span.both" if minutes else "span.hours", hours=hours, minutes=minutes)
    if not loss.sales:
        return t("task.held-raise.idle", window=window)
    each = visit.desk.figures.money(loss.per_hour, task.currency)
    return many(t, "task.held-raise.hour", loss.sales, hour=each, window=window)


def to_scan(device: str) -> str:
    """The page on which a label is replaced, covered or removed by scanning."""
    return f"/scan?label={quote(device)}"


async def retire(visit: Visit, device: str) -> bool:
    """Ask why, say what follows, then take the device out of service."""
    t = visit.t
    with ui.dialog() as dialog, ui.card().classes("console-dialog"):
        text(t("retire.title", device=device), "h2")
        text(t("retire.body"), "p")
        reasons = {key: t(f"retire.{key}") for key in ("replaced", "removed")}
        why = ui.radio(reasons, value="replaced")
        with ui.element("div").classes("aisle-row console-dialog-foot"):
            ui.button(t("act.cancel"), on_click=lambda: dialog.submit(None)).props("flat")
            ui.button(t("retire.yes"), on_click=lambda: dialog.submit(why.value)).props("unelevated")
    reason = await dialog
    dialog.delete()
    if reason is None:
        return False
    verbs, by = visit.desk.context.verbs, visit.account.name
    return await visit.act(Role.CLERK, lambda: verbs.retire(device, str(reason), by), t("retire.done", device=device))


async def decide(
    visit: Visit, item: str, version: int, name: str, minor: int | None, before: int | None, labels: int, *, yes: bool
) -> bool:
    """Approve or reject a held price, after saying what will happen to how many labels."""
    t, money, verbs, by = visit.t, visit.desk.figures.money, visit.desk.context.verbs, visit.account.name
    word = "approve" if yes else "reject"
    glance = await visit.desk.glance()
    body = many(
        t,
        f"price.{word}.body",
        labels,
        name=name,
        price=money(minor),
        before=money(before),
        tills=many(t, "count.tills", len(glance.overview.tills)),
    )
    if not await visit.confirm(t(f"price.{word}.title"), body, t(f"price.{word}")):
        return False
    deed = verbs.approve if yes else verbs.reject
    return await visit.act(Role.MANAGER, lambda: deed(item, version, by), t(f"price.{word}.done"))


def to_page(path: str) -> Callable[[], Awaitable[None]]:
    """What a button does that leads to a page."""

    async def go() -> None:
        ui.navigate.to(path)

    return go


def _fact(icon: str, words: str) -> None:
    with ui.element("span"):
        ui.icon(icon).props("aria-hidden=true")
        text(words)
