"""nexo's bytes as the terminal reads and writes them: JSON, XML, and JSON sealed with a shared key."""

import hashlib
import hmac
import json
import secrets
from base64 import b64decode, b64encode
from typing import Any
from xml.dom import minidom

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

Words = dict[str, Any]


class Wire:
    """How one terminal's messages look on the wire. `passphrase` seals JSON."""

    def __init__(self, encoding: str = "json", passphrase: str | None = None) -> None:
        self.encoding, self.passphrase = encoding, passphrase

    def read(self, data: bytes) -> Words:
        """A request. Raises ValueError or KeyError on what no till would send."""
        if self.encoding == "xml":
            root = minidom.parseString(data).documentElement  # noqa: S318  from our own till
            if root is None:
                raise ValueError("no element")
            return {root.tagName: _from_node(root)}
        words: Words = json.loads(data)
        if self.passphrase is None:
            return words
        sealed = words["SaleToPOIRequest"]
        plain: Words = json.loads(unseal(sealed, self.passphrase))
        if plain["SaleToPOIRequest"]["MessageHeader"] != sealed["MessageHeader"]:
            raise ValueError("the two headers differ")
        return plain

    def write(self, words: Words) -> bytes:
        """An answer."""
        if self.encoding == "xml":
            ((name, body),) = words.items()
            document = minidom.Document()
            node = document.createElement(name)
            document.appendChild(node)
            _to_node(document, node, body if isinstance(body, dict) else {"Value": body})
            return document.toxml(encoding="utf-8")
        plain = json.dumps(words).encode()
        if self.passphrase is None or "SaleToPOIResponse" not in words:
            return plain
        header = words["SaleToPOIResponse"]["MessageHeader"]
        return json.dumps({"SaleToPOIResponse": seal(header, plain, self.passphrase)}).encode()


def seal(header: Words, plain: bytes, passphrase: str) -> Words:
    """The encrypted message around a message."""
    mac_key, cipher_key, start = _keys(passphrase)
    nonce = secrets.token_bytes(16)
    fill = 16 - len(plain) % 16
    work = _cipher(cipher_key, start, nonce).encryptor()
    blob = work.update(plain + bytes((fill,)) * fill) + work.finalize()
    mac = hmac.new(mac_key, plain, hashlib.sha256).digest()
    trailer = {
        "AdyenCryptoVersion": 1,
        "KeyIdentifier": "k",
        "KeyVersion": 1,
        "Nonce": _text(nonce),
        "Hmac": _text(mac),
    }
    return {"MessageHeader": header, "NexoBlob": _text(blob), "SecurityTrailer": trailer}


def unseal(sealed: Words, passphrase: str) -> bytes:
    """The message inside. Raises ValueError when it was not sealed with this key."""
    mac_key, cipher_key, start = _keys(passphrase)
    trailer = sealed["SecurityTrailer"]
    work = _cipher(cipher_key, start, b64decode(trailer["Nonce"])).decryptor()
    filled = work.update(b64decode(sealed["NexoBlob"])) + work.finalize()
    plain = filled[: -filled[-1]]
    if hmac.new(mac_key, plain, hashlib.sha256).digest() != b64decode(trailer["Hmac"]):
        raise ValueError("sealed with another key")
    return plain


def _keys(passphrase: str) -> tuple[bytes, bytes, bytes]:
    material = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), b"AdyenNexoV1Salt", 4000, 32 + 32 + 16)
    return material[:32], material[32:64], material[64:80]


def _cipher(key: bytes, start: bytes, nonce: bytes) -> "Cipher[CBC]":
    vector = int.from_bytes(start, "big") ^ int.from_bytes(nonce, "big")
    return Cipher(AES256(key), CBC(vector.to_bytes(16, "big")))


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _to_node(document: minidom.Document, node: minidom.Element, body: Words) -> None:
    for key, value in body.items():
        if key == "Text":
            node.appendChild(document.createTextNode(value))
            continue
        parts = value if isinstance(value, list) else [value]
        if not isinstance(value, list) and not isinstance(value, dict):
            node.setAttribute(key, str(value))
            continue
        for part in parts:
            child = document.createElement(key)
            node.appendChild(child)
            if isinstance(part, dict):
                _to_node(document, child, part)
            else:
                child.appendChild(document.createTextNode(str(part)))


def _from_node(node: minidom.Element) -> Words:
    found: Words = {}
    found.update((str(name), str(value)) for name, value in node.attributes.items())
    for child in node.childNodes:
        if isinstance(child, minidom.Element):
            simple = not child.attributes.length and not any(isinstance(x, minidom.Element) for x in child.childNodes)
            found[child.tagName] = _inner(child) if simple else _from_node(child)
    return found


def _inner(node: minidom.Element) -> str:
    return "".join(part.data for part in node.childNodes if isinstance(part, minidom.Text))
