"""Labels read back from simulated photographs: how many, how small, and whether any is ever read wrongly."""

import time
from dataclasses import replace

from edge.readback import find_labels, in_grey
from tests.bench.figure import Figure, Say
from tests.readback.photo import Conditions, photograph
from tests.readback.trials import DOMAIN, TRIALS, Tally, run, subject

PHOTOGRAPHS = 120
"""Of each trial."""
LEAST = 0.99
SHELF = ((296, 128), (250, 122), (212, 104), (400, 300))


def labels_read_back(say: Say) -> list[Figure]:
    """A row per trial. What is beyond readable has no target but that nothing is misread."""
    figures, total = [], Tally(0, 0, 0, 0, 0)
    for trial in TRIALS:
        say(f"photographs: {trial.name}")
        tally = run(trial, PHOTOGRAPHS)
        note = f"{tally.read} of {tally.shot} read" + (", beyond readable" if trial.beyond else "")
        figures.append(Figure(f"read back: {trial.name}", 100 * tally.read / tally.shot, "%", note=note))
        if trial.beyond:
            tally = replace(tally, readable=0, read_of_readable=0)
        total = total.with_(tally)
    share = total.read_of_readable / total.readable
    note = f"{total.read_of_readable} of {total.readable} readable labels"
    figures.append(Figure("read back, readable", 100 * share, "%", target="≥ 99 %", met=share >= LEAST, note=note))
    note = f"of {total.shot:,} photographs"
    figures.append(Figure("read back wrongly", total.wrong, "", target="0", met=total.wrong == 0, note=note))
    say("a photograph of a whole shelf")
    return [*figures, _shelf()]


def _shelf() -> Figure:
    labels = [subject(number, SHELF[number % len(SHELF)]) for number in range(20)]
    how = Conditions(module_px=4, tilt=15, roll=4, blur=0.35, noise=6, glare=80, jpeg=80)
    picture, _ = photograph([one.shot for one in labels], how, seed=3, columns=4)
    began = time.process_time()
    look = find_labels(in_grey(picture), DOMAIN)
    took = time.process_time() - began
    height, width = picture.shape[:2]
    found = {(one.item, one.version, one.tag) for one in look.readings}
    missed = sum((one.item, one.version, one.tag) not in found for one in labels)
    note = f"{20 - missed} of 20 labels in one picture of {width} × {height}"
    return Figure("a shelf read back, processor time", took, "s", target="20 of 20", met=missed == 0, note=note)
