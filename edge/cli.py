"""The `aisle` command. Each package brings its own commands by entry point; this file knows none of them."""

from importlib.metadata import entry_points

import typer
from rich.console import Console


def main() -> None:
    """Gather the commands of every installed package and run the one that was asked for."""
    app = typer.Typer(
        name="aisle",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="Aisle runs a shop's devices: labels, tills and cameras, and never charges more than a label shows.",
    )
    for point in sorted(entry_points(group="aisle.commands"), key=lambda point: point.name):
        try:
            command = point.load()
        except ImportError as error:
            Console(stderr=True).print(f"[yellow]aisle {point.name} is not available: {error}[/yellow]")
            continue
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=point.name)
        else:
            app.command(name=point.name)(command)
    app()


if __name__ == "__main__":
    main()
