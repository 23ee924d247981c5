"""An ONVIF camera's far end: answers WS-Discovery probes and the few SOAP questions that lead to a stream's address.

Written from ONVIF Core and Media (ver10) and WS-Security's UsernameToken profile: digest is
base64(SHA-1(nonce + created + password)).
"""

import base64
import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

SOAP = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>'
)
DENIED = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:ter='http://www.onvif.org/ver10/error'>"
    "ter:NotAuthorized</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang='en'>Sender not Authorized</s:Text>"
    "</s:Reason></s:Fault>"
)
MATCH = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header><a:RelatesTo>{about}</a:RelatesTo>'
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body>"
    "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference>"
    "<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/{name}"
    " onvif://www.onvif.org/hardware/SIM-1 onvif://www.onvif.org/location/{place}</d:Scopes>"
    "<d:XAddrs>{addresses}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>"
    "</s:Body></s:Envelope>"
)


@dataclass
class OnvifCamera:
    """What the camera is set to, and what it was asked. Ports are 0 until it runs."""

    user: str = "shop"
    password: str = "hidden"  # noqa: S105  # of a simulated camera
    stream: str = "rtsp://127.0.0.1:8554/main"
    name: str = "Door%20dome"
    says_it_is_at: str = ""
    """Instead of its true address: what a hostile answer would name."""
    media_at: str = ""
    """Instead of its own address: where its media service is said to be."""
    sends_to: str = ""
    """Answers every question with a redirect to there."""
    behind_s: float = 0.0
    """How far its clock is behind."""
    http: int = 0
    udp: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Of its device service."""
        return f"http://127.0.0.1:{self.http}/onvif/device_service"

    def answer(self, question: str) -> tuple[int, str]:
        """HTTP status and SOAP body."""
        verb = re.search(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)", question)
        asked = verb[1] if verb else ""
        self.asked.append(asked)
        if asked == "GetSystemDateAndTime":
            return 200, self._time()
        if not self._knows(question):
            return 400, DENIED
        media = self.media_at or f"http://127.0.0.1:{self.http}/onvif/media"
        match asked:
            case "GetServices":
                return 200, (
                    "<tds:GetServicesResponse><tds:Service>"
                    f"<tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace><tds:XAddr>{media}</tds:XAddr>"
                    "<tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version></tds:Service>"
                    "</tds:GetServicesResponse>"
                )
            case "GetProfiles":
                return 200, (
                    '<trt:GetProfilesResponse><trt:Profiles token="p1" fixed="true"><tt:Name>Main</tt:Name>'
                    '<tt:VideoEncoderConfiguration token="v1"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount>'
                    "<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1280</tt:Width><tt:Height>720</tt:Height>"
                    "</tt:Resolution><tt:Quality>4</tt:Quality></tt:VideoEncoderConfiguration></trt:Profiles>"
                    "</trt:GetProfilesResponse>"
                )
            case "GetStreamUri":
                return 200, (
                    f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{escape(self.stream)}</tt:Uri>"
                    "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false"
                    "</tt:InvalidAfterReboot><tt:Timeout>PT60S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>"
                )
            case _:
                return 500, "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code></s:Fault>"

    def _time(self) -> str:
        now = time.gmtime(time.time() - self.behind_s)
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
            "<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>"
            f"<tt:Time><tt:Hour>{now.tm_hour}</tt:Hour><tt:Minute>{now.tm_min}</tt:Minute>"
            f"<tt:Second>{now.tm_sec}</tt:Second></tt:Time><tt:Date><tt:Year>{now.tm_year}</tt:Year>"
            f"<tt:Month>{now.tm_mon}</tt:Month><tt:Day>{now.tm_mday}</tt:Day></tt:Date></tt:UTCDateTime>"
            "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _knows(self, question: str) -> bool:
        """The digest is right, and made by a clock that goes like the camera's."""
        said = {
            kind: re.search(rf"<[\w-]+:{kind}\b[^>]*>([^<]*)<", question)
            for kind in ("Username", "Password", "Nonce", "Created")
        }
        user, password, nonce, created = (found[1] if found else "" for found in said.values())
        want = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self.password.encode())  # noqa: S324  # the protocol's
        if (user, password) != (self.user, base64.b64encode(want.digest()).decode()):
            return False
        here = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() - self.behind_s))
        before = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() - self.behind_s - 60))
        return created[:16] in (here, before)


@contextmanager
def running(camera: OnvifCamera) -> Iterator[OnvifCamera]:
    """Let it answer on loopback: HTTP, and probes by UDP."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode("utf-8", "replace")
            if camera.sends_to:
                self.send_response(307)
                self.send_header("Location", camera.sends_to)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, body = camera.answer(question)
            data = SOAP.format(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
    ):
        udp.bind(("127.0.0.1", 0))
        camera.http, camera.udp = server.server_address[1], udp.getsockname()[1]
        threads = [
            threading.Thread(target=server.serve_forever, args=(0.02,), name="onvif-http"),
            threading.Thread(target=_answer_probes, args=(camera, udp), name="onvif-probes"),
        ]
        for thread in threads:
            thread.start()
        try:
            yield camera
        finally:
            server.shutdown()
            udp.sendto(b"", udp.getsockname())
            for thread in threads:
                thread.join()


def _answer_probes(camera: OnvifCamera, udp: socket.socket) -> None:
    while True:
        probe, asker = udp.recvfrom(65535)
        if not probe:
            return
        about = re.search(rb"MessageID>([^<]+)<", probe)
        if b"NetworkVideoTransmitter" in probe and about:
            answer = MATCH.format(
                about=about[1].decode(),
                name=camera.name,
                place="Entrance",
                addresses=camera.says_it_is_at or camera.address,
            )
            udp.sendto(answer.encode(), asker)
