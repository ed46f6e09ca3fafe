"""Credentials as signed tokens: Open Badges 3 JWT, VC 1.1 JWT (`vc` claim) and VC 2 JOSE (`vc+jwt`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import dates, dids, jose, jsonio, keys
from .checks import Report
from .run import Run, look_up_key, note_bad_key
from .sources import BadURL, Missing, Unreachable

TYPES = ("JWT", "VC+JWT", "VC+LD+JWT", "APPLICATION/VC+JWT", "VC-JWT")
CLAIMS = ("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "vc", "cnf", "nonce")


def credential_of(token: jose.Token) -> dict[str, Any]:
    """The credential inside a token: its `vc` claim, or the payload less the token's own claims."""
    inner = token.payload.get("vc")
    if isinstance(inner, dict):
        made = dict(inner)
        for claim, name in (("iss", "issuer"), ("jti", "id")):
            if name not in made and claim in token.payload:
                made[name] = token.payload[claim]
        return made
    return {name: value for name, value in token.payload.items() if name not in CLAIMS}


def check_claims(report: Report, token: jose.Token, credential: dict[str, Any], run: Run) -> None:
    """The token's own claims may repeat what the credential says; they may not say anything else."""
    payload = token.payload
    differ = []
    subject = credential.get("credentialSubject")
    for claim, value in (
        ("iss", jsonio.id_of(credential.get("issuer"))),
        ("sub", jsonio.id_of(subject)),
        ("jti", jsonio.id_of(credential)),
    ):
        unnamed = claim == "sub" and value is None and isinstance(payload.get(claim), str)
        if claim in payload and payload[claim] != value and not unnamed:
            differ.append(claim)
    starts = [credential[name] for name in dates.STARTS if name in credential]
    ends = [credential[name] for name in dates.ENDS if name in credential]
    for claim, named in (("nbf", starts), ("exp", ends), ("iat", [])):
        if claim not in payload:
            continue
        try:
            moment = dates.read_numeric(payload[claim])
            others = [dates.read(value)[0] for value in named]
        except dates.BadDate as cause:
            report.add("claims", "authentic", "fail", "date_malformed", name=claim, detail=str(cause))
            continue
        if any(abs((moment - other).total_seconds()) >= 1 for other in others):
            differ.append(claim)
        if claim == "exp" and not others and run.at > moment:
            report.add("expiry", "authentic", "fail", "expired", detail=moment.isoformat())
        if claim == "nbf" and not others and run.at + dates.LEEWAY < moment:
            report.add("not-before", "authentic", "fail", "not_yet_valid", detail=moment.isoformat())
    if differ:
        report.add("claims", "authentic", "fail", "claims_differ", detail=", ".join(differ))
    elif not report.failed("claims"):
        report.add("claims", "authentic", "pass", "claims_agree")


KeyFinder = Callable[[Report, jose.Token, str, Run], dids.Resolved | None]


def check_token(
    report: Report,
    token: jose.Token,
    issuer: str | None,
    run: Run,
    *,
    types: tuple[str, ...] = TYPES,
    find: KeyFinder | None = None,
) -> bool:
    """Whether the issuer's own key made the signature; each step is noted.

    `types` are the values that `typ` may have; `find` looks up the issuer's key where it is not that of a DID or
    controller document.
    """
    kind = token.header.get("typ")
    if kind is not None and kind.upper() not in types:
        report.add("signature", "authentic", "fail", "header_malformed", detail=f"typ {kind[:40]}")
        return False
    report.add("algorithm", "authentic", "pass", "suite_current", suite=token.algorithm)
    if issuer is None:
        report.add("issuer-binding", "issuer", "fail", "issuer_missing")
        return False
    try:
        found = (find or find_key)(report, token, issuer, run)
    except keys.BadKey as cause:
        note_bad_key(report, cause)
        return False
    except dids.KeyRefused as cause:
        note_bad_key(report, cause)
        return False
    except Missing as cause:
        report.add("key", "authentic", "unknown", "key_waits", url=str(cause))
    except Unreachable as cause:
        report.add("key", "authentic", "unknown", "key_unreachable", reason=cause.reason)
    except BadURL as cause:
        report.add("key", "authentic", "fail", "key_url_refused", detail=str(cause))
        return False
    except dids.MethodUnsupported as cause:
        report.add("key", "authentic", "unknown", "key_method_unsupported", detail=str(cause))
    else:
        if found is None:
            if not report.failed("key"):
                report.add("signature", "authentic", "unknown", "signature_waits")
            return False
        return _check_signature(report, token, found, issuer)
    report.add("signature", "authentic", "unknown", "signature_waits")
    return False


