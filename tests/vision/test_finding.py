"""Cameras on the network, asked for by a process of its own."""

import pytest

from edge.vision.finding import NotAsked, Offer, Seen, cameras_nearby, streams_of
from simulators.camera.onvif import OnvifCamera, running


async def test_a_camera_is_found_and_offers_its_stream() -> None:
    with running(OnvifCamera()) as camera:
        options = {"allow_special": ["127.0.0.0/8"], "ports": [camera.http, 8554]}
        found = await cameras_nearby(options, 0.3, f"127.0.0.1:{camera.udp}")
        assert found == [Seen(camera.address, "Door dome", "SIM-1", "Entrance")]
        offered = await streams_of(camera.address, "shop", "hidden", options)
        assert offered == [Offer("Main", "rtsp://127.0.0.1:8554/main", 1280, 720, "")]
    with pytest.raises(NotAsked, match="outside the networks"):
        await streams_of("8.8.8.8", "shop", "hidden", {})
