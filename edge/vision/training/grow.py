"""Begins a larger network where a smaller one ended, so that no hour of training is lost.

A channel that is new is a copy of an old one, and whoever listens to both takes a part of each, so that the larger
network says what the smaller one said; a little noise lets the copies go ways of their own. A block that is new adds
almost nothing at first.
"""

import torch

from edge.vision.training.network import PersonNet

Weights = dict[str, torch.Tensor]
NOISE = 0.05
"""Of a weight tensor's standard deviation."""
FAINT = 0.1
"""How much of itself a new block adds at first."""


def grown(old: Weights, net: PersonNet) -> Weights:
    """Weights for `net` from those of a network with no more channels and blocks. Raises ValueError if it had more."""
    new: Weights = {}
    for name, start in net.state_dict().items():
        if name in old:
            new[name] = _wider(name, old[name], start)
        elif name.endswith("layers.4.weight"):  # the last thing that a block does before it is added
            new[name] = torch.full_like(start, FAINT)
        else:
            new[name] = start
    if lost := sorted(set(old) - set(new)):
        raise ValueError(f"the network has no place for {lost[0]}; it must have every block of the smaller one")
    return new


def _wider(name: str, old: torch.Tensor, start: torch.Tensor) -> torch.Tensor:
    if old.dim() != start.dim() or any(before > after for before, after in zip(old.shape, start.shape, strict=True)):
        raise ValueError(f"{name} has shape {tuple(old.shape)}, which does not fit into {tuple(start.shape)}")
    if old.shape == start.shape:
        return old
    wide = old[torch.arange(start.shape[0]) % old.shape[0]]
    if wide.shape != start.shape:  # a full convolution: its input is wider as well
        from_which = torch.arange(start.shape[1]) % old.shape[1]
        wide = wide[:, from_which] / torch.bincount(from_which)[from_which].view(1, -1, 1, 1)
    return wide + NOISE * wide.std() * torch.randn_like(wide) if wide.dim() == 4 else wide
