"""Open Badges 1 and 2: hosted badges, which count because the issuer's own site serves them, and signed ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from . import binding, dates, dids, jose, jsonio, keys, policy, shape, trust
from .checks import Issuer, Report, Verification
from .run import Run
from .sources import BadURL, Missing, Unreachable, origin

# Members whose difference between a baked and the hosted copy changes what the badge says.
DECISIVE = ("id", "uid", "recipient", "badge", "verification", "verify", "issuedOn", "expires", "revoked")


CONTEXTS = (
    "https://w3id.org/openbadges/v2",
    "https://openbadgespec.org/v2/context.json",
    "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld",
)


@dataclass(frozen=True)
class Award:
    """An assertion with its badge and issuer, each read from where it must be read."""

    assertion: dict[str, Any]
    badge: dict[str, Any]
    issuer: dict[str, Any]
    issuer_id: str


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
    hosted = _get(report, run, address, "hosted", "hosted")
    if hosted is None:
        award = _award(report, document, run)
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
    award = _award(report, hosted, run)
    if award is not None:
        _check_place(report, address, award)
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
    award = _award(report, document, run)
    reference = how.get("creator") or how.get("url")
    key = _key(report, run, reference, award, old=kind == "ob-1.x")
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
        _check_revocations(report, run, document, award, str(reference))
    _judge_dates(report, document, run)
    proved = any(check.id == "signature" and check.status == "pass" for check in report.checks)
    return _finish(report, kind, container, award, run, seen=proved)


def _verification(document: dict[str, Any]) -> dict[str, Any]:
    found = document.get("verification", document.get("verify"))
    return found if isinstance(found, dict) else {}


def _get(report: Report, run: Run, url: str, part: str, check_id: str) -> dict[str, Any] | None:
    """The JSON object at a URL; what became of the attempt is noted under the words for this part."""
    start = "hosted" if part == "hosted" else "part"
    try:
        body = run.sources.get(url, part, plain_http=True).body
        return jsonio.parse_object(body)
    except Missing:
        report.add(check_id, "authentic", "unknown", f"{start}_waits", part=part, url=url)
    except Unreachable as cause:
        report.add(check_id, "authentic", "unknown", f"{start}_unreachable", part=part, reason=cause.reason)
    except BadURL:
        report.add(check_id, "authentic", "fail", f"{start}_url_refused", part=part, detail=url[:200])
    except jsonio.BadJSON as cause:
        report.add(check_id, "authentic", "fail", f"{start}_unreadable", part=part, detail=cause.code)
    return None


def _award(report: Report, assertion: dict[str, Any], run: Run) -> Award | None:
    """The badge and the issuer of an assertion. The issuer's profile is always the one at its own address."""
    badge = assertion.get("badge")
    if isinstance(badge, str):
        address = badge
        badge = _get(report, run, address, "badge", "badge")
        if badge is None:
            return None
        if badge.get("id", address) != address:
            report.add(
                "badge", "authentic", "fail", "part_of_another", part="badge", detail=str(badge["id"])[:200]
            )
            return None
    if not isinstance(badge, dict):
        report.add("badge", "authentic", "fail", "part_unreadable", part="badge", detail="not an object")
        return None
    issuer_id = jsonio.id_of(badge.get("issuer"))
    if issuer_id is None:
        report.add("issuer-binding", "issuer", "fail", "issuer_missing")
        return None
    issuer = _get(report, run, issuer_id, "issuer", "issuer")
    if issuer is None:
        return None
    if issuer.get("id", issuer_id) != issuer_id:
        report.add(
            "issuer", "authentic", "fail", "part_of_another", part="issuer", detail=str(issuer["id"])[:200]
        )
        return None
    return Award(assertion, badge, issuer, issuer_id)


def _check_place(report: Report, address: str, award: Award) -> None:
    """A hosted assertion must lie where its issuer says its badges lie: by default on the issuer's own host."""
    rules = award.issuer.get("verification")
    rules = rules if isinstance(rules, dict) else {}
    hosts = jsonio.texts(rules.get("allowedOrigins"))
    starts = jsonio.texts(rules.get("startsWith"))
    scheme, place = origin(address)
    fits = place in {host.lower() for host in hosts} if hosts else origin(award.issuer_id)[1] == place
    if starts:
        fits = (fits or not hosts) and any(_begins(address, start) for start in starts)
    if fits and scheme in ("https", "http") and not urlsplit(address).username:
        report.add("issuer-binding", "issuer", "pass", "issuer_same_host")
    else:
        other = origin(award.issuer_id)[1]
        report.add("issuer-binding", "issuer", "fail", "issuer_other_host", assertion=place, issuer=other)


