"""`python -m simulators.storm`: the same as `aisle storm`."""

import typer

from simulators.storm.command import storm

if __name__ == "__main__":
    typer.run(storm)
