"""Training goes on from the file that is shipped. Needs PyTorch, which only training needs."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: it comes with the extra `training`")

from edge.vision.own import CARD  # noqa: E402 - there is nothing to import without PyTorch
from edge.vision.training import network  # noqa: E402
from edge.vision.training.export import export  # noqa: E402
from edge.vision.training.regain import regained  # noqa: E402


def _trained() -> network.PersonNet:
    """A network whose norms have seen something, and say something of their own."""
    torch.manual_seed(4)
    net = network.PersonNet().train()
    with torch.no_grad():
        for layer in net.modules():
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.uniform_(-0.3, 0.3)
                layer.momentum = None
        net(torch.randn(4, 2, 64, 96))
    trained: network.PersonNet = net.eval()
    return trained


def test_what_was_exported_is_regained(tmp_path: Path) -> None:
    net = _trained()
    torch.save(net.state_dict(), tmp_path / "weights.pt")
    export(tmp_path / "weights.pt", tmp_path / "people.onnx", seen=2)
    back = regained(tmp_path / "people.onnx", [torch.randn(4, 2, 64, 96)])
    pictures = torch.randn(2, 2, 64, 96)
    with torch.no_grad():
        was, is_now = net(pictures).transpose(0, 1).flatten(1), back(pictures).transpose(0, 1).flatten(1)
    # Weights have seven bits there. Those of another layer, or of another channel, would say something else altogether.
    assert ((was - is_now).square().mean(dim=1).sqrt() < 0.35 * was.std(dim=1)).all()


def test_its_norms_know_what_they_see() -> None:
    """Or the first steps of learning would forget what the hours before have learnt."""
    torch.manual_seed(5)
    shown = torch.randn(8, 2, 64, 96)
    net = regained(CARD.with_name("people.onnx"), [shown])
    with torch.no_grad():
        before = net(shown)
        torch.testing.assert_close(net.train()(shown), before, rtol=0.05, atol=0.05)


def test_another_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "BLOCKS", (2, 3, 5, 2))
    with pytest.raises(ValueError, match="convolutions"):
        regained(CARD.with_name("people.onnx"), [torch.randn(1, 2, 64, 64)])
