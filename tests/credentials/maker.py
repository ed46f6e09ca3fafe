"""Makes credentials for tests: signed, tokens, status lists and documents, with throw-away keys of its own."""

from __future__ import annotations

import base64
import copy
import gzip
import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from market.credentials.child import Verifier
from market.credentials.proofs import contexts, di, keys, multi
from market.credentials.proofs.sources import Document
from market.credentials.proofs.verify import verify
from market.credentials.resolve import Verify

AT = datetime(2026, 11, 1, tzinfo=UTC)
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CODES = {"Ed25519": multi.ED25519, "P-256": multi.P256, "P-384": multi.P384}
HASHES = {"P-256": hashes.SHA256(), "P-384": hashes.SHA384()}


class Signer:
    """A key pair with its did:key."""

    def __init__(self, kind: str = "Ed25519", seed: int = 7) -> None:
        self.kind = kind
        self.private: Any
        if kind == "Ed25519":
            self.private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
            raw = self.private.public_key().public_bytes_raw()
        elif kind == "RSA":
            self.private = rsa.generate_private_key(65537, 2048)
            raw = b""
        else:
            self.private = ec.derive_private_key(seed + 1000, keys.CURVES[kind])
            raw = self.private.public_key().public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
            )
        self.multikey = multi.multikey_encode(CODES[kind], raw) if raw else ""
        self.did = f"did:key:{self.multikey}"
        self.method = f"{self.did}#{self.multikey}"

    def sign(self, data: bytes, algorithm: str = "RS256") -> bytes:
        if self.kind == "Ed25519":
            return self.private.sign(data)
        if self.kind == "RSA" and algorithm == "PS256":
            return self.private.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        if self.kind == "RSA":
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        size = keys.SIZES[self.kind]
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(HASHES[self.kind])))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def jwk(self) -> dict[str, str]:
        public = self.private.public_key()
        b64 = multi.base64url_encode
        if self.kind == "Ed25519":
            return {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes_raw())}
        numbers = public.public_numbers()
        if self.kind == "RSA":
            n, e = numbers.n, numbers.e
            return {"kty": "RSA", "n": b64(n.to_bytes(256, "big")), "e": b64(e.to_bytes(3, "big"))}
        size = keys.SIZES[self.kind]
        x, y = (b64(part.to_bytes(size, "big")) for part in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": self.kind, "x": x, "y": y}

    def pem(self) -> str:
        return (
            self.private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )


ISSUER = Signer()
OTHER = Signer(seed=9)


def badge(**changes: Any) -> dict[str, Any]:
    """An unsigned Open Badge 3.0, valid through 2030."""
    made = {
        "@context": [contexts.VC2, OB],
        "id": "urn:uuid:6f2d7a0e-0d4c-4a3c-9f2b-0c6b5f0d8e11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Seam sealing",
        "issuer": {"id": ISSUER.did, "type": ["Profile"], "name": "Harbour Works"},
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2030-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:amara",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://harbour.example/achievements/seams",
                "type": ["Achievement"],
                "name": "Seam sealing",
                "description": "Seals a roof seam that stays dry.",
                "criteria": {"narrative": "Sealed ten metres under supervision."},
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "seal roof seams",
                        "targetUrl": "https://data.europa.eu/esco/skill/1",
                    }
                ],
                "resultDescription": [
                    {
                        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
                        "type": ["ResultDescription"],
                        "name": "Tightness",
                        "resultType": "RubricCriterionLevel",
                        "rubricCriterionLevel": [
                            {
                                "id": "urn:uuid:00000000-0000-4000-8000-000000000002",
                                "type": ["RubricCriterionLevel"],
                                "name": "Dry",
                            }
                        ],
                    }
                ],
            },
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": "urn:uuid:00000000-0000-4000-8000-000000000001",
                    "achievedLevel": "urn:uuid:00000000-0000-4000-8000-000000000002",
                }
            ],
        },
    }
    return copy.deepcopy(made | changes)


def options(signer: Signer = ISSUER, suite: str = "eddsa-rdfc-2022", **changes: Any) -> dict[str, Any]:
    made = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": "2026-01-01T00:00:00Z",
        "verificationMethod": signer.method,
        "proofPurpose": "assertionMethod",
    }
    return {name: value for name, value in (made | changes).items() if value is not None}


def prove(
    document: dict[str, Any], signer: Signer = ISSUER, suite: str = "eddsa-rdfc-2022", **changes: Any
) -> dict[str, Any]:
    """One more proof on a document (its earlier ones are followed only where `previousProof` says so)."""
    proof = options(signer, suite, **changes)
    earlier = list(_listed(document.get("proof")))
    plain = di.unsecured(document, proof, earlier)
    found = di.suite_of(proof)
    assert found is not None
    key = keys.Key(signer.kind, signer.private.public_key())
    secured = di.secured(plain, proof, found, key, contexts.installed())
    data = secured.data("sha384" if signer.kind == "P-384" else "sha256")
    proof["proofValue"] = "z" + multi.base58_encode(signer.sign(data))
    return document | {"proof": [*earlier, proof] if earlier else proof}


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def token(payload: dict[str, Any], signer: Signer, algorithm: str, **header: Any) -> str:
    """A signed token in compact form."""
    made = {"alg": algorithm, "typ": "JWT"} | header
    parts = [multi.base64url_encode(json.dumps(part).encode()) for part in (made, payload)]
    text = ".".join(parts)
    return f"{text}.{multi.base64url_encode(signer.sign(text.encode(), algorithm))}"


def did_web(signer: Signer, did: str = "did:web:issuer.example", **changes: Any) -> dict[str, Any]:
    method = f"{did}#key-1"
    form = {"type": "JsonWebKey", "publicKeyJwk": signer.jwk()}
    made = {
        "id": did,
        "verificationMethod": [{"id": method, "controller": did, **form}],
        "assertionMethod": [method],
    }
    return made | changes


def status_list(
    url: str, bits: tuple[int, ...] = (), signer: Signer = ISSUER, size: int = 131_072, **changes: Any
) -> dict[str, Any]:
    raw = bytearray(size // 8)
    for bit in bits:
        raw[bit // 8] |= 128 >> bit % 8
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(raw))).rstrip(b"=").decode()
    made = {
        "@context": [contexts.VC2],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": signer.did,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{packed}",
        },
    }
    for name, value in changes.items():
        if name == "subject":
            made["credentialSubject"] |= value
        else:
            made[name] = value
    return prove(made, signer)


def entry(url: str, index: Any = "5", purpose: str = "revocation", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": index,
        "statusListCredential": url,
    } | changes


def documents(**found: Any) -> dict[str, Any]:
    return {url: doc(value) for url, value in found.items()}


def doc(value: Any) -> Document:
    return Document(value if isinstance(value, bytes) else json.dumps(value).encode())


def check(value: Any, found: dict[str, Any] | None = None, **asked: Any) -> Any:
    """The verification of a document, token or bytes, with documents given as JSON values."""
    data = value if isinstance(value, bytes | str) else json.dumps(value)
    given = {
        url: doc(body) if isinstance(body, dict | bytes) else body for url, body in (found or {}).items()
    }
    return verify(data, **({"at": AT, "documents": given} | asked))


def one_pass(verifier: Verifier, document: dict[str, Any]) -> Verify:
    """How `resolve` verifies a document in a child, with what is at hand."""
    data = json.dumps(document).encode()
    return lambda at_hand: verifier.verify(data, at=AT, documents=at_hand)


def codes(made: Any, status: str = "fail") -> set[str]:
    return {one.code for one in made.of(status)}
