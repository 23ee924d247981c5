"""Between the video library and an RTSP camera: the library may only ever talk to the machine that was checked.

The library follows an RTSP redirect (3xx, RFC 2326 section 11.3) to wherever it points, and cannot be told not to. So
it is given a port on loopback, whose other end is the pinned address; answers are read on their way, and one that sends
it elsewhere ends the conversation. Streams run inside the same connection (RTP interleaved, section 10.12).
"""

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from types import TracebackType

from drivers.camera.address import NetSource

MAX_HEAD = 16 << 10
"""Bytes of one answer's head."""
MAX_BODY = 256 << 10
"""Bytes of one answer's body: a description of the streams."""
CHUNK = 64 << 10
PACKET_HEAD = 4
LINE_FEED, CARRIAGE_RETURN, TAB = b"\n\r\t"


class ElsewhereError(Exception):
    """The camera sends us to another address, or says what no RTSP camera says."""


class Answers:
    """Reads what a camera sends: answers in text, and packets of the stream ("$", channel, length) before any line.

    Strict where the library is lenient, so that nothing can look like a body here and like an answer there.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._packet = bytearray()
        self._first = True
        """Whether the next line is an answer's first."""
        self._head = self._body = 0
        """Bytes of this answer's head so far, and of the body that it announces."""
        self._skip = 0
        """Bytes of a packet or a body that are still to come, and are nobody's business here."""

    def feed(self, data: bytes) -> None:
        """Take what came, in pieces of any size. Raises ElsewhereError."""
        at = 0
        while at < len(data):
            if self._skip:
                passed = min(self._skip, len(data) - at)
                self._skip -= passed
                at += passed
            elif self._packet or (data[at : at + 1] == b"$" and not self._line):
                self._packet.append(data[at])
                at += 1
                if len(self._packet) == PACKET_HEAD:
                    self._skip = int.from_bytes(self._packet[2:], "big")
                    self._packet.clear()
            else:
                self._text(data[at])
                at += 1

    def _text(self, byte: int) -> None:
        self._head += 1
        if self._head > MAX_HEAD:
            raise ElsewhereError("an answer without an end")
        if byte == LINE_FEED:
            self._end_of_line(bytes(self._line))
            self._line.clear()
        elif byte != CARRIAGE_RETURN:
            if byte < 32 and byte != TAB:
                raise ElsewhereError("an answer that is no text")
            self._line.append(byte)

    def _end_of_line(self, line: bytes) -> None:
        if not line:
            self._skip, self._head, self._body, self._first = self._body, 0, 0, True
            return
        words = line.split()
        if self._first and len(words) > 1 and words[0].upper().startswith(b"RTSP/") and words[1].startswith(b"3"):
            raise ElsewhereError("redirects are not followed, give the final address")
        self._first = False
        if line.lower().lstrip().startswith(b"content-length"):
            told = line.partition(b":")[2].strip()
            if not told.isdigit() or len(told) > 6 or int(told) > MAX_BODY:
                raise ElsewhereError("an answer of a length that no camera has")
            self._body = int(told)


class Relay:
    """A context with a loopback port that leads to a pinned camera, for one conversation at a time."""

    def __init__(self, source: NetSource, timeout_s: float) -> None:
        self._source, self._timeout_s = source, timeout_s
        self._waiting = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._turn = threading.Lock()
        self._closed = threading.Event()
        self.why_not = ""
        """Why the conversation was ended here, if it was."""
        self._threads = [threading.Thread(target=self._serve, name="rtsp-relay", daemon=True)]

    @property
    def source(self) -> NetSource:
        """What the library is given: the same path, name and password, by way of this port."""
        host, port = self._waiting.getsockname()[:2]
        return replace(self._source, host=host, port=port)

    def __enter__(self) -> "Relay":
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every conversation and its threads."""
        self._closed.set()
        self._end(self._waiting)
        self._hang_up()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                library, _ = self._waiting.accept()
            except OSError:
                return
            try:
                camera = socket.create_connection((self._source.host, self._source.port), self._timeout_s)
            except OSError:
                library.close()
                continue
            with self._turn:
                self._open += [library, camera]
            if self._closed.is_set():
                self._hang_up()
            asking = threading.Thread(target=self._pump, args=(library, camera, None), name="rtsp-asking", daemon=True)
            asking.start()
            self._pump(camera, library, Answers())
            asking.join()
            library.close()
            camera.close()

    def _pump(self, source: socket.socket, to: socket.socket, answers: Answers | None) -> None:
        """Hand on until one side ends. Nothing of an answer is handed on that was not read first."""
        try:
            source.settimeout(None)
            while data := source.recv(CHUNK):
                if answers is not None:
                    answers.feed(data)
                to.sendall(data)
        except ElsewhereError as error:
            self.why_not = str(error)
        except OSError:
            pass  # one side hung up
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        with self._turn:
            for one in self._open:
                self._end(one)
            self._open.clear()

    @staticmethod
    def _end(one: socket.socket) -> None:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            one.close()
