"""Takes weights out of a model file that was shipped, so that training can go on from what every checkout has.

An exported network has no norms any more: each was folded into the convolution before it. They are put back as they
would be had the network been trained to here on the pictures it is shown, and it says what the file said.
"""

from collections.abc import Iterable
from pathlib import Path

import onnx
import torch
from torch import nn

from edge.vision.training.network import DIFFERENCES, GREYS, PersonNet

Layers = dict[str, nn.Conv2d]


def regained(model: Path, seen: Iterable[torch.Tensor]) -> PersonNet:
    """The network of an exported file. `seen`: prepared pictures (n, 2, H, W), from which its norms are measured anew.

    Raises OSError, or ValueError if the file holds another network.
    """
    net: PersonNet = PersonNet().eval()
    layers, norms = _layers(net), _norms(net)
    graph = onnx.load(model).graph
    held = _in_floats(graph)
    nodes = [node for node in _as_needed(graph) if node.op_type == "Conv"]
    if len(nodes) != len(layers):
        raise ValueError(f"{model} has {len(nodes)} convolutions, this network {len(layers)}")
    # The last of them shows where peaks are; all that is said of these comes from a product of matrices behind it.
    nodes[-1] = next(node for node in graph.node if node.op_type == "Gemm")
    with torch.no_grad():
        for (name, layer), node in zip(layers.items(), nodes, strict=True):
            weight, bias = held[node.input[1]], held[node.input[2]]
            if node.op_type == "Gemm":
                weight = weight[:, :, None, None]
            if weight.shape != layer.weight.shape:
                raise ValueError(f"{model}: {name} has shape {tuple(weight.shape)}, not {tuple(layer.weight.shape)}")
            layer.weight.copy_(_before_folding(weight) if layer is net.stem[0][0] else weight)
            if name in norms:
                norms[name].bias.copy_(bias)
                norms[name].running_var.fill_(1 - norms[name].eps)
            elif layer.bias is not None:
                layer.bias.copy_(bias)
        _measure(net, norms, seen)
        for name, norm in norms.items():
            _as_new(layers[name], norm)
    return net


def _in_floats(graph: onnx.GraphProto) -> dict[str, torch.Tensor]:
    """What the file holds by name, and what its bytes stand for by the name of that."""
    held = {one.name: torch.from_numpy(onnx.numpy_helper.to_array(one).copy()) for one in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in held:
            coded, scale, zero = (held[name] for name in node.input)
            far = [-1, *[1] * (coded.dim() - 1)] if scale.dim() else []  # one scale for each channel that comes out
            held[node.output[0]] = (coded.float() - zero.reshape(far)) * scale.reshape(far)
    return held


def _as_needed(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """What leads to the answer, in the order in which the network would come to it; a file may have any other."""
    makers = {value: node for node in graph.node for value in node.output}
    found: dict[str, onnx.NodeProto] = {}
    waiting = [(graph.output[0].name, False)]
    while waiting:
        value, led_to = waiting.pop()
        node = makers.get(value)
        if node is None or node.output[0] in found:
            continue
        if led_to:
            found[node.output[0]] = node
        else:
            waiting += [(value, True), *((name, False) for name in reversed(node.input))]
    return list(found.values())


def _layers(net: PersonNet) -> Layers:
    """The convolutions by name, in the order in which they run."""
    ran: list[nn.Module] = []
    names = {layer: name for name, layer in net.named_modules() if isinstance(layer, nn.Conv2d)}
    hooks = [layer.register_forward_hook(lambda layer, _in, _out: ran.append(layer)) for layer in names]
    with torch.no_grad():
        net(torch.zeros(1, 2, 64, 64))
    for hook in hooks:
        hook.remove()
    return {names[layer]: layer for layer in ran}


def _norms(net: PersonNet) -> dict[str, nn.BatchNorm2d]:
    """What follows each convolution, by the convolution's name; those that give the answer have none."""
    norms: dict[str, nn.BatchNorm2d] = {}
    before = ""
    for name, layer in net.named_modules():
        if isinstance(layer, nn.BatchNorm2d):
            norms[before] = layer
        before = name
    return norms


def _before_folding(weight: torch.Tensor) -> torch.Tensor:
    """The first layer's weights as they were before `Shipped` had it prepare the pictures, too."""
    off = -DIFFERENCES * weight[:, 1:]
    return torch.cat([GREYS * (weight[:, :1] - off / DIFFERENCES), off], dim=1)


def _measure(net: PersonNet, norms: dict[str, nn.BatchNorm2d], seen: Iterable[torch.Tensor]) -> None:
    """Let the norms know what goes in, without a change of what comes out."""
    sums = {norm: torch.zeros(2, norm.num_features, dtype=torch.float64) for norm in norms.values()}

    def add(norm: nn.BatchNorm2d, given: tuple[torch.Tensor], _out: torch.Tensor) -> None:
        values = given[0].double()
        sums[norm] += torch.stack([values.mean(dim=(0, 2, 3)), values.square().mean(dim=(0, 2, 3))])

    hooks = [norm.register_forward_hook(add) for norm in sums]
    batches = sum(net(pictures) is not None for pictures in seen)
    for hook in hooks:
        hook.remove()
    for norm, (total, squares) in sums.items():
        mean = total / batches
        variance = (squares / batches - mean.square()).clamp(min=1e-8)
        norm.bias += mean
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)


def _as_new(layer: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    """Make a channel's weights as large as a new network's, which steps of learning suit; the norm undoes it."""
    fan_in = layer.weight[0].numel()
    grow = (1 / (3 * fan_in)) ** 0.5 / layer.weight.flatten(1).square().mean(dim=1).sqrt().clamp(min=1e-6)
    layer.weight *= grow[:, None, None, None]
    norm.running_mean *= grow
    norm.running_var.copy_((grow.square() * (norm.running_var + norm.eps) - norm.eps).clamp(min=1e-9))
