"""Data Integrity proofs: one proof over one document, checked with one key.

Suites: eddsa-rdfc-2022, eddsa-jcs-2022, ecdsa-rdfc-2019 and ecdsa-jcs-2019 (each with P-256 or P-384; the
latter hashes and canonicalises with SHA-384), and Ed25519Signature2020. ecdsa-sd-2023, which signs statement by
statement, shares the form of its options; the rest of it is in `derived`.
Sources: https://www.w3.org/TR/vc-di-eddsa/ and https://www.w3.org/TR/vc-di-ecdsa/
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import rfc8785

from . import jsonio, linked, multi
from .canon import canonicalise
from .contexts import Contexts
from .keys import Key, signature_holds

SEC = "https://w3id.org/security#"
DC_CREATED = "http://purl.org/dc/terms/created"
_MEMBERS = {
    "created": {DC_CREATED},
    "expires": {f"{SEC}expiration"},
    "verificationMethod": {f"{SEC}verificationMethod"},
    "proofPurpose": {f"{SEC}proofPurpose"},
    "cryptosuite": {f"{SEC}cryptosuite"},
    "challenge": {f"{SEC}challenge"},
    "domain": {f"{SEC}domain"},
    "nonce": {f"{SEC}nonce"},
    "previousProof": {f"{SEC}previousProof"},
    "id": {"@id"},
    "type": {"@type"},
}
_NEEDED = ("verificationMethod", "proofPurpose", "proofValue")


class ProofRefused(ValueError):
    """The proof cannot be checked as it stands; `code` is one of the report's codes."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Suite:
    """How a suite turns a document into bytes, and which keys it takes."""

    name: str
    linked: bool
    kinds: tuple[str, ...]
    legacy: bool = False
    selective: bool = False


SUITES = {
    "eddsa-rdfc-2022": Suite("eddsa-rdfc-2022", True, ("Ed25519",)),
    "eddsa-jcs-2022": Suite("eddsa-jcs-2022", False, ("Ed25519",)),
    "ecdsa-rdfc-2019": Suite("ecdsa-rdfc-2019", True, ("P-256", "P-384")),
    "ecdsa-jcs-2019": Suite("ecdsa-jcs-2019", False, ("P-256", "P-384")),
    "ecdsa-sd-2023": Suite("ecdsa-sd-2023", True, ("P-256",), selective=True),
    "Ed25519Signature2020": Suite("Ed25519Signature2020", True, ("Ed25519",), legacy=True),
}
_ALGORITHM = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384"}


def suite_of(proof: dict[str, Any]) -> Suite | None:
    """The suite of a proof, or None when this verifier does not know it."""
    kind = proof.get("type")
    if kind == "DataIntegrityProof":
        name = proof.get("cryptosuite")
        suite = SUITES.get(name) if isinstance(name, str) else None
        return None if suite is None or suite.legacy else suite
    return SUITES["Ed25519Signature2020"] if kind == "Ed25519Signature2020" else None


def check_form(proof: dict[str, Any], suite: Suite) -> None:
    """Raise `ProofRefused` for a proof with members that are missing, unknown or of the wrong kind."""
    for name in _NEEDED:
        if not isinstance(proof.get(name), str):
            raise ProofRefused("proof_malformed", name)
    for name, value in proof.items():
        if name in ("proofValue", "@context") and (name != "@context" or not suite.linked):
            continue
        if name not in _MEMBERS:
            raise ProofRefused("proof_member_unknown", name[:80])
        values = value if isinstance(value, list) and name in ("previousProof", "domain") else [value]
        if not values or any(not isinstance(item, str) for item in values):
            raise ProofRefused("proof_malformed", name)
    if suite.legacy and "cryptosuite" in proof:
        raise ProofRefused("proof_malformed", "cryptosuite")


@dataclass(frozen=True)
class Secured:
    """The canonical text of the document and of the proof's options: what a signature covers."""

    document: str
    options: str

    def data(self, algorithm: str) -> bytes:
        """The bytes signed: the digest of the options, then that of the document."""
        return b"".join(
            hashlib.new(algorithm, text.encode("utf-8")).digest() for text in (self.options, self.document)
        )


