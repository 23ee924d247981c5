"""Who is let in, and whom the link believes."""

import datetime
import ipaddress
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from cloud_sync.link.calls import HeadOffice, check_url
from cloud_sync.link.shell import Link
from cloud_sync.link.side import Enrolment
from cloud_sync.link.state import LinkPhase
from tests.link.conftest import QUICK, MakeLink, now
from tests.link.head_office import HeadOfficeStandIn, serving
from tests.link.store_side import Shop, until


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that its own key signed; the key lies beside it."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "head office")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(True, False, False, False, False, True, True, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "office.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


async def test_a_trusted_certificate_carries_events_and_wake_ups(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink, certificate: Path
) -> None:
    async with serving(office, port, certificate) as url:
        link = await make_link(url, ca_file=certificate)
        await until(lambda: office.wakes and link.view().phase is LinkPhase.ONLINE)
        shop.sell(2)
        office.publish(1)
        link.nudge()
        await office.wake()
        await until(lambda: shop.waiting == 0 and shop.taken == [1])
        await link.stop()


async def test_an_unknown_certificate_is_refused_in_clear_words_and_gets_no_token(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink, certificate: Path
) -> None:
    shop.sell(1)
    async with serving(office, port, certificate) as url:
        link = await make_link(url)
        await until(lambda: "is not trusted" in link.view().why)
        view = link.view()
        assert view.phase is LinkPhase.OFFLINE
        assert "CA file" in view.why
        assert "self-signed" in view.why
        assert (office.batches, office.wake_visits, shop.waiting) == ([], 0, 1)
        await link.stop()


async def test_a_revoked_key_is_told_and_comes_back_by_itself_when_let_in_again(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    known = set(office.keys)
    async with serving(office, port):
        link = await make_link()
        await until(lambda: link.view().phase is LinkPhase.ONLINE)
        office.keys.clear()
        shop.sell(1)
        link.nudge()
        await until(lambda: link.view().phase is LinkPhase.UNENROLLED)
        assert "does not accept this store's key (401: unknown key)" in link.view().why
        assert "one-time code" in link.view().why
        assert shop.waiting == 1
        office.keys |= known
        await until(lambda: shop.waiting == 0 and link.view().phase is LinkPhase.ONLINE)
        await link.stop()


async def test_a_wrong_clock_is_named_as_the_reason(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    async with serving(office, port):
        link = await make_link(clock=lambda: now() - 7_200_000)
        await until(lambda: "clock is 120 min behind head office's" in link.view().why)
        await link.stop()


async def test_a_token_is_replaced_long_before_it_expires_and_when_it_was_denied(key: Ed25519PrivateKey) -> None:
    moment = 1_000_000_000_000
    hq = HeadOffice("https://hq.example.com", key, lambda: moment)
    first = hq.credentials("0204")
    moment += 100_000
    assert hq.credentials("0204") == first
    moment += 60_000
    second = hq.credentials("0204")
    assert second != first
    moment += 2_000
    hq.renew()
    assert hq.credentials("0204") != second
    await hq.close()


async def test_a_store_is_enrolled_by_code_and_starts_to_work(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    office.keys.clear()
    office.approve_at_once = False
    shop.sell(1)
    async with serving(office, port):
        link = await make_link(enrolment=Enrolment())
        assert link.view().phase is LinkPhase.UNENROLLED
        with pytest.raises(ValueError, match="not a one-time code"):
            await link.enrol("nö")
        assert "approves this store" in await link.enrol(" abcd-1234 ")
        assert link.view().phase is LinkPhase.PENDING
        assert shop.kept == [Enrolment("", "ABCD-1234")]
        office.approve_at_once = True
        await until(lambda: shop.waiting == 0)
        assert shop.kept[-1] == Enrolment("0204", "", {"k1": "ab" * 32})
        assert link.view().phase is LinkPhase.ONLINE
        with pytest.raises(ValueError, match="enrolled already, as 0204"):
            await link.enrol("ABCD-1234")
        await link.stop()


async def test_a_used_code_is_refused_with_head_offices_words(
    office: HeadOfficeStandIn, port: int, make_link: MakeLink
) -> None:
    async with serving(office, port):
        link = await make_link(enrolment=Enrolment())
        with pytest.raises(ValueError, match="this code was used before"):
            await link.enrol("USED-9999")
        assert "this code was used before" in link.view().why
        assert await link.enrol("ABCD-1234") == "This store is enrolled as 0204."
        await link.stop()


async def test_a_code_typed_while_the_line_is_down_is_asked_about_later(
    office: HeadOfficeStandIn, shop: Shop, port: int, make_link: MakeLink
) -> None:
    link = await make_link(enrolment=Enrolment())
    assert "cannot be reached" in await link.enrol("ABCD-1234")
    assert link.view().phase is LinkPhase.OFFLINE
    async with serving(office, port):
        await until(lambda: link.view().phase is LinkPhase.ONLINE)
        await link.stop()


async def test_a_code_of_another_store_is_refused(office: HeadOfficeStandIn, port: int, make_link: MakeLink) -> None:
    async with serving(office, port):
        link = await make_link(enrolment=Enrolment(), rules=replace(QUICK, store="0999"))
        with pytest.raises(ValueError, match="belongs to store 0204"):
            await link.enrol("ABCD-1234")
        await link.stop()


@pytest.mark.parametrize(
    "url",
    ["http://hq.example.com", "ftp://hq.example.com", "hq.example.com", "https://", "https://me:secret@hq.example.com",
     "https://hq.example.com/?a=1", "http://192.0.2.1:8000", "https://\x00", "http://localhost.example.com"],
)  # fmt: skip
def test_an_address_that_would_leak_or_lead_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|https|password|unprotected"):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost", "https://hq.example.com/aisle/"]
)
def test_a_usable_address_is_taken(url: str) -> None:
    assert str(check_url(f" {url} ")).startswith(url.rstrip("/"))


def test_a_ca_file_that_is_none_is_refused_by_name(tmp_path: Path, shop: Shop) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(ValueError, match=r"ca\.pem"):
        Link(
            "https://hq.example.com",
            shop,
            Ed25519PrivateKey.generate(),
            Enrolment(),
            clock=now,
            ca_file=tmp_path / "ca.pem",
        )
    shop.sql.close()
