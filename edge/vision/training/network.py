"""The network: two grey channels in, one heat map and one box per cell out.

An encoder of depth-wise separable blocks down to a 32nd of the picture, so that somebody who fills it is seen
whole, and a way back up to a quarter of it, so that small people are told apart.
"""

import torch
from torch import nn
from torch.nn import functional

INPUT = (384, 512)
"""Rows and columns of a picture as the shipped network is shown it: multiples of 32. Its weights fit any."""
STRIDE = 4
WIDE, TALL = 12.0, 40.0
"""Pixels: the size of a box whose logarithms are 0."""
WIDTHS = (16, 48, 96, 160, 192)
BLOCKS = (2, 3, 5, 3)
"""How many blocks at stride 4, 8, 16 and 32."""
UP = 64


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
        x, levels = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        y = self.sides[3](levels[3])
        for i in (2, 1, 0):
            y = self.mixes[i](functional.interpolate(y, scale_factor=2.0, mode="nearest") + self.sides[i](levels[i]))
        out: torch.Tensor = self.head(y)
        return out


def boxes_of(out: torch.Tensor) -> torch.Tensor:
    """(n, 5, h, w) as the network gives it → (n, 4, h, w): middle x, middle y, width, height in input pixels."""
    rows = torch.arange(out.shape[2], device=out.device, dtype=out.dtype)[:, None] * STRIDE + STRIDE / 2
    columns = torch.arange(out.shape[3], device=out.device, dtype=out.dtype)[None] * STRIDE + STRIDE / 2
    wide, tall = WIDE * out[:, 3].clamp(-4, 4).exp(), TALL * out[:, 4].clamp(-4, 4).exp()
    return torch.stack([columns + out[:, 1] * wide, rows + out[:, 2] * tall, wide, tall], dim=1)


class Shipped(nn.Module):
    """The network as it is exported: (1, 2, H, W) grey bytes as float32 → (1, 5, H/4, W/4).

    Input channels are the picture and the background, 0..255. Output channels are the score of a peak (0 where
    there is none), and its box: middle x, middle y, width, height in the input's pixels.
    """

    def __init__(self, net: PersonNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """See the class."""
        out = self.net(prepared(pictures))
        heat = out[:, :1].sigmoid()
        peak = (functional.max_pool2d(heat, 3, 1, 1) == heat).to(heat.dtype)
        return torch.cat([heat * peak, boxes_of(out)], dim=1)


def prepared(pictures: torch.Tensor) -> torch.Tensor:
    """Picture and background (n, 2, H, W), 0..255 → what the first layer takes: grey, and its difference."""
    grey = pictures[:, :1]
    return torch.cat([grey * (1 / 128) - 1, (grey - pictures[:, 1:]) * (1 / 48)], dim=1)
