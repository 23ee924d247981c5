"""What the network should have said about a sample, and how wrong it was."""

import torch
from torch.nn import functional

from edge.vision.training.network import STRIDE, boxes_of


def heat_target(people: torch.Tensor, rows: int, columns: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """For one sample's people (k, 7): heat (rows, columns), whose peak is nearest (index or -1), and cells that count.

    Every person is a bump on the chest, wider for bigger people. Cells of ignored people count for nothing.
    """
    where = people.device
    heat = torch.zeros(rows, columns, device=where)
    owner = torch.full((rows, columns), -1, dtype=torch.long, device=where)
    valid = torch.ones(rows, columns, device=where)
    y = torch.arange(rows, device=where)[:, None] + 0.5
    x = torch.arange(columns, device=where)[None] + 0.5
    for i, (x1, y1, x2, y2, chest_x, chest_y, counts) in enumerate(people.tolist()):
        if counts < 1:
            valid[int(y1 // STRIDE) : int(y2 // STRIDE) + 1, int(x1 // STRIDE) : int(x2 // STRIDE) + 1] = 0
            continue
        cell_x, cell_y = int(chest_x // STRIDE) + 0.5, int(chest_y // STRIDE) + 0.5
        spread_x = max(0.11 * (x2 - x1) / STRIDE, 0.6)
        spread_y = max(0.06 * (y2 - y1) / STRIDE, 0.6)
        bump = torch.exp(-0.5 * (((x - cell_x) / spread_x) ** 2 + ((y - cell_y) / spread_y) ** 2))
        owner[bump > heat] = i
        heat = torch.maximum(heat, bump)
    return heat, owner, torch.where(heat > 0.3, torch.ones_like(heat), valid)


def loss(out: torch.Tensor, people: list[torch.Tensor]) -> tuple[torch.Tensor, float, float]:
    """Of a batch: to minimise, and its two parts as numbers: the heat map's, and the boxes' (1 - GIoU)."""
    marks = [heat_target(rows, out.shape[2], out.shape[3]) for rows in people]
    heat = torch.stack([mark[0] for mark in marks])
    owner = torch.stack([mark[1] for mark in marks])
    valid = torch.stack([mark[2] for mark in marks])
    logit = out[:, 0]
    peak = heat == 1
    seen = logit.sigmoid()
    at_peak = (1 - seen) ** 2 * functional.logsigmoid(logit)
    elsewhere = (1 - heat) ** 4 * seen**2 * functional.logsigmoid(-logit)
    many = max(float(peak.sum()), 1.0)
    heat_loss = -(torch.where(peak, at_peak, elsewhere) * valid).sum() / many
    sample, row, column = torch.nonzero((owner >= 0) & (heat > 0.35), as_tuple=True)
    if not len(sample):
        return heat_loss, float(heat_loss.detach()), 0.0
    most = max(len(rows) for rows in people)
    table = torch.stack([functional.pad(rows[:, :4], (0, 0, 0, most - len(rows))) for rows in people])
    wanted = table[sample, owner[sample, row, column]]
    got = boxes_of(out)[sample, :, row, column]
    weight = heat[sample, row, column]
    box_loss = (weight * (1 - giou(got, wanted))).sum() / weight.sum()
    return heat_loss + 2 * box_loss, float(heat_loss.detach()), float(box_loss.detach())


def giou(middle: torch.Tensor, corners: torch.Tensor) -> torch.Tensor:
    """Generalised intersection over union of boxes (k, 4) as middle and size with boxes as corners: (k,)."""
    low, high = middle[:, :2] - middle[:, 2:] / 2, middle[:, :2] + middle[:, 2:] / 2
    shared = (torch.minimum(high, corners[:, 2:]) - torch.maximum(low, corners[:, :2])).clamp(min=0).prod(dim=1)
    union = middle[:, 2:].prod(dim=1) + (corners[:, 2:] - corners[:, :2]).prod(dim=1) - shared
    around = (torch.maximum(high, corners[:, 2:]) - torch.minimum(low, corners[:, :2])).prod(dim=1)
    return shared / union - (around - union) / around
