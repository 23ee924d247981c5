"""The hard set: drawn crowds at eye level, up to the picture's height. Nothing was trained or chosen with these films.

No real picture of that kind may be handed out with the project; the model's card says what this can and cannot show.
"""

from edge.vision.tracking import TrackRules
from edge.vision.training.film import film
from edge.vision.training.scoring import Tally, tally_film
from tests.bench.figure import Say
from tests.bench.vision.chains import Chain

FILMS, SECONDS, FPS = 6, 8.0, 5.0
FIRST_SEED = 1000
"""As in `edge.vision.training.evaluate`: the films for measuring."""


def measure(chains: list[Chain], say: Say) -> dict[str, float]:
    """MOTA by the name of the chain, each followed by our tracker."""
    tallies = {chain.name: Tally() for chain in chains}
    for number in range(FILMS):
        say(f"drawn crowds at eye level: film {number + 1} of {FILMS}")
        shots = list(film(FIRST_SEED + number, SECONDS, FPS, close=True))
        for chain in chains:
            detector = chain.open(FPS)
            boxes = [detector.detect(shot.pixels) for shot in shots]
            tally_film(shots, boxes, TrackRules(sure=detector.sure), tallies[chain.name])
    return {name: tally.mota for name, tally in tallies.items()}
