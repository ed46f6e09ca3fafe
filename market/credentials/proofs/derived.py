"""ecdsa-sd-2023: a credential of which its holder shows chosen statements, each still signed.

The issuer's key signs the statements that must always be shown, together with a key made for this credential alone;
that key has signed every other statement by itself. Blank nodes carry labels from a keyed hash, which the proof
brings along, so that each line reads as it did when it was signed.
Source: https://www.w3.org/TR/vc-di-ecdsa/, section 3.4 and the selective disclosure functions of 3.5.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from . import canon, cbor, linked, multi
from .contexts import Contexts
from .di import ProofRefused, Suite, check_key, stated_options
from .keys import BadKey, Key, from_multikey, signature_holds

BASE, DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
MAX_SIGNATURES = 1_000  # about 0.1 ms each
_SIGNATURE, _KEY, _LABEL = 64, 35, 32


@dataclass(frozen=True)
class Value:
    """What a derived proof brings. `labels` maps canonical labels to those under which the lines were signed."""

    base_signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: dict[str, str]
    mandatory: frozenset[int]


def parse(text: str) -> Value:
    """The parts of a derived proof's value. Raises `ProofRefused`, with a code of its own for the issuer's original."""
    try:
        raw = multi.multibase_decode(text, allowed="u")
        if raw.startswith(BASE):
            raise ProofRefused("proof_base_copy")
        if not raw.startswith(DERIVED):
            raise ProofRefused("proof_malformed", "not the value of a derived proof")
        parts = cbor.decode(raw[len(DERIVED) :])
    except (multi.BadEncoding, cbor.BadCBOR) as cause:
        raise ProofRefused("proof_malformed", str(cause)) from cause
    if not isinstance(parts, list) or len(parts) != 5:
        raise ProofRefused("proof_malformed", "five parts were to be there")
    base, public, signatures, labels, mandatory = parts
    if not _is_bytes(base, _SIGNATURE) or not _is_bytes(public, _KEY):
        raise ProofRefused("proof_malformed", "the issuer's signature or the key it covers")
    if not isinstance(signatures, list) or not all(_is_bytes(one, _SIGNATURE) for one in signatures):
        raise ProofRefused("proof_malformed", "the signatures of the statements")
    if len(signatures) > MAX_SIGNATURES:
        raise ProofRefused("too_complex")
    if not isinstance(labels, dict) or not all(
        isinstance(number, int) and _is_bytes(label, _LABEL) for number, label in labels.items()
    ):
        raise ProofRefused("proof_malformed", "the labels")
    if len(set(labels.values())) != len(labels):
        # Two nodes under one name would be one to the signature and two to a reader.
        raise ProofRefused("proof_malformed", "one label for two things")
    if not isinstance(mandatory, list) or not all(isinstance(number, int) for number in mandatory):
        raise ProofRefused("proof_malformed", "the numbers of what must be shown")
    if len(set(mandatory)) != len(mandatory):
        raise ProofRefused("proof_malformed", "a number twice")
    named = {f"c14n{number}": "u" + multi.base64url_encode(label) for number, label in labels.items()}
    return Value(base, public, tuple(signatures), named, frozenset(mandatory))


def _is_bytes(value: Any, size: int) -> bool:
    return isinstance(value, bytes) and len(value) == size


def holds(
    document: dict[str, Any],
    proof: dict[str, Any],
    suite: Suite,
    key: Key,
    contexts: Contexts,
    *,
    expanded: list[Any] | None = None,
    fixed: set[str] | None = None,
) -> bool:
    """Whether every statement of an unsecured document was signed, those that must be shown all together.

    `fixed` is filled with the words (predicates, in angle brackets) of which no statement could be left out. Raises `ProofRefused`, and what `linked` and `canon` raise.
    """
    check_key(suite, key)
    value = parse(proof["proofValue"])
    options, _ = canon.canonicalise(
        linked.dataset(stated_options(document, proof, suite, contexts)), "sha256"
    )
    whole = linked.expand(document, contexts) if expanded is None else expanded
    lines = canon.relabelled(linked.dataset(whole), value.labels)
    if lines is None:
        raise ProofRefused("proof_malformed", "the labels are not those of the document")
    if value.mandatory and max(value.mandatory) >= len(lines):
        raise ProofRefused("proof_malformed", "the numbers of what must be shown")
    must = [line for number, line in enumerate(lines) if number in value.mandatory]
    rest = [line for number, line in enumerate(lines) if number not in value.mandatory]
    if len(rest) != len(value.signatures):
        return False
    try:
        own = from_multikey("u" + multi.base64url_encode(value.public_key))
    except BadKey as cause:
        raise ProofRefused("proof_malformed", "the key that the issuer's signature covers") from cause
    check_key(suite, own)
    covered = _digest(options) + value.public_key + _digest("".join(must))
    if fixed is not None:
        fixed |= {line.split(" ", 2)[1] for line in must} - {line.split(" ", 2)[1] for line in rest}
    return signature_holds(key, "ES256", value.base_signature, covered) and all(
        signature_holds(own, "ES256", signature, line.encode("utf-8"))
        for signature, line in zip(value.signatures, rest, strict=True)
    )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8")).digest()
