"""Fits the network: `python -m edge.vision.training.train POOL OUT.pt --minutes 40`.

The learning rate follows the time that is left, so that a machine of any speed ends with a finished network.
New files of the pool are picked up while it runs. On Linux begin the command with `MALLOC_MMAP_MAX_=0
MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=1073741824`: a step then takes two thirds of the time (0.24 s instead
of 0.36, on two cores), since the C library no longer gives every layer's memory back and fetches it anew.
"""

import argparse
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from edge.vision.training.grow import grown
from edge.vision.training.network import PersonNet, prepared
from edge.vision.training.pool import read_pool_file
from edge.vision.training.regain import regained
from edge.vision.training.sample import DRAWN, Sample
from edge.vision.training.sensor import Grey
from edge.vision.training.targets import loss
from edge.vision.training.view import Floats, Random

Size = tuple[int, int]
"""Width and height."""
WHOLE: Size = (480, 352)
"""Nearly a whole picture …"""
PART: Size = (256, 192)
"""… and what is looked at first; parts with people in them teach more in a minute than whole pictures."""
SMALLEST = 0.55
"""How small a picture is shown at times, beside the drawn one, as a busy core does (see `edge.vision.sizes`)."""
UNKNOWN = 0.08
"""How often a place is shown as if the camera had just been switched on, beside the samples that were drawn so: who is
there must be told by looks alone."""
AVERAGED = 0.995
"""How slowly the weights that are kept follow the ones that are learnt."""


def vary(random: Random, sample: Sample, size: Size, scale: float = 1.0) -> Sample:
    """A part of the sample of `size`, mirrored, zoomed, brighter: seldom twice the same, mostly with somebody in it.

    `scale`: how large the whole picture is meant to be shown, beside the drawn one.
    """
    pictures = _coarse(random, np.stack([sample.picture, sample.background], axis=2))
    if random.random() < UNKNOWN:
        pictures[..., 1] = pictures[..., 0]
    wide, tall = DRAWN
    zoom_y = scale * math.exp(random.uniform(-0.35, 0.45))
    zoom_x = zoom_y * random.uniform(0.88, 1.14)
    aim = np.array([random.uniform(0, wide), random.uniform(0, tall)])
    if len(sample.people) and random.random() < 0.85:
        aim = sample.people[random.integers(len(sample.people)), 4:6]
    left = _start(random, float(aim[0]) * zoom_x, wide * zoom_x, size[0])
    top = _start(random, float(aim[1]) * zoom_y, tall * zoom_y, size[1])
    turn = -1.0 if random.random() < 0.5 else 1.0
    place = np.array([[turn * zoom_x, 0, -left if turn > 0 else left + size[0]], [0, zoom_y, -top]])
    dull = (random.uniform(0, 255),) * 2
    pictures = cv2.warpAffine(pictures, place, size, flags=cv2.INTER_LINEAR, borderValue=dull)
    varied = cv2.LUT(pictures, _tones(random))
    people = sample.people.copy()
    for column in (0, 2, 4):
        people[:, column] = place[0, 0] * people[:, column] + place[0, 2]
        people[:, column + 1] = zoom_y * people[:, column + 1] + place[1, 2]
    if turn < 0:
        people[:, [0, 2]] = people[:, [2, 0]]
    return Sample(varied[..., 0], varied[..., 1], _cut(people, size))


def _coarse(random: Random, pictures: Grey) -> Grey:
    """As from a camera with fewer pixels than the network looks at, sometimes."""
    if random.random() > 0.4:
        return pictures
    part = random.uniform(0.5, 1.0)
    small = cv2.resize(pictures, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
    if random.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 90))]
        seen = cv2.imdecode(cv2.imencode(".jpg", small[..., 0], quality)[1], cv2.IMREAD_GRAYSCALE)
        small = np.dstack([np.asarray(seen), small[..., 1]])
    return np.asarray(cv2.resize(small, DRAWN, interpolation=cv2.INTER_LINEAR))


def _tones(random: Random) -> Grey:
    """Another exposure and another curve of the camera: what each of the 256 greys becomes."""
    curve = (np.arange(256) / 255) ** math.exp(random.uniform(-0.4, 0.4))
    return np.clip(255 * random.uniform(0.7, 1.3) * curve + random.uniform(-25, 25), 0, 255).astype(np.uint8)


def _start(random: Random, aim: float, whole: float, part: int) -> float:
    """Where a part begins that holds the aim, inside the whole where it fits."""
    return min(max(aim - random.uniform(0, part), min(0.0, whole - part)), max(0.0, whole - part))


def _scaled(size: Size, scale: float) -> Size:
    """So much of a size, in steps that the network can halve as often as it does."""
    wide, tall = (max(round(side * scale / 32), 1) * 32 for side in size)
    return wide, tall


def _cut(people: Floats, size: Size) -> Floats:
    """Boxes cut to the picture; who is mostly outside is ignored."""
    area = (people[:, 2] - people[:, 0]) * (people[:, 3] - people[:, 1])
    people[:, 0:4:2] = people[:, 0:4:2].clip(0, size[0])
    people[:, 1:4:2] = people[:, 1:4:2].clip(0, size[1])
    left = (people[:, 2] - people[:, 0]) * (people[:, 3] - people[:, 1])
    people[:, 6] *= (left > 0.3 * area) & (people[:, 3] - people[:, 1] > 10)
    people[:, 4] = people[:, 4].clip(people[:, 0] + 0.5, people[:, 2] - 0.5)
    people[:, 5] = people[:, 5].clip(people[:, 1] + 0.5, people[:, 3] - 0.5)
    return np.asarray(people[left > 0.05 * area])


