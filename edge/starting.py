"""Starting quickly: a shop that lost its power waits for its gateway."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Around large imports: nothing of them is garbage, and looking for it takes a fifth of the start.

    What was imported is left out of every later search as well.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
