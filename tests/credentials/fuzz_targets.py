"""What the fuzzer does with its bytes: each target brings them to another door of the verifier and says what must hold.

The first byte picks the target, the rest is its body. Where a signature would stop every change at once, the target
signs the body with a stranger's key, so that what lies behind the signature is reached too. `fuzz_verify` drives
these with a coverage-guided fuzzer; `test_fuzz_targets` walks the seeds, so that they hold without one.
"""

from __future__ import annotations

import base64
import gzip
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

from market.credentials.pinned import pinned_contexts
from market.credentials.proofs import (
    baked,
    canon,
    cbor,
    checks,
    contexts,
    derived,
    jsonio,
    linked,
    multi,
    verify,
)  # fmt: skip

from .maker import AT, ISSUER, OTHER, Signer, badge, did_web, doc, entry, prove, status_list, token
from .maker_selective import cbor as write_cbor
from .maker_selective import derive, digest, disclosure, sd_jwt, status_token
from .test_baked import chunk, itxt, png, svg
from .test_ob2 import assertion, world

WEB = "did:web:issuer.example"
DID_URL = "https://issuer.example/.well-known/did.json"
LIST_URL = "https://issuer.example/status/1"
OB2 = {url: doc(value) for url, value in world().items()}
SERVED = {DID_URL: doc(did_web(ISSUER)), LIST_URL: doc(status_list(LIST_URL))} | OB2
STRANGER = Signer(seed=11)
SITE = "https://issuer.example"
META, TOKEN_LIST = f"{SITE}/.well-known/jwt-vc-issuer", f"{SITE}/status/2"
P256 = Signer("P-256", seed=40)
KID = {"kid": "key-1"}
SERVED[META] = doc({"issuer": SITE, "jwks": {"keys": [P256.jwk() | KID]}})
P256_LIST = f"{SITE}/status/3"
_unsigned = status_list(P256_LIST, issuer=P256.did)
del _unsigned["proof"]
SERVED[P256_LIST] = doc(prove(_unsigned, P256, "ecdsa-rdfc-2019"))
SERVED[TOKEN_LIST] = doc(status_token(TOKEN_LIST, {}, P256, header=KID))
HOSTS = sorted(SERVED)

SIGNED = prove(badge(credentialStatus=entry(LIST_URL)))
BY_WEB = prove(badge(issuer=WEB), verificationMethod=f"{WEB}#key-1")
TOKEN = token(badge(issuer=WEB), ISSUER, "EdDSA", kid=f"{WEB}#key-1")
CHAIN = prove(prove(badge(), id="urn:uuid:first"), OTHER, previousProof="urn:uuid:first")
PARTS = (disclosure("s", "grade", "A"), disclosure("s", 6))
CLAIMS = {
    "iss": SITE,
    "vct": f"{SITE}/types/1",
    "exp": int(AT.timestamp()) + 3600,
    "status": {"status_list": {"idx": 7, "uri": TOKEN_LIST}},
    "cnf": {"jwk": ISSUER.jwk()},
    "_sd": [digest(PARTS[0]), digest("decoy")],
    "weeks": [{"...": digest(PARTS[1])}],
}
SD_JWT = sd_jwt(CLAIMS, P256, PARTS, **KID)
BY_P256 = badge(issuer=P256.did, credentialStatus=entry(P256_LIST))
SHOWN = derive(BY_P256, BY_P256, P256)
READERS = [
    json.dumps(SIGNED).encode(),
    json.dumps(BY_WEB).encode(),
    TOKEN.encode(),
    json.dumps(assertion()).encode(),
    SD_JWT.encode(),
]
PINNED = pinned_contexts()


class Broken(AssertionError):
    """A property that must hold for any bytes does not."""


def statements(view: dict[str, Any]) -> str:
    """What a view says, however it is written; Open Badges 2 are no linked data here, and compared as they are."""
    if (jsonio.texts(view.get("@context")) or [""])[0] not in (contexts.VC1, contexts.VC2):
        return json.dumps(view, sort_keys=True)
    return canon.canonicalise(linked.dataset(linked.expand(view, PINNED)))[0]


HONEST: set[str] = set()
slowest = 0.0
verdicts: dict[str, int] = {}


def look(data: bytes, served: dict[str, Any] | None = None) -> checks.Verification:
    """Verify, with the properties that hold for all bytes: an answer, in words."""
    global slowest
    before = time.thread_time()
    made = verify.verify(data, at=AT, documents=SERVED if served is None else served, contexts=PINNED)
    slowest = max(slowest, time.thread_time() - before)
    verdicts[made.verdict] = verdicts.get(made.verdict, 0) + 1
    if not made.checks or not all(one.message for one in made.checks):
        raise Broken("an answer without a sentence")
    if made.verdict.startswith("verified") and not made.view and made.format != "url":
        raise Broken("verified without a view")
    return made


