"""A network camera's far end: pictures over HTTP (multipart/x-mixed-replace), from memory, in real time, for ever."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HEAD = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"


@contextmanager
def streaming(jpegs: Sequence[bytes], fps: float = 7) -> Iterator[int]:
    """Serve these pictures on every path of a loopback port, which is returned. All viewers see the same moment."""
    began, stopped = time.monotonic(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            number = int((time.monotonic() - began) * fps)
            try:
                while not stopped.wait(max(began + number / fps - time.monotonic(), 0)):
                    self.wfile.write(HEAD + jpegs[number % len(jpegs)] + b"\r\n")
                    number += 1
            except OSError:
                self.close_connection = True  # the viewer has gone

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="mjpeg")
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            stopped.set()
            server.shutdown()
            thread.join()
