"""What an Open Badges 1 or 2 issuer's own site says: its profile, where its badges lie, its keys, what it withdrew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from . import dids, jsonio, keys
from .checks import Report
from .run import Run
from .sources import BadURL, Missing, Unreachable, origin


@dataclass(frozen=True)
class Award:
    """An assertion with its badge and issuer, each read from where it must be read."""

    assertion: dict[str, Any]
    badge: dict[str, Any]
    issuer: dict[str, Any]
    issuer_id: str


def read_award(report: Report, assertion: dict[str, Any], run: Run) -> Award | None:
    """The badge and the issuer of an assertion. The issuer's profile is always the one at its own address."""
    badge = assertion.get("badge")
    if isinstance(badge, str):
        address = badge
        badge = get_part(report, run, address, "badge", "badge")
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
    issuer = get_part(report, run, issuer_id, "issuer", "issuer")
    if issuer is None:
        return None
    if issuer.get("id", issuer_id) != issuer_id:
        report.add(
            "issuer", "authentic", "fail", "part_of_another", part="issuer", detail=str(issuer["id"])[:200]
        )
        return None
    return Award(assertion, badge, issuer, issuer_id)


def get_part(report: Report, run: Run, url: str, part: str, check_id: str) -> dict[str, Any] | None:
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


def check_place(report: Report, address: str, award: Award) -> None:
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


def find_key(report: Report, run: Run, reference: Any, award: Award | None, *, old: bool) -> keys.Key | None:
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


def check_revocations(report: Report, run: Run, document: dict[str, Any], award: Award, key: str) -> None:
    """The issuer's revocation list: of version 2 (a list of assertions) or version 1 (reasons by uid)."""
    url = award.issuer.get("revocationList")
    if url is None:
        report.add("status", "authentic", "not_applicable", "status_none")
        return
    if not isinstance(url, str) or origin(url)[1] != origin(award.issuer_id)[1]:
        report.add("status", "authentic", "unknown", "status_list_issuer", detail=str(url)[:200])
        return
    found = get_part(report, run, url, "list of withdrawn badges", "status")
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