def unsecured(
    document: dict[str, Any], proof: dict[str, Any], proofs: list[dict[str, Any]]
) -> dict[str, Any]:
    """The document as this proof saw it: without proofs, or with those that it says it follows."""
    made = {name: value for name, value in document.items() if name != "proof"}
    followed = jsonio.listed(proof.get("previousProof"))
    if followed:
        by_id: dict[str, list[dict[str, Any]]] = {}
        for other in proofs:
            by_id.setdefault(str(other.get("id")), []).append(other)
        if any(len(by_id.get(name, [])) != 1 for name in followed) or len(set(followed)) != len(followed):
            raise ProofRefused("proof_chain_broken", ", ".join(followed)[:200])
        made["proof"] = [other for other in proofs if other.get("id") in followed]
    return made


def secured(
    document: dict[str, Any],
    proof: dict[str, Any],
    suite: Suite,
    key: Key,
    contexts: Contexts,
    *,
    expanded: list[Any] | None = None,
) -> Secured:
    """What the proof's signature covers, for a document that is unsecured already.

    `expanded` spares a second expansion when the caller holds one. Raises `ProofRefused` where the key is not
    for the suite or the options would not all be signed, and what `linked` and `canon` raise.
    """
    check_key(suite, key)
    if suite.selective:
        raise ProofRefused("proof_key_kind", f"{suite.name} as a signature over the whole")
    if not suite.linked:
        return _secured_jcs(document, {name: value for name, value in proof.items() if name != "proofValue"})
    algorithm = "sha384" if key.kind == "P-384" else "sha256"
    stated = stated_options(document, proof, suite, contexts)
    whole = linked.expand(document, contexts) if expanded is None else expanded
    return Secured(
        canonicalise(linked.dataset(whole), algorithm)[0], canonicalise(linked.dataset(stated), algorithm)[0]
    )


def check_key(suite: Suite, key: Key) -> None:
    """Raise `ProofRefused` where the suite does not take this kind of key."""
    if key.kind not in suite.kinds:
        raise ProofRefused("proof_key_kind", f"{suite.name} with a {key.kind} key")


def stated_options(
    document: dict[str, Any], proof: dict[str, Any], suite: Suite, contexts: Contexts
) -> list[Any]:
    """The expansion of a proof's options under the document's contexts. Raises `ProofRefused` where any fell away."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    options["@context"] = document.get("@context")
    stated = linked.expand(options, contexts)
    _check_all_signed(options, stated, suite)
    return stated


def _secured_jcs(document: dict[str, Any], options: dict[str, Any]) -> Secured:
    if "@context" in options:
        theirs, ours = (jsonio.listed(part.get("@context")) for part in (options, document))
        if ours[: len(theirs)] != theirs:
            raise ProofRefused("proof_context_differs")
        document = document | {"@context": options["@context"]}
    try:
        return Secured(rfc8785.dumps(document).decode("utf-8"), rfc8785.dumps(options).decode("utf-8"))
    except (rfc8785.CanonicalizationError, UnicodeError) as cause:
        raise ProofRefused("proof_not_canonical", str(cause)[:200]) from cause


def _check_all_signed(options: dict[str, Any], stated: list[Any], suite: Suite) -> None:
    """Every option must stand in the statements that are signed; one that fell away could be changed freely."""
    names = set(options) - {"@context"}
    if len(stated) != 1 or not isinstance(stated[0], dict):
        raise ProofRefused("proof_options_unsigned")
    node = stated[0]
    expected = set().union(*(_MEMBERS[name] for name in names))
    kind = SEC + ("Ed25519Signature2020" if suite.legacy else "DataIntegrityProof")
    if set(node) != expected or node.get("@type") != [kind]:
        raise ProofRefused("proof_options_unsigned", ", ".join(sorted(expected - set(node)))[:200])


def holds(proof: dict[str, Any], key: Key, signed: Secured) -> bool:
    """Whether the proof's value is this key's signature over what is secured."""
    try:
        signature = multi.multibase_decode(proof["proofValue"], allowed="z")
    except multi.BadEncoding:
        return False
    algorithm = "sha384" if key.kind == "P-384" else "sha256"
    return signature_holds(key, _ALGORITHM[key.kind], signature, signed.data(algorithm))
