"""What can go wrong with a device, as one tree whose leaves answer "what now?"."""

from typing import ClassVar


class DeviceError(Exception):
    """Something went wrong with one device. Every leaf says what happens now and what a person can do."""

    what_now: ClassVar[str] = ""

    def __init__(self, device: str, why: str) -> None:
        super().__init__(f"{device}: {why}")
        self.device = device
        self.why = why


class Unreachable(DeviceError):
    """No answer, or the link broke. The gateway tries again by itself."""

    what_now = "Aisle keeps trying. If it lasts, check power, battery and distance."


class Asleep(Unreachable):
    """The device is known to sleep and was not awake. The gateway waits for its next sign of life."""

    what_now = "Aisle waits until the device wakes up."


class Refused(DeviceError):
    """The device or its configuration says no; trying again changes nothing. A person must act."""

    what_now = "Aisle stops trying. Read the reason, mend it, then press retry."


class Unprintable(Refused):
    """What should be printed has a character that the printer lacks, or does not fit it. Nothing of it was sent."""

    what_now = "Aisle prints it plainer where it can. Else give the printer a code page that has what is missing."


class Misspoke(DeviceError):
    """The device broke its protocol. The offending bytes travel along, for the log and for a bug report."""

    what_now = "Aisle tries again a few times, then asks for a person; report the bytes."

    def __init__(self, device: str, why: str, said: bytes = b"") -> None:
        super().__init__(device, f"{why} (said {said[:64].hex(' ') or 'nothing'})")
        self.said = said
