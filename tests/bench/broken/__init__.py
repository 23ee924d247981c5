"""One broken device of each kind, and what it does to the others: their p95 with it against their p95 without.

Turns with the broken device and turns without alternate, so that a noisy machine decides nothing; each turn with it is
held against the one beside it, and the median counts.
"""
