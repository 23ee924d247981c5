"""The demo on the terminal: what happens, how it stands, and what it came to."""

import asyncio
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from simulators.demo.report import Report
from simulators.demo.stage import MANAGER, OPERATOR, Stage


class Screen:
    """A live view: the acts so far above, the figures of this moment below."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begin = time.monotonic()
        self._now = ""
        self._figures: dict[str, str] = {}
        self._live = Live(console=console, refresh_per_second=4, get_renderable=self._draw, transient=True)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self.close()

    def close(self) -> None:
        """Stop drawing. Safe to call twice."""
        self._live.stop()

    def say(self, words: str) -> None:
        """A new act begins; the one before stays on the terminal."""
        self._now = words
        self._live.console.print(f"[dim]{time.monotonic() - self._begin:6.1f} s[/dim]  {escape(words)}")

    def open(self, stage: Stage) -> None:
        """Say where the consoles are."""
        self._live.console.print(
            Panel(
                f"Store console   [link={stage.box.url}]{stage.box.url}[/link]   sign in as [b]{MANAGER}[/b]\n"
                f"Head office     [link={stage.office.url}]{stage.office.url}[/link]   sign in as [b]{OPERATOR}[/b]\n"
                f"Password of both, for this run only: [b]{stage.password}[/b]",
                title="The shop is open", expand=False,
            )
        )  # fmt: skip

    async def watch(self, stage: Stage) -> None:
        """Keep the figures fresh until cancelled."""
        while True:
            record = await asyncio.to_thread(stage.record)
            made = sum(1 for _ in stage.shop.sales())
            outcomes = record.outcomes
            self._figures = {
                "sold": f"{made}",
                "at head office": f"{sum(record.receipts.values())}",
                "landed": f"{outcomes['landed']:,}",
                "held": f"{outcomes['held']}",
                "refused": f"{outcomes['refused']}",
                "on the way": f"{outcomes['pending']}",
                "visitors": f"{record.visits}",
                "line": "[red]cut[/red]" if stage.line.is_cut else "[green]up[/green]",
                "gateway": "[green]up[/green]" if stage.gateway.running else "[red]down[/red]",
            }
            await asyncio.sleep(1)

    def _draw(self) -> Group:
        table = Table(box=None, pad_edge=False)
        for name in self._figures:
            table.add_column(name, justify="right")
        if self._figures:
            table.add_row(*(Text.from_markup(value) for value in self._figures.values()))
        return Group(Spinner("dots", self._now), table)


def show_report(console: Console, report: Report) -> None:
    """The day's figures and the verdict."""
    table = Table(title="The day", show_header=False, title_justify="left")
    table.add_row(
        "Price changes",
        f"{report.pushed:,} pushed: {report.landed:,} landed, {report.held} held, {report.refused} refused",
    )
    table.add_row("Sales", f"{report.made} made, {report.arrived} arrived, {report.doubled} doubled")
    table.add_row("Charged above a label", f"{len(report.overcharged)}")
    table.add_row("Labels", f"{report.bound} bound, {report.right} right, {report.dead} dead")
    table.add_row("Visits", f"{report.counted} counted, {report.visits_arrived} arrived")
    table.add_row("Catching up", f"{report.catch_up_s:.1f} s after the line was mended")
    console.print(table)
    for wrong in report.overcharged[:5]:
        console.print(
            f"[red]{wrong.till} charged {wrong.charged} for {wrong.item} on {wrong.receipt},"
            f" {wrong.label} showed {wrong.showed}[/red]"
        )
    for promise in report.promises:
        if not promise.broken:
            console.print(f"[green]Kept:[/green] {escape(promise.words)}")
    for words in report.broken:
        console.print(f"[red]Broken:[/red] {escape(words)}")
    if not report.broken:
        console.print("[green]Every promise held.[/green]")
