"""The network: two grey channels in, one heat map and one box per cell out.

An encoder of depth-wise separable blocks down to a 32nd of the picture, so that somebody who fills it is seen
whole, and a way back up to a quarter of it, so that small people are told apart.
"""

from copy import deepcopy

import torch
from torch import nn
from torch.nn import functional

INPUT = (448, 576)
"""Rows and columns of the largest picture that the shipped network is shown: multiples of 32. Its weights fit any."""
STRIDE = 4
WIDE, TALL = 12.0, 40.0
"""Pixels: the size of a box whose logarithms are 0."""
WIDTHS = (16, 48, 96, 160, 192)
BLOCKS = (2, 3, 5, 3)
"""How many blocks at stride 4, 8, 16 and 32."""
UP = 64
MIDDLE, GREYS, DIFFERENCES = 128.0, 128.0, 48.0
"""The grey that is 0 to the first layer, and the greys and differences that are 1."""
NOBODY = -4.0
"""The heat, as a logit, up to which the exported network sees nobody: a score of 0.018, below any threshold."""
MOST = 100
"""Peaks that the exported network gives; more people than that are not told apart."""


def block(before: int, after: int, stride: int = 1) -> nn.Module:
    """A depth-wise 3×3 and a 1×1; the input is added where the shapes allow it."""
    layers = nn.Sequential(
        nn.Conv2d(before, before, 3, stride, 1, groups=before, bias=False), nn.BatchNorm2d(before), nn.ReLU(),
        nn.Conv2d(before, after, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(),
    )  # fmt: skip
    return Residual(layers) if stride == 1 and before == after else layers


class Residual(nn.Module):
    """What goes in, plus what the layers make of it."""

    def __init__(self, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Same shape."""
        return x + self.layers(x)


def _full(before: int, after: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU())


class PersonNet(nn.Module):
    """(n, 2, H, W) → (n, 5, H/4, W/4): heat (logit), dx, dy (in box sizes), log width, log height."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_full(2, WIDTHS[0]), _full(WIDTHS[0], WIDTHS[1]))
        stages, before = [], WIDTHS[1]
        for width, blocks in zip(WIDTHS[1:], BLOCKS, strict=True):
            first = [block(before, width, 1 if width == WIDTHS[1] else 2)]
            stages.append(nn.Sequential(*first, *[block(width, width) for _ in range(blocks - 1)]))
            before = width
        self.stages = nn.ModuleList(stages)
        self.sides = nn.ModuleList([nn.Conv2d(width, UP, 1) for width in WIDTHS[1:]])
        self.mixes = nn.ModuleList([block(UP, UP) for _ in range(3)])
        self.head = nn.Sequential(block(UP, UP), nn.Conv2d(UP, 5, 1))
        with torch.no_grad():
            self.head[1].weight[1:] *= 0.1
            self.head[1].bias[:] = torch.tensor([-4.0, 0.0, 0.2, 0.3, 0.3])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """See the class."""
        out: torch.Tensor = self.head[1](self.told(x))
        return out

    def told(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 2, H, W) → (n, UP, H/4, W/4), from which the last layer says what is in a cell, each by itself."""
        x, levels = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        y = self.sides[3](levels[3])
        for i in (2, 1, 0):
            y = self.mixes[i](functional.interpolate(y, scale_factor=2.0, mode="nearest") + self.sides[i](levels[i]))
        told: torch.Tensor = self.head[0](y)
        return told


def boxes_of(out: torch.Tensor) -> torch.Tensor:
    """(n, 5, h, w) as the network gives it → (n, 4, h, w): middle x, middle y, width, height in input pixels."""
    rows, columns = (torch.arange(side, device=out.device, dtype=out.dtype) for side in out.shape[2:])
    cells = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), dim=2)
    off, size = out[:, 1:].permute(0, 2, 3, 1).split(2, dim=3)
    return torch.cat(_box(cells, off, size), dim=3).permute(0, 3, 1, 2)


def _box(cells: torch.Tensor, off: torch.Tensor, size: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Middles and sizes (…, 2) of boxes, x first, of cells (column, row) and what the network says there."""
    size = size.clamp(-4, 4).exp() * torch.tensor([WIDE, TALL], device=size.device)
    return (cells + 0.5) * STRIDE + off * size, size


class Shipped(nn.Module):
    """The network as it is exported: (1, 2, H, W) grey bytes → (1, 5, MOST), the best peaks.

    Input channels are the picture and the background, 0..255. Output rows are the score of a peak (0 where there are
    no more), and its box: middle x, middle y, width, height in the input's pixels.
    """

    def __init__(self, net: PersonNet) -> None:
        super().__init__()
        self.net = deepcopy(net)
        first: nn.Conv2d = self.net.stem[0][0]
        with torch.no_grad():  # what `prepared` does, but for the middle, is the first layer's to do
            grey, off = first.weight.split(1, dim=1)
            first.weight[:] = torch.cat([grey / GREYS + off / DIFFERENCES, -off / DIFFERENCES], dim=1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """See the class."""
        told, last = self.net.told(pictures.float() - MIDDLE), self.net.head[1]
        heat = functional.conv2d(told, last.weight[:1], last.bias[:1] - NOBODY).relu()
        peak = (functional.max_pool2d(heat, 3, 1, 1) == heat).to(heat.dtype)
        best, cell = (heat * peak).reshape(-1).topk(MOST)
        # Only of peaks are boxes worked out, and the scores once more: the map that they were found on may be coarse.
        there = told.permute(0, 2, 3, 1).reshape(-1, UP).index_select(0, cell)
        score, off, size = functional.linear(there, last.weight[:, :, 0, 0], last.bias).split((1, 2, 2), dim=1)
        columns = heat.shape[3]
        cells = torch.stack([cell % columns, cell // columns], dim=1).to(heat.dtype)
        return torch.cat([score.sigmoid() * best.sign()[:, None], *_box(cells, off, size)], dim=1).T[None]


def prepared(pictures: torch.Tensor) -> torch.Tensor:
    """Picture and background (n, 2, H, W), 0..255 → what the first layer takes: grey, and its difference."""
    grey = pictures[:, :1]
    return torch.cat([(grey - MIDDLE) / GREYS, (grey - pictures[:, 1:]) / DIFFERENCES], dim=1)
