"""Token Status Lists: the status of an SD-JWT VC, as a few bits in a packed list that the issuer signs as a token.

Source: the IETF's Token Status List (draft-ietf-oauth-status-list). Lists in CBOR are not read.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from . import dates, jose, multi
from .checks import Report
from .run import Run
from .sources import BadURL, Missing, Unreachable
from .status import MAX_BYTES

TYPES = ("STATUSLIST+JWT", "APPLICATION/STATUSLIST+JWT")
# Whether the issuer's own key signed the token; what came of it is noted in the report given.
SignedBy = Callable[[Report, jose.Token, str], bool]


class _Doubt(ValueError):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def check_status(
    report: Report, payload: dict[str, Any], issuer: str | None, run: Run, signed_by: SignedBy
) -> None:
    """Note what the list that `status` names says of the credential."""
    if "status" not in payload:
        report.add("status", "authentic", "not_applicable", "status_none")
        return
    entry = payload["status"].get("status_list") if isinstance(payload["status"], dict) else None
    try:
        if not isinstance(entry, dict) or set(payload["status"]) != {"status_list"}:
            raise _Doubt("status_unsupported", "no status list")
        index, url = entry.get("idx"), entry.get("uri")
        if isinstance(index, bool) or not isinstance(index, int) or index < 0 or not isinstance(url, str):
            raise _Doubt("status_malformed", "number or address")
        value = _value(url, index, issuer, run, signed_by)
    except _Doubt as doubt:
        malformed = doubt.code in ("status_malformed", "status_index_outside")
        status = "fail" if malformed else "unknown"
        report.add("status", "authentic", status, doubt.code, detail=doubt.detail)  # type: ignore[arg-type]
    except Missing:
        report.add("status", "authentic", "unknown", "status_waits", url=url)
    except Unreachable as cause:
        report.add("status", "authentic", "unknown", "status_unreachable", reason=cause.reason)
    except BadURL:
        report.add("status", "authentic", "unknown", "status_url_refused", detail=str(url)[:200])
    else:
        if value == 0:
            report.add("status", "authentic", "pass", "status_clear", purpose="revocation")
        elif value in (1, 2):
            code = "revoked" if value == 1 else "suspended"
            report.add("status", "authentic", "fail", code, reason="")
        else:
            report.add("status", "authentic", "unknown", "status_message", purpose=f"number {value}")


def _value(url: str, index: int, issuer: str | None, run: Run, signed_by: SignedBy) -> int:
    body = run.sources.get(url, "status").body
    try:
        token = jose.read(body.decode("ascii", "replace").strip())
    except jose.BadToken as cause:
        raise _Doubt("status_list_unreadable", cause.code) from cause
    if str(token.header.get("typ", "")).upper() not in TYPES:
        raise _Doubt("status_list_type", str(token.header.get("typ"))[:60])
    if issuer is None or token.payload.get("iss", issuer) != issuer:
        raise _Doubt("status_list_issuer", str(token.payload.get("iss"))[:200])
    quiet = Report()
    if not signed_by(quiet, token, issuer):
        worst = [check for check in quiet.checks if check.status in ("fail", "unknown")]
        raise _Doubt("status_list_unsigned", worst[0].code if worst else "unsigned")
    found = token.payload.get("status_list")
    if not isinstance(found, dict):
        raise _Doubt("status_list_unreadable", "no list in it")
    size = found.get("bits")
    if not isinstance(size, int) or isinstance(size, bool) or size not in (1, 2, 4, 8):
        raise _Doubt("status_list_unreadable", "no list in it")
    bits = _unpack(found.get("lst"))
    if index >= len(bits) * 8 // size:
        raise _Doubt("status_index_outside", str(index))
    place = index * size
    value = bits[place // 8] >> place % 8 & (1 << size) - 1
    if value not in (1, 2):  # a list that says "withdrawn" counts even where it is otherwise in doubt
        if token.payload.get("sub") != url:
            raise _Doubt("status_list_other", str(token.payload.get("sub"))[:200])
        _check_time(token.payload, run)
    return value


def _check_time(payload: dict[str, Any], run: Run) -> None:
    try:
        begins = dates.read_numeric(payload.get("iat"))
        ends = dates.read_numeric(payload["exp"]) if "exp" in payload else None
    except dates.BadDate as cause:
        raise _Doubt("status_list_unreadable", f"date {cause}") from cause
    if (ends is not None and run.at > ends) or run.at + dates.LEEWAY < begins:
        raise _Doubt("status_list_stale", (ends or begins).isoformat())


def _unpack(packed: Any) -> bytes:
    if not isinstance(packed, str) or not packed:
        raise _Doubt("status_list_unreadable", "no list in it")
    unpacker = zlib.decompressobj()
    try:
        bits = unpacker.decompress(multi.base64url_decode(packed), MAX_BYTES)
    except (multi.BadEncoding, zlib.error) as cause:
        raise _Doubt("status_list_unreadable", "not base64url of zlib") from cause
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise _Doubt("status_list_unreadable", "too large or cut short")
    return bits
