"""Enrolling a store before its gateway runs: ask, keep, ask again until somebody approves."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from cloud_sync.contract.item import STORE_ID
from cloud_sync.link.calls import CallFailed, HeadOffice
from cloud_sync.link.facts import Trouble
from cloud_sync.link.side import Enrolment
from provisioning.identity import Identity


class EnrolmentError(Exception):
    """The store was not enrolled; the message says why and what to do."""


async def enrol_store(
    identity: Identity,
    code: str,
    url: str,
    *,
    ca_file: Path | None,
    wait_s: float,
    pause_s: float,
    gateway: str,
    said: Callable[[str], None],
) -> str:
    """Enrol and return the store's id. `said` hears how it goes, whenever that changes.

    Returns "" when nobody approved within `wait_s` seconds: the code is on file then, and the gateway goes on
    asking. Raises EnrolmentError or IdentityError.
    """
    try:
        hq = HeadOffice(url, identity.key, lambda: time.time_ns() // 1_000_000, ca_file=ca_file)
    except (ValueError, OSError) as error:
        raise EnrolmentError(str(error)) from error
    deadline, last = time.monotonic() + wait_s, ""
    try:
        while True:
            try:
                answer = await hq.enrol(code, gateway)
                if answer.status == "approved":
                    return _keep(identity, url, answer.store or "", answer.change_keys)
                identity.keep(Enrolment("", code), url)
                now = f"Waiting for approval at head office. Compare there: {identity.fingerprint}"
            except CallFailed as failed:
                if failed.trouble is Trouble.UNWANTED:
                    raise EnrolmentError(failed.why) from failed
                now = failed.why
            if now != last:
                said(now)
            last = now
            if time.monotonic() + pause_s > deadline:
                return ""
            await asyncio.sleep(pause_s)
    finally:
        await hq.close()


def _keep(identity: Identity, url: str, store: str, change_keys: dict[str, str]) -> str:
    if not STORE_ID.fullmatch(store):
        raise EnrolmentError("head office approved, but named no valid store; tell head office")
    try:
        identity.keep(Enrolment(store, "", change_keys), url)
    except ValueError as error:
        raise EnrolmentError("head office approved, but its keys are not readable; tell head office") from error
    return store