def _check_signature(report: Report, token: jose.Token, found: dids.Resolved, issuer: str) -> bool:
    if found.controller != issuer:
        report.add("issuer-binding", "issuer", "fail", "issuer_other_key", detail=found.controller)
    else:
        report.add("issuer-binding", "issuer", "pass", "issuer_bound")
    try:
        holds = token.holds(found.key)
    except keys.BadKey as cause:
        note_bad_key(report, cause, "signature")
        return False
    code = "signature_holds" if holds else "signature_wrong"
    report.add("signature", "authentic", "pass" if holds else "fail", code, suite=token.algorithm)
    return holds and found.controller == issuer


def find_key(report: Report, token: jose.Token, issuer: str, run: Run) -> dids.Resolved | None:
    """The key by which the issuer lists itself. What the header says only tells which of them to look for."""
    kid, jwk = token.header.get("kid"), token.header.get("jwk")
    if isinstance(kid, str) and kid.startswith("#"):
        kid = issuer + kid
    if isinstance(kid, str) and kid.startswith("did:") and "#" in kid:
        return look_up_key(report, run, kid, "assertionMethod")
    if isinstance(kid, str) and ":" in kid and not kid.startswith("did:"):
        if kid.partition("#")[0] == issuer and "#" in kid:
            return look_up_key(report, run, kid, "assertionMethod")
        return _by_claimed_key(report, _fetched_key(kid, token, run), issuer, run)
    if isinstance(jwk, dict):
        return _by_claimed_key(report, keys.from_jwk(jwk, algorithm=token.algorithm), issuer, run)
    if isinstance(kid, str) and not kid.startswith("did:"):
        return look_up_key(report, run, f"{issuer}#{kid}", "assertionMethod")
    document = dids.document_of(issuer, run.sources)
    listed = dids.methods(document, "assertionMethod")
    if len(listed) == 1:
        return look_up_key(report, run, str(dids.method_id(listed[0], issuer)), "assertionMethod")
    report.add(
        "key", "authentic", "fail", "key_reference_malformed", detail=str(kid or "it names none")[:200]
    )
    return None


def _fetched_key(kid: str, token: jose.Token, run: Run) -> keys.Key:
    """The JWK that an https `kid` leads to, or the one of that name in a key set there."""
    body = run.sources.get(kid, "key").body
    try:
        document = jsonio.parse_object(body)
    except jsonio.BadJSON as cause:
        raise dids.KeyRefused("key_document_unreadable", cause.code) from cause
    if isinstance(document.get("keys"), list):
        named = [entry for entry in document["keys"] if isinstance(entry, dict) and entry.get("kid") == kid]
        if len(named) != 1:
            raise dids.KeyRefused("key_not_listed", kid[:200])
        document = named[0]
    if "publicKeyJwk" in document or "publicKeyMultibase" in document:
        return keys.from_method(document)
    return keys.from_jwk(document, algorithm=token.algorithm)


def _by_claimed_key(report: Report, key: keys.Key, issuer: str, run: Run) -> dids.Resolved | None:
    """A key that came with the token, or from an address it named, counts only if the issuer lists it too."""
    found = dids.find_by_key(key, issuer, "assertionMethod", run.sources)
    if found is None:
        report.add("key", "authentic", "fail", "key_only_claimed")
        return None
    report.add("key", "authentic", "pass", "key_listed", detail=found.method)
    return found
