"""Draws the pool: `python -m edge.vision.training.generate FOLDER --files 40 --workers 2`."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2

from edge.vision.training.pool import draw_pool_file


def main() -> None:
    """Draw what is missing in the folder. Files whose seed is 9000 or more are for validation only."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("folder", type=Path)
    ask.add_argument("--files", type=int, default=40)
    ask.add_argument("--first-seed", type=int, default=0)
    ask.add_argument("--samples", type=int, default=400, help="in each file")
    ask.add_argument("--workers", type=int, default=1)
    given = ask.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(given.workers, initializer=cv2.setNumThreads, initargs=(1,)) as workers:
        seeds = range(given.first_seed, given.first_seed + given.files)
        missing = [seed for seed in seeds if not (given.folder / f"{seed:05d}.npz").exists()]
        done = [
            workers.submit(draw_pool_file, given.folder / f"{seed:05d}.npz", seed, given.samples) for seed in missing
        ]
        for one in done:
            one.result()


if __name__ == "__main__":
    main()
