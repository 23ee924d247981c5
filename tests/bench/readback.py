"""Labels read back from simulated photographs: how many, how small, and whether any is ever read wrongly."""

import time

from edge.readback import find_labels, in_grey
from tests.bench.figure import Figure, Say
from tests.readback.photo import Conditions, photograph
from tests.readback.trials import DOMAIN, READABLE_PX, TRIALS, run, subject

PHOTOGRAPHS = 120
"""Of each trial."""
LEAST = 0.99
SHELF = ((296, 128), (250, 122), (212, 104), (400, 300))


def labels_read_back(say: Say) -> list[Figure]:
    """A row per trial; those below or beyond what counts as readable have no target but that nothing is misread."""
    figures, wrong, shot = [], 0, 0
    for trial in TRIALS:
        say(f"photographs: {trial.name}")
        tally = run(trial, PHOTOGRAPHS)
        wrong, shot = wrong + tally.wrong, shot + tally.shot
        share = tally.read_of_readable / tally.readable if tally.readable else 0.0
        counts = tally.readable > 0 and "focus" not in trial.name and "quality 35" not in trial.name
        note = f"{tally.read} of {tally.shot} read; {tally.readable} have ≥ {READABLE_PX:g} px a module"
        name = f"read back: {trial.name}"
        if counts:
            figures.append(Figure(name, 100 * share, "%", target="≥ 99 %", met=share >= LEAST, note=note))
        else:
            figures.append(Figure(name, 100 * tally.read / tally.shot, "%", note=note))
    figures.append(Figure("read back wrongly", wrong, "", target="0", met=wrong == 0, note=f"of {shot:,} photographs"))
    say("a photograph of a whole shelf")
    return [*figures, _shelf()]


def _shelf() -> Figure:
    labels = [subject(number, SHELF[number % len(SHELF)]) for number in range(20)]
    how = Conditions(module_px=4, tilt=15, roll=4, blur=0.35, noise=6, glare=80, jpeg=80)
    picture, _ = photograph([one.shot for one in labels], how, seed=3, columns=4)
    began = time.perf_counter()
    look = find_labels(in_grey(picture), DOMAIN)
    took = time.perf_counter() - began
    height, width = picture.shape[:2]
    found = {(one.item, one.version, one.tag) for one in look.readings}
    missed = sum((one.item, one.version, one.tag) not in found for one in labels)
    note = f"{20 - missed} of 20 labels in one picture of {width} × {height}"
    return Figure("a shelf read back", took, "s", target="20 of 20", met=missed == 0, note=note)