def batch_of(
    random: Random, samples: list[Sample], many: int, size: Size, device: torch.device, scale: float = 1.0
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Random samples, varied: pictures (many, 2, H, W) 0..255, and their people."""
    chosen = [vary(random, samples[i], size, scale) for i in random.integers(len(samples), size=many)]
    pictures = torch.from_numpy(np.stack([np.stack([one.picture, one.background]) for one in chosen]))
    return pictures.to(device).float(), [torch.from_numpy(one.people) for one in chosen]


class Pool:
    """All samples drawn so far."""

    def __init__(self, folder: Path) -> None:
        self.samples: list[Sample] = []
        self._folder, self._known = folder, set[Path]()

    def refresh(self) -> None:
        """Read files that are new."""
        for path in sorted(set(self._folder.glob("*.npz")) - self._known):
            self._known.add(path)
            self.samples += read_pool_file(path)


def settle(net: PersonNet, random: Random, pool: Pool, batches: int, batch: int, device: torch.device) -> None:
    """Measure anew what the network's layers see of whole pictures: averaged weights see something else."""
    net.train()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # a plain mean
    with torch.no_grad():
        for _ in range(batches):
            pictures, _ = batch_of(random, pool.samples, batch, WHOLE, device)
            net(prepared(pictures).contiguous(memory_format=torch.channels_last))


@dataclass(frozen=True, slots=True)
class Course:
    """How to train."""

    minutes: float
    batch: int
    seed: int
    highest: float
    """Learning rate."""
    parts_until: float


def train(pool: Pool, out: Path, course: Course, start: Path | None) -> None:
    """Train for so long; write the averaged weights every five minutes and at the end."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(course.seed)
    random = np.random.default_rng(course.seed)
    net = PersonNet()
    if start and start.suffix == ".onnx":
        shown = (batch_of(random, pool.samples, course.batch, WHOLE, torch.device("cpu"))[0] for _ in range(25))
        net = regained(start, map(prepared, shown))
    elif start:
        net.load_state_dict(grown(torch.load(start, weights_only=True), net))
    net = net.to(device, memory_format=torch.channels_last).train()
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
    kept = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=average)
    learner = torch.optim.AdamW(net.parameters(), lr=course.highest, weight_decay=0.02)
    begun = saved = time.monotonic()
    step, sums = 0, [0.0, 0.0]
    while (spent := (time.monotonic() - begun) / (60 * course.minutes)) < 1:
        if step % 200 == 0:
            pool.refresh()
        rate = course.highest * min((step + 1) / 150, 1.0) * (0.5 + 0.49 * math.cos(math.pi * spent))
        learner.param_groups[0]["lr"] = rate
        parts = spent < course.parts_until
        scale = 1.0 if random.random() < 0.5 else random.uniform(SMALLEST, 1.0)
        size, many = (PART, 2 * course.batch) if parts else (_scaled(WHOLE, scale), round(course.batch / scale**2))
        pictures, people = batch_of(random, pool.samples, many, size, device, scale)
        with torch.autocast(device.type, torch.bfloat16):
            said = net(prepared(pictures).contiguous(memory_format=torch.channels_last))
        wrong, heat, box = loss(said.float(), [rows.to(device) for rows in people])
        learner.zero_grad(set_to_none=True)
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        learner.step()
        kept.update_parameters(net)
        sums, step = [sums[0] + heat, sums[1] + box], step + 1
        if step % 50 == 0:
            sys.stdout.write(
                f"{spent:6.1%} step {step}, {len(pool.samples)} samples: heat {sums[0] / 50:.3f} "
                f"box {sums[1] / 50:.3f} rate {rate:.5f}, {(time.monotonic() - begun) / step:.2f} s a step\n"
            )
            sys.stdout.flush()
            sums = [0.0, 0.0]
        if time.monotonic() - saved > 300:
            saved = time.monotonic()
            settle(kept.module, random, pool, 12, course.batch, device)
            torch.save(kept.module.state_dict(), out)
    settle(kept.module, random, pool, 80, course.batch, device)
    torch.save(kept.module.state_dict(), out)


def main() -> None:
    """Read the command line and train."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("pool", type=Path)
    ask.add_argument("out", type=Path)
    ask.add_argument("--minutes", type=float, default=40)
    ask.add_argument("--batch", type=int, default=16)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--rate", type=float, default=4e-3)
    ask.add_argument("--parts-until", type=float, default=0.65, help="of the time; whole pictures follow")
    ask.add_argument(
        "--start", type=Path, default=None,
        help="what to go on from: weights of this network or a smaller one, or this network as an exported .onnx file",
    )  # fmt: skip
    given = ask.parse_args()
    torch.set_num_threads(given.threads)
    cv2.setNumThreads(1)
    pool = Pool(given.pool)
    pool.refresh()
    train(pool, given.out, Course(given.minutes, given.batch, given.seed, given.rate, given.parts_until), given.start)


if __name__ == "__main__":
    main()
