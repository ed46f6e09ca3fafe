"""Open Badges 1 and 2: hosted badges, which count because the issuer's own site serves them, and signed ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from . import binding, dates, jose, jsonio, keys, ob2_issuer, policy, shape, trust
from .checks import Issuer, Report, Verification
from .run import Run

# Members whose difference between a baked and the hosted copy changes what the badge says.
DECISIVE = ("id", "uid", "recipient", "badge", "verification", "verify", "issuedOn", "expires", "revoked")


CONTEXTS = (
    "https://w3id.org/openbadges/v2",
    "https://openbadgespec.org/v2/context.json",
    "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld",
)


def kind_of(document: dict[str, Any]) -> str | None:
    """The format of an Open Badges 1 or 2 document; "part" for a badge or issuer by itself; None for others."""
    urls = " ".join(jsonio.texts(document.get("@context")))
    types = jsonio.texts(document.get("type"))
    if "badge" in document and "recipient" in document:
        if "verification" in document or "openbadges/v2" in urls or "v2p1" in urls:
            return "ob-2.1" if "v2p1" in urls or "openbadges/v2.1" in urls else "ob-2.0"
        return "ob-1.x"
    if {"BadgeClass", "Issuer", "Profile"} & set(types) and "VerifiableCredential" not in types:
        return "part"
    return None


def _check_shape(report: Report, document: dict[str, Any], kind: str) -> None:
    """An assertion of version 2 must say that it is one, and in which vocabulary."""
    wrong = []
    if kind != "ob-1.x":
        if "Assertion" not in jsonio.texts(document.get("type")):
            wrong.append("/type")
        if not any(url in CONTEXTS for url in jsonio.texts(document.get("@context"))):
            wrong.append("/@context")
    if wrong:
        report.add("shape", "document", "fail", "shape_wrong", paths=", ".join(wrong))
    else:
        report.add("shape", "document", "pass", "shape_fits")


def verify_hosted(document: dict[str, Any], run: Run, container: str, url: str | None = None) -> Verification:
    """An assertion in hand, compared with the copy at its own address; `url` is where it was asked for."""
    kind = kind_of(document) or "ob-2.0"
    report = Report()
    report.add("format", "document", "pass", "format_known", format=shape.NAMES[kind], container=container)
    _check_shape(report, document, kind)
    how = _verification(document)
    if how.get("type") in ("signed", "SignedBadge"):
        report.add("signature", "authentic", "fail", "proof_missing")
        return _finish(report, kind, container, None, run)
    address = document.get("id") if kind != "ob-1.x" else how.get("url")
    if not isinstance(address, str) or not address.startswith(("https://", "http://")):
        address = document.get("id") if isinstance(document.get("id"), str) else url
    if not isinstance(address, str):
        report.add("hosted", "authentic", "fail", "hosted_url_refused", detail="none")
        return _finish(report, kind, container, None, run)
    hosted = ob2_issuer.get_part(report, run, address, "hosted", "hosted")
    if hosted is None:
        award = ob2_issuer.read_award(report, document, run)
        _judge_dates(report, document, run)
        return _finish(report, kind, container, award, run, seen=False)
    if hosted.get("revoked") is True:
        reason = hosted.get("revocationReason")
        said = f" (“{reason[:200]}”)" if isinstance(reason, str) else ""
        report.add("status", "authentic", "fail", "revoked", reason=said)
        return _finish(report, kind, container, None, run)
    differ = sorted(
        name
        for name in set(hosted) | set(document)
        if hosted.get(name) != document.get(name) and name != "@context"
    )
    decisive = [name for name in differ if name in DECISIVE]
    if decisive:
        report.add("hosted", "authentic", "fail", "hosted_copy_differs", paths=", ".join(decisive))
        return _finish(report, kind, container, None, run)
    report.add("hosted", "authentic", "pass", "hosted_copy_same")
    if differ:
        report.add("hosted", "authentic", "warn", "hosted_copy_cosmetic", paths=", ".join(differ))
    report.add("signature", "authentic", "warn", "hosted_only")
    award = ob2_issuer.read_award(report, hosted, run)
    if award is not None:
        ob2_issuer.check_place(report, address, award)
    report.add("status", "authentic", "pass", "status_clear", purpose="the issuer's site still serves it")
    _judge_dates(report, hosted, run)
    return _finish(report, kind, container, award, run)


def verify_signed(token: jose.Token, run: Run, container: str) -> Verification:
    """An assertion signed as a token, with the key that the issuer's profile lists."""
    document = token.payload
    kind = kind_of(document) or "ob-2.0"
    report = Report()
    report.add("format", "document", "pass", "format_known", format=shape.NAMES[kind], container=container)
    _check_shape(report, document, kind)
    how = _verification(document)
    if how.get("type") not in ("signed", "SignedBadge"):
        report.add("signature", "authentic", "fail", "claims_differ", detail="it says that it is hosted")
        return _finish(report, kind, container, None, run)
    award = ob2_issuer.read_award(report, document, run)
    reference = how.get("creator") or how.get("url")
    key = ob2_issuer.find_key(report, run, reference, award, old=kind == "ob-1.x")
    if key is None:
        if not report.failed("key"):
            report.add("signature", "authentic", "unknown", "signature_waits")
    else:
        try:
            holds = token.holds(key)
        except keys.BadKey as cause:
            report.add("signature", "authentic", "fail", cause.code, detail=cause.detail)
        else:
            code = "signature_holds" if holds else "signature_wrong"
            status = "pass" if holds else "fail"
            report.add("signature", "authentic", status, code, suite=token.algorithm)  # type: ignore[arg-type]
    if award is not None:
        ob2_issuer.check_revocations(report, run, document, award, str(reference))
    _judge_dates(report, document, run)
    proved = any(check.id == "signature" and check.status == "pass" for check in report.checks)
    return _finish(report, kind, container, award, run, seen=proved)


