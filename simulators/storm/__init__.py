"""A bad day of a small shop, replayed from one seed: the real gateway and head office, everything else invented."""