def only_honest(made: checks.Verification) -> None:
    """Nobody holding only these bytes can make the issuers of the seeds say anything else."""
    if made.verdict.startswith("verified") and statements(made.view) not in HONEST:
        raise Broken("verified, and it is none of the honest ones")


def only_stranger(made: checks.Verification) -> None:
    """Whatever a stranger signs speaks for the stranger alone."""
    if made.verdict.startswith("verified") and made.issuer.id != STRANGER.did:
        raise Broken(f"a stranger's signature speaks for {made.issuer.id}")


def raw(body: bytes) -> None:
    """Bytes as a person brings them."""
    only_honest(look(body))


def in_png(body: bytes) -> None:
    """A text part of a PNG, with a checksum that fits; its first byte picks the kind of part."""
    kind, rest = body[:1] or b"\0", body[1:]
    parts = {
        0: lambda: chunk(b"iTXt", rest),
        1: lambda: chunk(b"tEXt", rest),
        2: lambda: chunk(b"zTXt", b"openbadges\0\0" + zlib.compress(rest)),
        3: lambda: itxt(rest, packed=True),
        4: lambda: chunk(b"zTXt", b"openbadges\0\0" + rest),
    }
    only_honest(look(png(parts[kind[0] % len(parts)]())))


def in_svg(body: bytes) -> None:
    """What lies inside the element `svg`."""
    only_honest(look(svg(body.decode("utf-8", "replace"))))


def signed_text(body: bytes) -> None:
    """Any object, signed as text by a stranger: shape, dates, status, policy and inner credentials."""
    _signed(body, "eddsa-jcs-2022")


def signed_statements(body: bytes) -> None:
    """Any object, its statements signed by a stranger: the signed view as well."""
    _signed(body, "eddsa-rdfc-2022")


def _signed(body: bytes, suite: str) -> None:
    try:
        document = jsonio.parse_object(body)
        document.pop("proof", None)
        made = prove(document, STRANGER, suite)
    except (ValueError, TypeError, contexts.ContextNotPinned):
        return  # what cannot be signed at all
    only_stranger(look(json.dumps(made).encode("utf-8", "surrogatepass")))


def signed_token(body: bytes) -> None:
    """A token with any header and payload, signed by a stranger."""
    try:
        both = jsonio.parse_object(body)
    except ValueError:
        return
    header, payload = both.get("header"), both.get("payload")
    if isinstance(header, dict) and isinstance(payload, dict):
        text = token(payload, STRANGER, "EdDSA", **({"kid": STRANGER.method} | header))
        only_stranger(look(text.encode("utf-8", "surrogatepass")))


def fetched(body: bytes) -> None:
    """What the network brings: any bytes behind one of the addresses that honest credentials name."""
    url = HOSTS[(body or b"\0")[0] % len(HOSTS)]
    for reader in READERS:
        made = look(reader, SERVED | {url: doc(body[1:])})
        if url not in OB2:  # a hosted badge is what its host says it is
            only_honest(made)


def listed(body: bytes) -> None:
    """A status list that its issuer signed, with any text as its list; the first byte says whether to pack it."""
    text = body[1:].decode("utf-8", "replace")
    if (body or b"\0")[0] % 2:
        text = "u" + base64.urlsafe_b64encode(gzip.compress(body[1:])).rstrip(b"=").decode()
    try:
        made = status_list(LIST_URL, subject={"encodedList": text})
    except ValueError:
        return
    only_honest(look(READERS[0], SERVED | {LIST_URL: doc(made)}))


def selective_token(body: bytes) -> None:
    """An SD-JWT with any payload and parts that a stranger signed; a part stands for its digest where one is named."""
    try:
        both = jsonio.parse_object(body)
    except ValueError:
        return
    payload, parts = both.get("payload"), both.get("parts")
    if not isinstance(payload, dict) or not isinstance(parts, list):
        return
    texts = [disclosure(*one) if isinstance(one, list) else str(one) for one in parts]
    payload = _with_digests(payload, texts)
    header = {"typ": "vc+sd-jwt", "kid": STRANGER.method}
    text = "~".join([token(payload, STRANGER, "EdDSA", **header), *texts, ""])
    only_stranger(look(text.encode("utf-8", "surrogatepass")))


