"""A larger network goes on where a smaller one ended. Needs PyTorch, which only training needs."""

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: it comes with the extra `training`")

from edge.vision.training import grow, network  # noqa: E402 - there is nothing to import without PyTorch


def _net(
    monkeypatch: pytest.MonkeyPatch, widths: tuple[int, ...], blocks: tuple[int, ...], up: int
) -> network.PersonNet:
    monkeypatch.setattr(network, "WIDTHS", widths)
    monkeypatch.setattr(network, "BLOCKS", blocks)
    monkeypatch.setattr(network, "UP", up)
    net: network.PersonNet = network.PersonNet().eval()
    return net


def test_a_larger_network_says_what_the_smaller_one_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grow, "NOISE", 0.0)
    monkeypatch.setattr(grow, "FAINT", 0.0)
    torch.manual_seed(3)
    small = _net(monkeypatch, (4, 6, 8, 8, 10), (1, 2, 1, 1), 5)
    large = _net(monkeypatch, (4, 9, 12, 16, 11), (2, 3, 1, 2), 7)
    large.load_state_dict(grow.grown(small.state_dict(), large))
    pictures = torch.rand(2, 2, 64, 96)
    with torch.no_grad():
        torch.testing.assert_close(large(pictures), small(pictures), rtol=1e-4, atol=1e-4)


def test_a_network_that_is_too_small_for_the_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    large = _net(monkeypatch, (4, 6, 8, 8, 10), (1, 2, 1, 1), 5)
    for widths, blocks in (((4, 6, 8, 8, 9), (1, 2, 1, 1)), ((4, 6, 8, 8, 10), (1, 1, 1, 1))):
        small = _net(monkeypatch, widths, blocks, 5)
        with pytest.raises(ValueError, match=r"does not fit|no place"):
            grow.grown(large.state_dict(), small)
