"""The `aisle` command. Each package brings its own commands by entry point; this file knows none of them."""

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

import typer
from rich.console import Console

from edge.starting import importing


def main() -> None:
    """Run the command that was asked for."""
    with importing():
        app = build(sys.argv[1:])
    app()


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command line for these arguments.

    A command that is named is the only one loaded: the gateway should not wait for the simulators' imports.
    """
    app = typer.Typer(
        name="aisle",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="Aisle runs a shop's devices: labels, tills and cameras, and never charges more than a label shows.",
    )
    app.callback()(lambda: None)  # so that a single command keeps its name
    found = sorted(entry_points(group="aisle.commands"), key=lambda point: point.name)
    named = [point for point in found if arguments and point.name == arguments[0]]
    for point in named or found:
        _add(app, point)
    return app


def _add(app: typer.Typer, point: EntryPoint) -> None:
    """Load one command. A broken one is named, and takes no other with it."""
    try:
        command = point.load()
    except ImportError as error:
        Console(stderr=True).print(f"[yellow]aisle {point.name} is not available: {error}[/yellow]")
        return
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=point.name)
    else:
        app.command(name=point.name)(command)


if __name__ == "__main__":
    main()