def _with_digests(value: Any, texts: list[str]) -> Any:
    """The value with each number in `_sd` and `...` replaced by the digest of that part."""
    if isinstance(value, list):
        return [_with_digests(item, texts) for item in value]
    if not isinstance(value, dict):
        return value
    made = {name: _with_digests(item, texts) for name, item in value.items()}
    if isinstance(made.get("_sd"), list):
        made["_sd"] = [_digest(item, texts) for item in made["_sd"]]
    if "..." in made:
        made["..."] = _digest(made["..."], texts)
    return made


def _digest(item: Any, texts: list[str]) -> Any:
    number = isinstance(item, int) and 0 <= item < len(texts)
    return digest(texts[item]) if number else item


def proof_value(body: bytes) -> None:
    """A derived proof whose value is any bytes behind the right beginning."""
    text = "u" + multi.base64url_encode(derived.DERIVED + body)
    only_honest(look(json.dumps(SHOWN | {"proof": SHOWN["proof"] | {"proofValue": text}}).encode()))


def proof_parts(body: bytes) -> None:
    """A derived proof with one of its parts left out, doubled, or put together anew from bytes."""
    value = multi.multibase_decode(SHOWN["proof"]["proofValue"], allowed="u")
    parts = cbor.decode(value[len(derived.DERIVED) :])
    if len(body) < 3:
        return
    part = parts[body[0] % len(parts)]
    if isinstance(part, bytes):
        part = part[: body[1] % len(part)] + body[2:]
    elif isinstance(part, dict):
        part = {body[1]: body[2:], **{key + body[1] % 2: item for key, item in part.items()}}
    elif isinstance(part, list) and part and isinstance(part[0], bytes):
        part = [*part[: body[1] % len(part)], body[2:]]
    else:
        part = sorted(set(body[1:]))
    parts[body[0] % len(parts)] = part
    proof_value(write_cbor(parts))


Target = Callable[[bytes], None]
TARGETS: list[Target] = [
    raw, in_png, in_svg, signed_text, signed_statements, signed_token, fetched, listed,
    selective_token, proof_value, proof_parts,
]  # fmt: skip


def run(data: bytes) -> None:
    """One input."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def seeds() -> list[bytes]:
    """Where the fuzzer begins: for each target, bodies that get far."""
    honest = [*READERS, json.dumps(CHAIN).encode(), json.dumps(badge()).encode(), json.dumps(SHOWN).encode()]
    value = multi.multibase_decode(SHOWN["proof"]["proofValue"], allowed="u")[len(derived.DERIVED) :]
    body = json.dumps(
        badge(credentialStatus=entry(LIST_URL), evidence=[{"id": "https://a.example/e"}])
    ).encode()
    both = json.dumps({"header": {"typ": "vc+jwt"}, "payload": badge(issuer=STRANGER.did)}).encode()
    made: dict[Target, list[bytes]] = {
        raw: [*honest, png(itxt(honest[0])), svg(f"<openbadges:credential>{TOKEN}</openbadges:credential>")],
        in_png: [bytes([kind]) + b"openbadges\0\0\0\0\0" + honest[0] for kind in range(5)],
        in_svg: [
            f"<openbadges:credential><![CDATA[{one.decode()}]]></openbadges:credential>".encode()
            for one in honest
        ],
        signed_text: [
            body,
            json.dumps(badge(issuer=STRANGER.did, endorsement=[SIGNED], endorsementJwt=[TOKEN])).encode(),
        ],
        signed_statements: [json.dumps(badge(issuer=STRANGER.did)).encode(), body],
        signed_token: [both],
        fetched: [bytes([index]) + SERVED[url].body for index, url in enumerate(HOSTS)],
        selective_token: [
            json.dumps(
                {
                    "payload": {"iss": STRANGER.did, "vct": "x", "_sd": [0], "a": [{"...": 1}]},
                    "parts": [["s", "b", {"_sd": [2]}], ["s", 5], ["s", "c", None]],
                }
            ).encode(),
            json.dumps(
                {"payload": badge(issuer=STRANGER.did, _sd=[0]), "parts": [["s", "name", "x"]]}
            ).encode(),
        ],
        proof_value: [value],
        proof_parts: [bytes([part, 1]) + bytes(32) for part in range(5)],
        listed: [b"\1" + bytes(16_384), b"\0uH4sIAAAAAAAA"],
    }
    return [bytes([index]) + one for index, target in enumerate(TARGETS) for one in made[target]]


def learn() -> None:
    """What the honest seeds say: the only things that may come out as verified from bytes alone."""
    readers = [*READERS, json.dumps(CHAIN).encode(), json.dumps(SHOWN).encode()]
    for one in readers:
        made = look(one)
        assert made.verdict.startswith("verified"), made.checks
        HONEST.add(statements(made.view))
    assert baked.extract(png(itxt(readers[0])))[1].encode() == readers[0]
