"""Makes what a holder shows of a credential: derived ecdsa-sd-2023 proofs and SD-JWTs, honest and not."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import zlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from market.credentials.proofs import canon, contexts, derived, di, linked, multi

from .maker import AT, Signer, options, token

OWN = Signer("P-256", seed=50)  # the key made for one credential alone
HASH_KEY = bytes(range(32))


def cbor(value: Any) -> bytes:
    """The deterministic CBOR of numbers, bytes, texts, lists and maps."""
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value.items())
    assert isinstance(value, int)
    return _head(0, value)


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    if number < 256:
        return bytes([kind << 5 | 24, number])
    return bytes([kind << 5 | 25]) + number.to_bytes(2, "big")


def statements(document: dict[str, Any], pinned: contexts.Contexts | None = None) -> canon.Dataset:
    return linked.dataset(linked.expand(document, pinned or contexts.installed()))


def must_be_shown(line: str) -> bool:
    """What the issuers of these tests let nobody leave out: issuer, types and dates of the credential."""
    return any(word in line for word in ("#issuer>", "#validFrom>", "#validUntil>", "#credentialStatus>"))


def derive(
    whole: dict[str, Any],
    shown: dict[str, Any],
    signer: Signer,
    must: Callable[[str], bool] = must_be_shown,
    change: Callable[[list[Any]], list[Any]] = list,
    **proof_changes: Any,
) -> dict[str, Any]:
    """`shown`, a part of `whole`, with the proof that a holder derives from the issuer's; `change` is an attack.

    `change` gets the five parts of the proof value and gives back those to be written.
    """
    proof = options(signer, "ecdsa-sd-2023", **proof_changes)
    suite = di.suite_of(proof)
    assert suite is not None
    stated = di.stated_options(whole, proof, suite, contexts.installed())
    options_text = canon.canonicalise(linked.dataset(stated))[0]
    _, names = canon.canonicalise(statements(whole))
    labels = {name: hmac.digest(HASH_KEY, name.encode(), "sha256") for name in names.values()}
    texts = {name: "u" + multi.base64url_encode(label) for name, label in labels.items()}
    every = canon.relabelled(statements(whole), texts)
    assert every is not None
    key = multi.multibase_decode(OWN.multikey)
    mandatory = "".join(line for line in every if must(line))
    covered = _digest(options_text) + key + _digest(mandatory)
    lines, map_ = _placed(shown, set(every), texts)
    signatures = [OWN.sign(line.encode()) for line in lines if not must(line)]
    indexes = [number for number, line in enumerate(lines) if must(line)]
    short = {int(name.removeprefix("c14n")): labels[own] for name, own in map_.items()}
    parts = [signer.sign(covered), key, signatures, short, indexes]
    proof["proofValue"] = "u" + multi.base64url_encode(derived.DERIVED + cbor(change(parts)))
    return shown | {"proof": proof}


def _placed(
    shown: dict[str, Any], every: set[str], texts: dict[str, str]
) -> tuple[list[str], dict[str, str]]:
    """The lines of what is shown, as they stand among all lines, and whose label each blank node has."""
    _, names = canon.canonicalise(statements(shown))
    own = list(names.values())
    for picked in itertools.permutations(texts, len(own)):
        map_ = dict(zip(own, picked, strict=True))
        lines = canon.relabelled(statements(shown), {name: texts[to] for name, to in map_.items()})
        assert lines is not None
        if set(lines) <= every:
            return lines, map_
    raise AssertionError("what is shown is no part of the whole")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def disclosure(*parts: Any) -> str:
    return multi.base64url_encode(json.dumps(list(parts)).encode())


def digest(text: str) -> str:
    return multi.base64url_encode(hashlib.sha256(text.encode()).digest())


def sd_jwt(
    payload: dict[str, Any],
    signer: Signer,
    shown: tuple[str, ...] = (),
    *,
    holder: Signer | None = None,
    algorithm: str = "ES256",
    bound: dict[str, Any] | None = None,
    **header: Any,
) -> str:
    """An SD-JWT with the disclosures given; with `holder`, its own token for `bound` claims at the end."""
    head = {"typ": "dc+sd-jwt"} | header
    text = "~".join([token(payload, signer, algorithm, **head), *shown, ""])
    if holder is None:
        return text
    return text + key_binding(text, holder, **(bound or {}))


def key_binding(text: str, holder: Signer, **changes: Any) -> str:
    made = {"aud": "market.example", "nonce": "c-1", "iat": int(AT.timestamp()), "sd_hash": digest(text)}
    header = changes.pop("header", {"typ": "kb+jwt"})
    made = {name: value for name, value in (made | changes).items() if value is not None}
    algorithm = {"Ed25519": "EdDSA", "P-256": "ES256"}[holder.kind]
    return token(made, holder, algorithm, **header)


def status_token(
    url: str,
    values: dict[int, int],
    signer: Signer,
    *,
    bits: int = 2,
    size: int = 4096,
    at: datetime = AT,
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> bytes:
    """A Token Status List with these numbers at these places."""
    raw = bytearray(size * bits // 8)
    for index, value in values.items():
        raw[index * bits // 8] |= value << index * bits % 8
    made = {
        "sub": url,
        "iat": int(at.timestamp()) - 60,
        "exp": int(at.timestamp()) + 3600,
        "status_list": {"bits": bits, "lst": multi.base64url_encode(zlib.compress(bytes(raw)))},
    }
    head = {"typ": "statuslist+jwt"} | (header or {})
    return token(made | changes, signer, "ES256", **head).encode()
