"""`aisle enrol`: taking a store or a till into service from the command line."""

import asyncio
import re
import socket
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from provisioning.credentials import CredentialError, Credentials
from provisioning.enrol import EnrolmentError, enrol_store
from provisioning.identity import Identity, IdentityError

PASSWORDS_FILE = "passwords"
"""The broker's password file in the gateway's data folder."""
_CODE = re.compile(r"[A-Z0-9-]{8,40}")

enrol = typer.Typer(help="Take a store or a till into service.", no_args_is_help=True)
Data = Annotated[Path, typer.Option(help="The gateway's data folder.", file_okay=False)]


@enrol.command("store")
def enrol_store_command(
    code: Annotated[str, typer.Option(help="The one-time code that head office gave for this store.")],
    hq: Annotated[str, typer.Option(help="Address of head office, like https://hq.example.com.")],
    data: Data,
    ca_file: Annotated[
        Path | None, typer.Option(help="Certificate to trust, where head office made its own.", dir_okay=False)
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for approval.", min=0)] = 600.0,
    pause: Annotated[float, typer.Option(help="Seconds between two questions.", min=0.05)] = 3.0,
) -> None:
    """Enrol this store before its gateway runs. A running gateway takes the code on its own page."""
    code = code.strip().upper()
    if not _CODE.fullmatch(code):
        _fail("That is not a one-time code: 8 to 40 letters, digits and hyphens.")
    screen = Console(stderr=True)
    try:
        identity = Identity.open(data)
        if (known := identity.enrolment(hq).store) != "":
            typer.echo(f"This store is enrolled already, as {known}. Nothing to do.")
            return
        with screen.status("Asking head office …"):
            store = asyncio.run(
                enrol_store(
                    identity, code, hq, ca_file=ca_file, wait_s=wait, pause_s=pause,
                    gateway=socket.gethostname()[:80] or "gateway",
                    said=lambda words: screen.print(words, markup=False),
                )
            )  # fmt: skip
    except (EnrolmentError, IdentityError) as error:
        _fail(str(error))
    if not store:
        _fail("Not approved yet. Start the gateway: it goes on asking. Or run this again with the same code.")
    typer.echo(f"Enrolled as {store}. Start the gateway.")


@enrol.command("till")
def enrol_till_command(
    till: Annotated[str, typer.Argument(help="The till's id: small letters, digits and hyphens.")],
    data: Data,
    renew: Annotated[bool, typer.Option(help="Replace the password of a till that has one.")] = False,
) -> None:
    """Give a till its password for the store's broker; it is shown once and cannot be read back."""
    if not data.is_dir():
        _fail(f"{data} is not a gateway's data folder.")
    credentials = Credentials(data / PASSWORDS_FILE)
    try:
        password = credentials.rotate(till) if renew else credentials.create(till)
    except (CredentialError, OSError) as error:
        _fail(str(error))
    typer.echo(password)


def _fail(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(1)
