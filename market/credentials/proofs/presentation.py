"""Is it yours, shown by a signature: a presentation signed by the subject's own key over our challenge.

The holder's wallet answers a challenge that was made for one person, one site and a few minutes. Keeping the
challenges, and using each only once, is for the shell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import canon, contexts, dates, di, dids, jose, jsonio, keybinding, keys, linked, sdjwt
from .contexts import Contexts, installed
from .sources import BadURL, Document, Missing, Need, Sources, Unavailable, Unreachable
from .view import Nested, check_keywords

LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Holder:
    """Who answered: `did` is set only when the answer holds; `problem` says why it does not.

    For the holder of an SD-JWT, who is known by a key alone, it is that key's thumbprint address (RFC 9278).
    """

    did: str | None
    problem: str | None = None
    needs: tuple[Need, ...] = ()


class _Refused(ValueError):
    pass


def check_presentation(
    data: bytes | str,
    *,
    challenge: str,
    domain: str,
    issued_at: datetime,
    at: datetime,
    documents: Mapping[str, Document | Unavailable] | None = None,
    pinned: Contexts | None = None,
) -> Holder:
    """The DID that signed a presentation over this challenge and domain, made at `issued_at` at most five minutes ago.

    Takes a Data Integrity presentation (purpose `authentication`) or a signed token (`nonce` and `aud`), whose key
    must be listed under `authentication` in the DID's own document; or an SD-JWT with its holder's token. What the
    credentials inside are worth is not looked at here.
    """
    sources = Sources(documents or {})
    if not issued_at - dates.LEEWAY <= at <= issued_at + LIFETIME:
        return Holder(None, "the challenge is too old")
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    text = raw.decode("utf-8", "replace").strip()
    try:
        if sdjwt.looks_like(text):
            did = _key_bound(text, challenge, domain, issued_at, at)
        elif jose.looks_like(text):
            did = _token(text, challenge, domain, at, sources)
        else:
            did = _document(
                jsonio.parse_object(raw), challenge, domain, issued_at, at, sources, pinned or installed()
            )
    except (Missing, Unreachable) as cause:
        return Holder(None, f"the holder's key is not to be had: {cause}", tuple(sources.needs.values()))
    except (BadURL, dids.MethodUnsupported) as cause:
        return Holder(None, f"the holder's identifier is not one we resolve: {cause}")
    except (
        dids.KeyRefused,
        keys.BadKey,
        di.ProofRefused,
        jose.BadToken,
        jsonio.BadJSON,
        sdjwt.BadDisclosure,
    ) as cause:
        return Holder(None, cause.code)
    except contexts.ContextNotAllowed as cause:
        return Holder(None, cause.code)
    except Nested as cause:
        return Holder(None, cause.code)
    except (
        _Refused,
        keybinding.NotBound,
        linked.NotLinked,
        contexts.ContextNotPinned,
        canon.TooComplex,
        canon.Unwritable,
    ) as cause:
        return Holder(None, str(cause) or type(cause).__name__)
    return Holder(did)


def _document(
    document: dict[str, Any],
    challenge: str,
    domain: str,
    issued_at: datetime,
    at: datetime,
    sources: Sources,
    pinned: Contexts,
) -> str:
    proofs = jsonio.listed(document.get("proof"))
    if "VerifiablePresentation" not in jsonio.texts(document.get("type")):
        raise _Refused("it is no presentation")
    suite = di.suite_of(proofs[0]) if len(proofs) == 1 and isinstance(proofs[0], dict) else None
    if suite is None or suite.selective:
        raise _Refused("it needs one proof of a kind we check")
    proof = proofs[0]
    di.check_form(proof, suite)
    if proof["proofPurpose"] != "authentication":
        raise _Refused("its proof was made for another purpose")
    if proof.get("challenge") != challenge or domain not in jsonio.texts(proof.get("domain")):
        raise _Refused("it answers another challenge or site")
    for name, latest in (("created", at + dates.LEEWAY), ("expires", None)):
        if name in proof:
            try:
                moment = dates.read(proof[name])[0]
            except dates.BadDate as cause:
                raise _Refused("its proof has no proper date") from cause
            early = name == "created" and moment < issued_at - dates.LEEWAY
            if early or (latest is not None and moment > latest) or (name == "expires" and moment < at):
                raise _Refused("its proof was made at another time")
    contexts.named(document)
    check_keywords(document)
    resolved = dids.resolve(proof["verificationMethod"], "authentication", sources)
    holder = jsonio.id_of(document.get("holder"))
    if holder is not None and holder != resolved.controller:
        raise _Refused("it names another holder than the one who signed")
    plain = di.unsecured(document, proof, [])
    if not di.holds(proof, resolved.key, di.secured(plain, proof, suite, resolved.key, pinned)):
        raise _Refused("its signature does not fit")
    return resolved.controller


def _key_bound(text: str, challenge: str, domain: str, issued_at: datetime, at: datetime) -> str:
    """The key behind an SD-JWT's holder token, by its address. Its credential's signature is no part of this."""
    parts = sdjwt.split(text)
    payload = jose.read(parts.token).payload
    token = keybinding.check(parts, payload)
    keybinding.answers(token, challenge=challenge, domain=domain, issued_at=issued_at, at=at)
    found = keybinding.holder_key(payload)
    if found is None:
        raise _Refused("the credential names no key of its holder")
    return found


def _token(text: str, challenge: str, domain: str, at: datetime, sources: Sources) -> str:
    token = jose.read(text)
    payload, kid = token.payload, token.header.get("kid")
    if payload.get("nonce") != challenge or domain not in jsonio.texts(payload.get("aud")):
        raise _Refused("it answers another challenge or site")
    try:
        ends = dates.read_numeric(payload["exp"]) if "exp" in payload else None
        begins = dates.read_numeric(payload["nbf"]) if "nbf" in payload else None
    except dates.BadDate as cause:
        raise _Refused("its dates are no numbers") from cause
    if (ends is not None and at > ends) or (begins is not None and at + dates.LEEWAY < begins):
        raise _Refused("it was made for another time")
    inner = payload.get("vp", payload)
    if not isinstance(inner, dict) or "VerifiablePresentation" not in jsonio.texts(inner.get("type")):
        raise _Refused("it is no presentation")
    holder = payload.get("iss") or jsonio.id_of(inner.get("holder"))
    if not isinstance(holder, str) or not isinstance(kid, str):
        raise _Refused("it does not say who signed it")
    reference = kid if "#" in kid and not kid.startswith("#") else f"{holder}#{kid.removeprefix('#')}"
    resolved = dids.resolve(reference, "authentication", sources)
    if resolved.controller != holder or jsonio.id_of(inner.get("holder")) not in (None, holder):
        raise _Refused("it names another holder than the one who signed")
    if not token.holds(resolved.key):
        raise _Refused("its signature does not fit")
    return resolved.controller
