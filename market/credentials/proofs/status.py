"""Has it been withdrawn? Status lists of four kinds: Bitstring, StatusList2021, 1EdTech; Open Badges 2 has its own file.

A list that cannot be had or trusted makes the outcome inconclusive, never a pass; a list that says "withdrawn"
counts as such even where it is otherwise in doubt.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import dates, jsonio, multi
from .checks import Report
from .sources import BadURL, Missing, Sources, Unreachable

LISTS = {
    "BitstringStatusListEntry": ("BitstringStatusListCredential", "BitstringStatusList"),
    "StatusList2021Entry": ("StatusList2021Credential", "StatusList2021"),
}
PLAIN_LIST = "1EdTechRevocationList"
MIN_BITS = 131_072
MAX_BYTES = 8 << 20
MAX_ENTRIES = 8
_INDEX = re.compile(r"(0|[1-9]\d{0,9})\Z")


@dataclass(frozen=True)
class ListOutcome:
    """What came of verifying a list: the signed credential, its issuer, or why it cannot be trusted."""

    credential: dict[str, Any] | None
    issuer: str | None
    problem: str | None = None


ListVerifier = Callable[[bytes], ListOutcome]


class _Doubt(ValueError):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def check_status(
    report: Report,
    credential: dict[str, Any],
    issuer: str | None,
    at: datetime,
    sources: Sources,
    verify_list: ListVerifier,
) -> None:
    """Note, for each status entry of a signed view, whether it says withdrawn. Every entry counts."""
    entries = jsonio.listed(credential.get("credentialStatus"))
    if "credentialStatus" not in credential:
        report.add("status", "authentic", "not_applicable", "status_none")
        return
    if not entries:
        report.add("status", "authentic", "fail", "status_malformed", detail="no entry")
        return
    if len(entries) > MAX_ENTRIES:
        report.add("status", "authentic", "unknown", "status_too_many")
        return
    for number, entry in enumerate(entries, 1):
        check_id = "status" if len(entries) == 1 else f"status-{number}"
        try:
            if not isinstance(entry, dict):
                raise _Doubt("status_malformed", "not an object")
            kinds = jsonio.texts(entry.get("type"))
            known = [kind for kind in kinds if kind in LISTS or kind == PLAIN_LIST]
            if len(known) != 1 or len(kinds) != 1:
                raise _Doubt("status_unsupported", ", ".join(kinds)[:80] or "no type")
            if known[0] == PLAIN_LIST:
                _check_plain(report, check_id, entry, credential, issuer, sources)
            else:
                _check_bit(report, check_id, entry, known[0], issuer, at, sources, verify_list)
        except _Doubt as doubt:
            malformed = doubt.code in ("status_malformed", "status_index_outside")
            report.add(
                check_id, "authentic", "fail" if malformed else "unknown", doubt.code, detail=doubt.detail
            )


def _fetch(report: Report, check_id: str, url: Any, sources: Sources) -> bytes | None:
    if not isinstance(url, str):
        raise _Doubt("status_malformed", "no address of a list")
    try:
        return sources.get(url, "status").body
    except Missing:
        report.add(check_id, "authentic", "unknown", "status_waits", url=url)
    except Unreachable as cause:
        report.add(check_id, "authentic", "unknown", "status_unreachable", reason=cause.reason)
    except BadURL:
        report.add(check_id, "authentic", "unknown", "status_url_refused", detail=url[:200])
    return None


def _check_bit(
    report: Report,
    check_id: str,
    entry: dict[str, Any],
    kind: str,
    issuer: str | None,
    at: datetime,
    sources: Sources,
    verify_list: ListVerifier,
) -> None:
    purpose, index = entry.get("statusPurpose"), _index(entry.get("statusListIndex"))
    if not isinstance(purpose, str):
        raise _Doubt("status_malformed", "no purpose")
    if entry.get("statusSize", 1) != 1 or isinstance(entry.get("statusSize"), bool):
        raise _Doubt("status_unsupported", "a status of more than one bit")
    url = entry.get("statusListCredential")
    body = _fetch(report, check_id, url, sources)
    if body is None:
        return
    outcome = verify_list(body)
    if outcome.credential is None:
        raise _Doubt("status_list_unsigned", outcome.problem or "")
    found = outcome.credential
    subject = found.get("credentialSubject")
    credential_type, subject_type = LISTS[kind]
    if not isinstance(subject, dict) or subject_type not in jsonio.texts(subject.get("type")):
        raise _Doubt("status_list_type", str(jsonio.texts(found.get("type")))[:80])
    if purpose not in jsonio.texts(subject.get("statusPurpose")):
        raise _Doubt("status_list_other", "it serves another purpose")
    bits = unpack(subject.get("encodedList"), prefixed=kind == "BitstringStatusListEntry")
    if index >= len(bits) * 8:
        raise _Doubt("status_index_outside", str(index))
    is_set = bool(bits[index // 8] >> (7 - index % 8) & 1)
    if is_set and purpose in ("revocation", "suspension"):
        code = "revoked" if purpose == "revocation" else "suspended"
        report.add(check_id, "authentic", "fail", code, reason="")
        return
    if credential_type not in jsonio.texts(found.get("type")):
        raise _Doubt("status_list_type", str(jsonio.texts(found.get("type")))[:80])
    if found.get("id") != url:
        raise _Doubt("status_list_other", str(found.get("id"))[:200])
    if outcome.issuer is None or outcome.issuer != issuer:
        raise _Doubt("status_list_issuer", str(outcome.issuer)[:200])
    window = Report()
    dates.check_period(window, found, at)
    if late := [check for check in window.checks if check.status == "fail"]:
        raise _Doubt("status_list_stale", late[0].message)
    if len(bits) * 8 < MIN_BITS:
        raise _Doubt("status_list_short")
    if purpose not in ("revocation", "suspension"):
        if not is_set:
            report.add(check_id, "authentic", "pass", "status_clear", purpose=purpose)
        else:
            known = purpose in ("message", "refresh")
            report.add(
                check_id, "authentic", "warn" if known else "unknown", "status_message", purpose=purpose
            )
        return
    report.add(check_id, "authentic", "pass", "status_clear", purpose=purpose)


def _index(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**10:
        return value
    if isinstance(value, str) and _INDEX.match(value) and value.isascii():
        return int(value)
    raise _Doubt("status_malformed", f"number {value!r}"[:80])


def unpack(encoded: Any, *, prefixed: bool) -> bytes:
    """The bits of an encoded list (base64url of gzip, with the multibase `u` in front when `prefixed`)."""
    if not isinstance(encoded, str) or not encoded:
        raise _Doubt("status_list_unreadable", "no list in it")
    if encoded.startswith("u") and prefixed:
        encoded = encoded[1:]
    elif prefixed:
        raise _Doubt("status_list_unreadable", "not multibase base64url")
    try:
        packed = multi.base64url_decode(encoded.rstrip("="))
        unpacker = zlib.decompressobj(wbits=31)
        bits = unpacker.decompress(packed, MAX_BYTES)
    except (multi.BadEncoding, zlib.error) as cause:
        raise _Doubt("status_list_unreadable", "not base64url of gzip") from cause
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise _Doubt("status_list_unreadable", "too large or cut short")
    return bits


def _check_plain(
    report: Report,
    check_id: str,
    entry: dict[str, Any],
    credential: dict[str, Any],
    issuer: str | None,
    sources: Sources,
) -> None:
    """1EdTech's revocation list: an unsigned JSON document at the issuer's, naming the credentials withdrawn."""
    url = entry.get("id")
    body = _fetch(report, check_id, url, sources)
    if body is None:
        return
    try:
        document = jsonio.parse_object(body)
    except jsonio.BadJSON as cause:
        raise _Doubt("status_list_unreadable", cause.code) from cause
    rows = document.get("revokedCredential")
    if not isinstance(rows, list):
        raise _Doubt("status_list_type", "no list of withdrawn credentials in it")
    for row in rows:
        if (
            isinstance(row, dict)
            and row.get("id") == credential.get("id")
            and row.get("revoked") is not False
        ):
            reason = row.get("revocationReason") or row.get("revokedReason")
            said = f" (“{reason[:200]}”)" if isinstance(reason, str) else ""
            report.add(check_id, "authentic", "fail", "revoked", reason=said)
            return
    if not all(isinstance(row, dict) and isinstance(row.get("id"), str) for row in rows):
        raise _Doubt("status_list_unreadable", "an entry without id")
    if document.get("id", url) != url:
        raise _Doubt("status_list_other", str(document.get("id"))[:200])
    if jsonio.id_of(document.get("issuer")) != issuer:
        raise _Doubt("status_list_issuer", str(jsonio.id_of(document.get("issuer")))[:200])
    report.add(check_id, "authentic", "pass", "status_clear", purpose="revocation")
