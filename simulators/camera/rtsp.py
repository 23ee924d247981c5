"""An RTSP camera's far end: pictures as RTP/JPEG inside the RTSP connection, in real time, for ever.

Written from RFC 2326 (RTSP; section 10.12: interleaved) and RFC 2435 (RTP payload for JPEG, tables in band).
"""

import base64
import re
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

PACKET = 1300
"""Bytes of a picture in one packet."""
SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:track1\r\n"


@dataclass
class RtspCamera:
    """What the camera shows and how it is set; `asked` are the verbs it has heard. The port is 0 until it runs."""

    jpegs: Sequence[bytes]
    fps: float = 7
    sends_to: str = ""
    """Answers DESCRIBE with a redirect to there."""
    password: str = ""
    """`user:password`, asked for as Basic authentication; "" for none."""
    port: int = 0
    asked: list[str] = field(default_factory=list)


@contextmanager
def rtsp_running(camera: RtspCamera) -> Iterator[RtspCamera]:
    """Let it answer on loopback."""
    stopped = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                while not stopped.is_set() and self._answer():
                    pass
            except OSError:
                pass  # the viewer has gone

        def _answer(self) -> bool:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = self.rfile.readline(4096)
                if not line:
                    return False
                head += line
            words = head.decode("latin-1")
            verb = words.split(" ", 1)[0]
            camera.asked.append(verb)
            number = re.search(r"CSeq: *(\d+)", words)
            known = not camera.password or base64.b64encode(camera.password.encode()).decode() in words
            status, more, body = _say(camera, verb, known)
            self.wfile.write(
                f"RTSP/1.0 {status}\r\nCSeq: {number[1] if number else 0}\r\n{more}"
                f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            if verb == "PLAY":
                self._play()
            return verb not in ("PLAY", "TEARDOWN")

        def _play(self) -> None:
            began, sequence, number = time.monotonic(), 0, 0
            while not stopped.wait(max(began + number / camera.fps - time.monotonic(), 0)):
                for packet in rtp_packets(camera.jpegs[number % len(camera.jpegs)], sequence, number, camera.fps):
                    self.wfile.write(b"$\x00" + struct.pack(">H", len(packet)) + packet)
                    sequence += 1
                number += 1

    class Server(socketserver.ThreadingTCPServer):
        def server_bind(self) -> None:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().server_bind()

    with Server(("127.0.0.1", 0), Handler) as server:
        camera.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="rtsp")
        thread.start()
        try:
            yield camera
        finally:
            stopped.set()
            server.shutdown()
            thread.join()


def _say(camera: RtspCamera, verb: str, known: bool) -> tuple[str, str, str]:
    """Status, further head lines, body."""
    match verb:
        case "OPTIONS":
            return "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""
        case _ if not known:
            return "401 Unauthorized", 'WWW-Authenticate: Basic realm="camera"\r\n', ""
        case "DESCRIBE" if camera.sends_to:
            return "302 Moved Temporarily", f"Location: {camera.sends_to}\r\n", ""
        case "DESCRIBE":
            return "200 OK", "Content-Type: application/sdp\r\n", SDP
        case "SETUP":
            return "200 OK", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n", ""
        case "PLAY" | "TEARDOWN" | "GET_PARAMETER":
            return "200 OK", "Session: 1\r\n", ""
        case _:
            return "405 Method Not Allowed", "", ""


def rtp_packets(jpeg: bytes, sequence: int, number: int, fps: float) -> Iterator[bytes]:
    """One baseline JPEG, whose Huffman tables are the standard's, as packets."""
    tables, scan, width, height, kind = _taken_apart(jpeg)
    stamp = round(number * 90_000 / fps) & 0xFFFFFFFF
    for at in range(0, len(scan), PACKET):
        last = at + PACKET >= len(scan)
        rtp = struct.pack(">BBHII", 0x80, 26 | (0x80 if last else 0), (sequence + at // PACKET) & 0xFFFF, stamp, 1)
        head = struct.pack(">B3sBBBB", 0, at.to_bytes(3, "big"), kind, 255, width // 8, height // 8)
        in_band = struct.pack(">BBH", 0, 0, len(tables)) + tables if at == 0 else b""
        yield rtp + head + in_band + scan[at : at + PACKET]


def _taken_apart(jpeg: bytes) -> tuple[bytes, bytes, int, int, int]:
    """Quantisation tables, entropy-coded data, width, height, and RFC 2435's type (0: 4:2:2, 1: 4:2:0)."""
    at, tables, width, height, kind = 2, b"", 0, 0, 1
    while True:
        mark, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        part = jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        match mark:
            case 0xDB:
                while part:
                    tables, part = tables + part[1:65], part[65:]
            case 0xC0:
                height, width = int.from_bytes(part[1:3], "big"), int.from_bytes(part[3:5], "big")
                kind = 1 if part[7] == 0x22 else 0
            case 0xDA:
                return tables, jpeg[at : jpeg.rfind(b"\xff\xd9")], width, height, kind
