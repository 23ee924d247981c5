"""Finding a label by its lamp."""

from edge.console.accounts import Role
from edge.console.pages.shell import Visit


async def blink(visit: Visit, label: str) -> None:
    """Let the label's lamp blink."""
    verbs, by = visit.desk.context.verbs, visit.account.name
    await visit.act(Role.CLERK, lambda: verbs.blink(label, by), visit.t("blink.done", label=label))
