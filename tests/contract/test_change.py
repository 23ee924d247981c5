"""A signed change: read back as it was, and by nobody's word but head office's."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner

from cloud_sync.contract.change import PAYLOAD_TYPE, Change, ChangeRow, Untrusted, open_change, public_key, sign_change
from cloud_sync.contract.item import internal_item

SIGNER = CryptoSigner.generate_ed25519()
TRUSTED = [public_key(SIGNER.public_key.keyid, SIGNER.public_key.keyval["public"])]


def change(**other: object) -> Change:
    row = ChangeRow(item=internal_item("7"), name="Šećer 糖", minor=129, currency="EUR")
    facts = {"store": "0204", "sequence": 1, "issued_at": 1, "expires_at": 2, "effective_at": 1, "author": "anna"}
    return Change.model_validate({**facts, "rows": (row,), **other})


def test_what_was_signed_is_what_is_read() -> None:
    assert open_change(sign_change(change(), SIGNER), TRUSTED) == change()


def test_another_signer_is_not_trusted() -> None:
    with pytest.raises(Untrusted, match="not signed by a key"):
        open_change(sign_change(change(), CryptoSigner.generate_ed25519()), TRUSTED)
    with pytest.raises(Untrusted):
        open_change(sign_change(change(), SIGNER), [])


def test_a_changed_payload_is_not_trusted() -> None:
    envelope = json.loads(sign_change(change(), SIGNER))
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["sequence"] = 2
    envelope["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()
    with pytest.raises(Untrusted, match="not signed"):
        open_change(json.dumps(envelope).encode(), TRUSTED)


@pytest.mark.parametrize(
    ("payload", "kind"), [(b"{}", PAYLOAD_TYPE), (b"not json", PAYLOAD_TYPE), (b"{}", "text/plain")]
)
def test_signed_nonsense_is_refused_with_a_reason(payload: bytes, kind: str) -> None:
    envelope = Envelope(payload, kind, {})
    envelope.sign(SIGNER)
    with pytest.raises(Untrusted):
        open_change(json.dumps(envelope.to_dict()).encode(), TRUSTED)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(max_size=9), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig"]), x), max_leaves=8)
    .map(lambda made: json.dumps(made).encode()))  # fmt: skip
def test_garbage_is_never_trusted_and_never_crashes(envelope: bytes) -> None:
    with pytest.raises(Untrusted):
        open_change(envelope, TRUSTED)


def test_an_item_stands_once_in_a_change() -> None:
    row = change().rows[0]
    with pytest.raises(ValidationError, match="twice"):
        change(rows=(row, row))
    with pytest.raises(ValidationError):
        change(rows=())
