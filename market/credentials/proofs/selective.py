"""Credentials in SD-JWT form: those of the VC data model (`vc+sd-jwt`) and the IETF's own SD-JWT VC (`dc+sd-jwt`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from . import (
    binding,
    credential,
    dates,
    dids,
    jose,
    jsonio,
    keybinding,
    keys,
    policy,
    sdjwt,
    shape,
    tokenlist,
    tokens,
    trust,
)
from .checks import Issuer, Report, Verification
from .run import Run

MODEL_TYPES = ("VC+SD-JWT", "VC+LD+JSON+SD-JWT", "APPLICATION/VC+SD-JWT")
CLAIM_TYPES = (
    "DC+SD-JWT",
    "VC+SD-JWT",
    "APPLICATION/DC+SD-JWT",
)  # the second is what the first was called before
KIND = "sd-jwt-vc"
# What decides must be plain to see: a holder may not leave it out, nor bring it in.
ALWAYS_SHOWN = frozenset(["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"])


def verify_text(text: str, run: Run, container: str) -> Verification:
    """A credential as an SD-JWT, with the parts that its holder shows and, at times, the holder's own token."""
    report = Report()
    try:
        parts = sdjwt.split(text)
        token = jose.read(parts.token)
        shown = sdjwt.disclose(token.payload, parts.disclosures)
    except jose.BadToken as cause:
        status = "unknown" if cause.code == "suite_unsupported" else "fail"
        report.add("signature", "authentic", status, cause.code, detail=cause.detail)  # type: ignore[arg-type]
        return credential.finish(report, KIND, container, Issuer(), None, {}, run)
    except (sdjwt.BadDisclosure, jsonio.BadJSON) as cause:
        report.add("disclosure", "authentic", "fail", cause.code, detail=cause.detail)
        return credential.finish(report, KIND, container, Issuer(), None, {}, run)
    if hidden := sorted(shown.names & ALWAYS_SHOWN):
        report.add("disclosure", "authentic", "fail", "disclosure_forbidden", detail=", ".join(hidden))
    _check_holder(report, parts, token.payload)
    read = replace(token, payload=shown.payload)
    run = replace(run, holder_key=keybinding.holder_key(token.payload))
    if "vct" not in token.payload:
        seen = {name: value for name, value in read.payload.items() if name not in shown.partial}
        policy.note_chosen(report, seen, withheld=shown.withheld or "credentialStatus" in shown.partial)
        return credential.judge_token(report, read, run, container, MODEL_TYPES)
    policy.note_chosen(report, shown.payload, withheld=False)  # both can never be hidden in this form
    return _judge_claims(report, read, run, container)


def _check_holder(report: Report, parts: sdjwt.Parts, payload: dict[str, Any]) -> None:
    """A holder's token that does not hold is a broken copy; one that does was made for somebody else's challenge."""
    if not parts.binding:
        return
    try:
        token = keybinding.check(parts, payload)
    except keybinding.NotBound as cause:
        report.add("holder", "yours", "fail", "holder_refused", detail=str(cause))
    else:
        said = str(token.payload.get("aud"))[:200]
        report.add("holder", "yours", "not_applicable", "holder_elsewhere", detail=said)


def _judge_claims(report: Report, token: jose.Token, run: Run, container: str) -> Verification:
    """The IETF's form: claims of a type that `vct` names, without a vocabulary."""
    payload = token.payload
    report.add("format", "document", "pass", "format_known", format=shape.NAMES[KIND], container="sd-jwt")
    issuer = payload.get("iss") if isinstance(payload.get("iss"), str) else None
    wrong = [
        f"/{name}" for name in ("iss", "vct") if not isinstance(payload.get(name), str) or not payload[name]
    ]
    if str(token.header.get("typ", "")).upper() not in CLAIM_TYPES:
        wrong.append("typ")
    if wrong:
        report.add("shape", "document", "fail", "shape_wrong", paths=", ".join(wrong))
    else:
        report.add("shape", "document", "pass", "shape_fits")
    holds = tokens.check_token(report, token, issuer, run, types=CLAIM_TYPES, find=find_key)
    if report.failed("signature", "key"):
        return credential.finish(report, KIND, container, Issuer(issuer), None, {}, run)
    report.add("coverage", "authentic", "pass", "coverage_whole")
    _check_period(report, payload, run)
    tokenlist.check_status(
        report, payload, issuer, run,
        lambda quiet, found, by: tokens.check_token(quiet, found, by, run, types=tokenlist.TYPES, find=find_key),
    )  # fmt: skip
    known = trust.judge(report, issuer, None, run.registries)
    subject = payload.get("sub") if isinstance(payload.get("sub"), str) else None
    bound = (
        binding.check_identity(report, [], subject, run.person, run.holder_key) if run.depth == 0 else None
    )
    view = payload if holds and not report.failed("disclosure", "shape") else {}
    return credential.finish(report, KIND, container, known, bound, view, run)


def _check_period(report: Report, payload: dict[str, Any], run: Run) -> None:
    moments = {}
    for name, check_id in (("nbf", "not-before"), ("exp", "expiry"), ("iat", "not-before")):
        if name in payload:
            try:
                moments[name] = dates.read_numeric(payload[name])
            except dates.BadDate as cause:
                report.add(check_id, "authentic", "fail", "date_malformed", name=name, detail=str(cause))
    dates.check_window(report, moments.get("nbf"), moments.get("exp"), run.at)


def metadata_url(issuer: str) -> str:
    """Where an issuer named by an https address publishes its keys (SD-JWT VC, section 5)."""
    parts = urlsplit(issuer)
    if parts.scheme != "https" or parts.query or parts.fragment:
        raise dids.KeyRefused("key_reference_malformed", issuer[:200])
    return f"https://{parts.netloc}/.well-known/jwt-vc-issuer{parts.path.rstrip('/')}"


def find_key(report: Report, token: jose.Token, issuer: str, run: Run) -> dids.Resolved | None:
    """The key that an issuer lists: in its DID document, or in the key set of its metadata."""
    if issuer.startswith("did:"):
        return tokens.find_key(report, token, issuer, run)
    url = metadata_url(issuer)
    document = _object(run.sources.get(url, "key").body)
    if document.get("issuer") != issuer:
        raise dids.KeyRefused("key_document_of_another", str(document.get("issuer"))[:200])
    key_set = document.get("jwks")
    if "jwks_uri" in document:
        if key_set is not None or not isinstance(document["jwks_uri"], str):
            raise dids.KeyRefused("key_document_unreadable", "jwks")
        key_set = _object(run.sources.get(document["jwks_uri"], "key").body)
    listed = key_set.get("keys") if isinstance(key_set, dict) else None
    if not isinstance(listed, list):
        raise dids.KeyRefused("key_document_unreadable", "jwks")
    kid = token.header.get("kid")
    named = [key for key in listed if isinstance(key, dict) and (kid is None or key.get("kid") == kid)]
    if len(named) != 1:
        raise dids.KeyRefused("key_not_listed" if not named else "key_listed_twice", str(kid)[:200])
    key = keys.from_jwk(named[0], algorithm=token.algorithm)
    method = f"{url}#{kid or 'its only key'}"
    report.add("key", "authentic", "pass", "key_listed", detail=method)
    return dids.Resolved(key, issuer, method)


def _object(body: bytes) -> dict[str, Any]:
    try:
        return jsonio.parse_object(body)
    except jsonio.BadJSON as cause:
        raise dids.KeyRefused("key_document_unreadable", cause.code) from cause