def _begins(address: str, start: str) -> bool:
    """Whether an address lies under a prefix, on the very same host, without climbing out of it."""
    if origin(address) != origin(start) or ".." in address or "%2e" in address.lower():
        return False
    return (urlsplit(address).path or "/").startswith(urlsplit(start).path or "/")


def _key(report: Report, run: Run, reference: Any, award: Award | None, *, old: bool) -> keys.Key | None:
    """The key that an assertion names, when the issuer's profile lists it (version 1: when it lies at the issuer's)."""
    if award is None:
        return None
    listed = [jsonio.id_of(item) for item in jsonio.listed(award.issuer.get("publicKey"))]
    if reference is None and len(listed) == 1:
        reference = listed[0]
    if not isinstance(reference, str):
        report.add("key", "authentic", "fail", "key_reference_malformed", detail=str(reference)[:200])
        return None
    same_place = old and origin(reference) == origin(award.issuer_id)
    if reference not in listed and not same_place:
        report.add("key", "authentic", "fail", "key_not_of_issuer", detail=reference[:200])
        return None
    inline = [item for item in jsonio.listed(award.issuer.get("publicKey")) if isinstance(item, dict)]
    found = next((item for item in inline if item.get("id") == reference and "publicKeyPem" in item), None)
    try:
        if found is None:
            body = run.sources.get(reference, "key", plain_http=True).body
            if old and body.lstrip().startswith(b"-----BEGIN"):
                key = keys.from_pem(body.decode("ascii", "replace"))
                report.add("key", "authentic", "pass", "key_listed", detail=reference)
                report.add("issuer-binding", "issuer", "pass", "issuer_bound")
                return key
            found = jsonio.parse_object(body)
        if found.get("id", reference) != reference or found.get("owner", award.issuer_id) != award.issuer_id:
            detail = str(found.get("owner", found.get("id")))[:200]
            report.add("key", "authentic", "fail", "key_of_another_controller", detail=detail)
            return None
        if found.get("revoked"):
            report.add("key", "authentic", "fail", "key_withdrawn", detail=reference)
            return None
        if isinstance(found.get("publicKeyJwk"), dict):
            key = keys.from_jwk(found["publicKeyJwk"])
        else:
            key = keys.from_pem(str(found.get("publicKeyPem", "")))
    except Missing:
        report.add("key", "authentic", "unknown", "key_waits", url=reference)
    except Unreachable as cause:
        report.add("key", "authentic", "unknown", "key_unreachable", reason=cause.reason)
    except BadURL:
        report.add("key", "authentic", "fail", "key_url_refused", detail=reference[:200])
    except jsonio.BadJSON as cause:
        report.add("key", "authentic", "fail", "key_document_unreadable", detail=cause.code)
    except (keys.BadKey, dids.KeyRefused) as cause:
        report.add("key", "authentic", "fail", cause.code, detail=cause.detail)
    else:
        report.add("key", "authentic", "pass", "key_listed", detail=reference)
        report.add("issuer-binding", "issuer", "pass", "issuer_bound")
        return key
    return None


def _check_revocations(report: Report, run: Run, document: dict[str, Any], award: Award, key: str) -> None:
    """The issuer's revocation list: of version 2 (a list of assertions) or version 1 (reasons by uid)."""
    url = award.issuer.get("revocationList")
    if url is None:
        report.add("status", "authentic", "not_applicable", "status_none")
        return
    if not isinstance(url, str) or origin(url)[1] != origin(award.issuer_id)[1]:
        report.add("status", "authentic", "unknown", "status_list_issuer", detail=str(url)[:200])
        return
    found = _get(report, run, url, "list of withdrawn badges", "status")
    if found is None:
        return
    names = {document.get("id"), document.get("uid"), key} - {None}
    rows = found.get("revokedAssertions")
    if rows is None:
        rows = [{"id": uid, "revocationReason": reason} for uid, reason in found.items() if uid in names]
    for row in jsonio.listed(rows):
        row_names = (
            {row}
            if isinstance(row, str)
            else {row.get("id"), row.get("uid")}
            if isinstance(row, dict)
            else set()
        )
        if row_names & names:
            reason = row.get("revocationReason") if isinstance(row, dict) else None
            said = f" (“{reason[:200]}”)" if isinstance(reason, str) else ""
            report.add("status", "authentic", "fail", "revoked", reason=said)
            return
    report.add("status", "authentic", "pass", "status_clear", purpose="revocation")


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
    report: Report, kind: str, container: str, award: Award | None, run: Run, *, seen: bool = True
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