def _verification(document: dict[str, Any]) -> dict[str, Any]:
    found = document.get("verification", document.get("verify"))
    return found if isinstance(found, dict) else {}


def _judge_dates(report: Report, document: dict[str, Any], run: Run) -> None:
    found: dict[str, datetime | None] = {}
    for name, check_id in (("issuedOn", "not-before"), ("expires", "expiry")):
        value = document.get(name)
        found[name] = None
        if value is None:
            continue
        try:
            found[name] = _moment(value)
        except dates.BadDate as cause:
            report.add(check_id, "authentic", "fail", "date_malformed", name=name, detail=str(cause))
    dates.check_window(report, found["issuedOn"], found["expires"], run.at)


def _moment(value: Any) -> datetime:
    """A date of Open Badges 1 or 2: ISO 8601 with or without time, or seconds since 1970."""
    if isinstance(value, str) and len(value) == 10 and value[4] == "-":
        try:
            return datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError as cause:
            raise dates.BadDate(repr(value)[:60]) from cause
    if isinstance(value, str) and value.isdigit() and value.isascii() and len(value) < 12:
        return dates.read_numeric(int(value))
    return dates.read(value)[0] if isinstance(value, str) else dates.read_numeric(value)


def _finish(
    report: Report, kind: str, container: str, award: ob2_issuer.Award | None, run: Run, *, seen: bool = True
) -> Verification:
    issuer, bound, view = Issuer(), None, {}
    if award is not None:
        name = policy.name_of(award.issuer)
        issuer = trust.judge(report, award.issuer_id, name, run.registries)
        recipient = award.assertion.get("recipient")
        if isinstance(recipient, str):  # version 0.5 and 1.0: the identity itself
            hashed = recipient.startswith(("sha256$", "md5$"))
            recipient = {"identity": recipient, "hashed": hashed, "salt": award.assertion.get("salt")}
        if run.depth == 0:
            known = [recipient] if isinstance(recipient, dict) else []
            bound = binding.check_identity(report, known, None, run.person)
        if seen and not report.failed():
            view = award.assertion | {"badge": award.badge | {"issuer": award.issuer}}
    return Verification(
        report.verdict(), kind, container, issuer, bound, tuple(report.checks), view=view, at=run.at
    )
