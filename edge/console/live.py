"""Telling pages that something changed, without letting a busy shop flood a browser."""

from collections import Counter

from edge.store import Store

TOPICS = frozenset(
    {
        "labels",
        "devices",
        "prices",
        "sendings",
        "sales",
        "visits",
        "outbox",
        "audit",
        "readings",
        "network",
        "tickets",
        "fridges",
        "lanes",
        "stock",
        "clock",
        "receiving",
        "scenes",
        "cameras",
    }
)


class Live:
    """Counts commits per topic. Pages look twice a second whether a count moved, so many commits become one update.

    The writer's thread only counts, and needs no event loop to do so.
    """

    def __init__(self, store: Store) -> None:
        self._seen: Counter[str] = Counter()
        store.listen(self._heard)

    def mark(self, *topics: str) -> int:
        """A figure that grows with every commit about one of the topics."""
        return sum(self._seen[topic] for topic in topics)

    def _heard(self, topics: frozenset[str]) -> None:
        for topic in topics & TOPICS:
            self._seen[topic] += 1
