"""The wake-up channel: a WebSocket whose messages mean nothing but "pull now"."""

from collections.abc import Callable

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from cloud_sync.link.calls import CallFailed, HeadOffice, is_loopback
from cloud_sync.link.facts import Trouble, WakeOpened, Woken


async def listen(hq: HeadOffice, store: str, heard: Callable[[WakeOpened | Woken], None], patience_s: float) -> None:
    """Tell of every wake-up until the channel is lost. Always ends in CallFailed.

    A quiet channel is pinged every 20 s, so that a line that died without a word is noticed.
    """
    try:
        async with connect(
            hq.wake_url(store),
            additional_headers=hq.credentials(store),
            user_agent_header="aisle-edge",
            ssl=hq.tls,
            proxy=None if is_loopback(hq.url.host) else True,
            open_timeout=patience_s,
            close_timeout=1,
            max_size=4096,
            compression=None,
        ) as channel:
            heard(WakeOpened())
            async for _ in channel:
                heard(Woken())
    except InvalidStatus as error:
        denied = error.response.status_code in (401, 403)
        raise CallFailed(Trouble.DENIED if denied else Trouble.LINE, "Head office gives no wake-up channel.") from error
    except (OSError, TimeoutError, WebSocketException) as error:
        raise CallFailed(Trouble.LINE, "The wake-up channel broke.") from error
    raise CallFailed(Trouble.LINE, "Head office closed the wake-up channel.")
