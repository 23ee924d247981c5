"""HTTPS without outside help: head office's own small authority and the certificate of its listener.

Gateways trust the authority by its file (`ca.crt`), which stays the same for ten years; the listener's
certificate is made anew whenever it nears its end or the host names change.
"""

import datetime
import ipaddress
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cloud_sync.hq.keys import load_or_make

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a listener: its chain, its key, and what its callers trust."""

    chain: Path
    key: Path
    trust: Path


def own_certificate(folder: Path, hosts: Collection[str]) -> Certificate:
    """Make, or keep while it is good, a certificate for these host names and addresses, in `folder`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority_key = _load_key(folder / "ca.key")
    authority = x509.load_pem_x509_certificate(load_or_make(folder / "ca.crt", lambda: _authority(authority_key)))
    key = _load_key(folder / "server.key")
    files = Certificate(folder / "server.crt", folder / "server.key", folder / "ca.crt")
    names = x509.SubjectAlternativeName([_name(host) for host in sorted({*hosts, "localhost", "127.0.0.1"})])
    if not _still_good(files.chain, names):
        made = _leaf(key, authority, authority_key, names)
        draft = files.chain.with_suffix(".new")
        draft.write_bytes(made)
        draft.replace(files.chain)
    return files


def check_certificate(chain: Path, key: Path) -> None:
    """Raise RuntimeError when the two files are not a certificate and its key."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key)
    except (OSError, ssl.SSLError) as error:
        raise RuntimeError(f"{chain} and {key} are not a certificate and its key: {error}") from error


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    def make() -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    key = load_pem_private_key(load_or_make(path, make), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise RuntimeError(f"{path} is not a key that Aisle made; move it away and start again")
    return key


def _authority(key: ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Aisle head office authority")])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    made = (
        _builder(name, name, key, 3650)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    names: x509.SubjectAlternativeName,
) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Aisle head office")])
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    made = (
        _builder(subject, authority.subject, key, 365)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(signer, critical=False)
        .add_extension(names, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)  # a gateway's clock may be a little behind
        .not_valid_after(now + days * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _still_good(path: Path, names: x509.SubjectAlternativeName) -> bool:
    try:
        made = x509.load_pem_x509_certificate(path.read_bytes())
        have = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    return have == names and made.not_valid_after_utc > datetime.datetime.now(datetime.UTC) + 60 * _DAY


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
