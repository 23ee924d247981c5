"""Cameras, MJPEG over HTTP: `python -m tests.bench.broken.far_cameras COUNT`, and a third word for the odd one."""

import asyncio
import sys
from typing import Any

import cv2
import numpy as np

from tests.bench.broken.rig import Break, give_way, obey

FPS = 10
SIZE = (480, 640)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"


class Cameras:
    """Each connection gets pictures, or what a broken camera sends."""

    def __init__(self) -> None:
        self._fault: Break | None = None
        self._open: set[asyncio.StreamWriter] = set()
        source = np.random.default_rng(1)
        pictures = [source.integers(0, 255, (*SIZE, 3), np.uint8) // 8 + 90 for _ in range(4)]
        self._parts = [_part(cv2.imencode(".jpg", picture)[1].tobytes()) for picture in pictures]

    async def do(self, order: dict[str, Any]) -> Any:
        """Break; who is connected has to come again."""
        self._fault = Break(order["fault"]) if order["fault"] else None
        for writer in list(self._open):
            writer.transport.abort()
        return {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One viewer."""
        self._open.add(writer)
        fault, number = self._fault, 0
        try:
            await reader.readuntil(b"\r\n\r\n")
            while fault is Break.HANGS:
                await asyncio.sleep(0.1)
                if writer.transport.is_closing():
                    return
            writer.write(HEAD)
            while True:
                number += 1
                writer.write(_part(b"\xff\xd8\xff rubbish") if fault is Break.MISSPEAKS else self._parts[number % 4])
                await writer.drain()
                await asyncio.sleep(0 if fault is Break.FLOODS else 1 / FPS)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the viewer went, or all ends
        finally:
            self._open.discard(writer)
            writer.transport.abort()


def _part(jpeg: bytes) -> bytes:
    return b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg + b"\xff\xd9\r\n"


async def main(count: int, odd: bool) -> None:
    """Serve until the input ends."""
    if odd:
        give_way()
    cameras = Cameras()
    servers = [await asyncio.start_server(cameras.serve, "127.0.0.1", 0) for _ in range(count)]
    await obey([server.sockets[0].getsockname()[1] for server in servers], cameras.do)
    await cameras.do({"fault": ""})
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:] == ["odd"]))
