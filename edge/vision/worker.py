"""A process that looks at the pictures of many cameras, one after the other: `python -m edge.vision.worker FD`.

There is one per core, and one thread of it works. Orders come as packets on standard input (see orders.py), each new
camera's with the slot that its newest picture is in; facts go to standard output (see wire.py). What a camera has
shown so far (its background, its tracks) is in here, so a camera stays with its worker. The pulse of that file
tells whose picture is on the table (see pulse.py). It ends when its standard input does.
"""

import array
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping
from queue import Empty, SimpleQueue

from drivers.errors import Refused
from edge.vision.child import Send, private_output, settle
from edge.vision.detector import BadModelError
from edge.vision.orders import MAX_PACKET, GiveStill, Leave, Order, Sit, read_order
from edge.vision.pulse import Pulse
from edge.vision.seat import Seat
from edge.vision.slot import SlotReader
from edge.vision.turns import next_one
from edge.vision.wire import MAX_WORDS, Left, StillMade

LONGEST_REST_S = 0.1
"""However far off the next look is: something may begin to move."""
SHORTEST_REST_S = 0.01
"""Between two glances for a picture that is due and not there yet."""
RECORDED_REST_S = 0.001
"""The same for a recording, which waits for us."""
BROKEN = "Aisle tries again, less and less often. If it lasts, report the reason."

Asked = tuple[Order, int]
"""An order, and the file that came with it; -1: none."""


def main() -> None:
    """Look at what there is to look at, for ever."""
    send = private_output()
    asked: SimpleQueue[Asked] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), name="lifeline", daemon=True).start()
    settle()
    try:
        Table(send, Pulse(int(sys.argv[1])), asked).work()
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more


def _listen(asked: "SimpleQueue[Asked]") -> None:
    """Hand on the orders. The end of standard input means that the parent closed it or died."""
    with socket.socket(fileno=os.dup(0)) as parent:
        while True:
            packet, file = _receive(parent)
            if not packet:
                os._exit(0)
            asked.put((read_order(packet), file))


def _receive(parent: socket.socket) -> tuple[bytes, int]:
    files = array.array("i")
    packet, beside, _, _ = parent.recvmsg(MAX_PACKET, socket.CMSG_SPACE(files.itemsize))
    for level, kind, data in beside:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            files.frombytes(data[: len(data) - len(data) % files.itemsize])
    return packet, files[0] if files else -1


class Table:
    """All seats of one worker, and whose turn it is."""

    def __init__(self, send: Send, pulse: Pulse, asked: "SimpleQueue[Asked]") -> None:
        self._send, self._pulse, self._asked = send, pulse, asked
        self._seats: dict[str, tuple[int, Seat]] = {}

    def work(self) -> None:
        """Look at the camera that is longest overdue; do what is asked in between; rest when nothing is due."""
        rest_s = 0.0
        while True:
            try:
                asked = self._asked.get(timeout=rest_s) if rest_s > 0 else self._asked.get_nowait()
            except Empty:
                pass
            else:
                self._do(*asked)
            rest_s = self._one_look()

    def _one_look(self) -> float:
        """Returns how long to rest, in seconds."""
        now = time.monotonic()
        due = {name: seat.due(now) for name, (_, seat) in self._seats.items()}
        name = next_one(((name, since) for name, (since, there) in due.items() if there), now)
        if name is None:
            return self._rest_s(due, now)
        number, seat = self._seats[name]
        self._pulse.begin(number)
        try:
            seat.look(now)
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001  # one camera's boundary: its picture must not cost the others
            self._end(name, f"{type(error).__name__} while its picture was looked at", BROKEN, again=True)
        self._pulse.rest()
        return 0.0

    def _rest_s(self, due: Mapping[str, tuple[float, bool]], now: float) -> float:
        if any(not self._seats[name][1].work.camera.pace for name in due):
            return RECORDED_REST_S
        soonest = min((since for since, _ in due.values()), default=now + LONGEST_REST_S)
        return min(max(soonest - now, SHORTEST_REST_S), LONGEST_REST_S)

    def _do(self, order: Order, file: int) -> None:
        match order:
            case Sit():
                self._pulse.begin(order.seat)
                self._sit(order, file)
                self._pulse.rest()
            case Leave() if order.camera in self._seats:
                self._end(order.camera, "", "", again=True)
            case GiveStill() if order.camera in self._seats:
                self._seats[order.camera][1].want_still(order.n, file)
            case GiveStill():
                os.close(file)
                self._send(StillMade(order.camera, order.n, 0, "This camera is not watched now."))

    def _sit(self, order: Sit, file: int) -> None:
        camera = order.work.camera
        slot = SlotReader(file)
        try:
            self._seats[camera.id] = order.seat, Seat(order.work, slot, self._send)
        except BadModelError as error:
            slot.close()
            self._send(Left(camera.id, order.work.epoch, str(error)[:MAX_WORDS], Refused.what_now, again=False))

    def _end(self, name: str, why: str, what_now: str, *, again: bool) -> None:
        _, seat = self._seats.pop(name)
        seat.close()
        self._send(Left(name, seat.work.epoch, why, what_now, again))


if __name__ == "__main__":
    main()
