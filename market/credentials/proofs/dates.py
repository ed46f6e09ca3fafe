"""Dates and times of credentials: read strictly, compared with the time that was given, never with a clock."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from .checks import Report

# Clocks of issuers and verifiers differ a little; only the beginning of validity is given this much room.
LEEWAY = timedelta(seconds=60)

_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?\Z")
STARTS = ("validFrom", "issuanceDate")
ENDS = ("validUntil", "expirationDate")


class BadDate(ValueError):
    """The value is not a date and time."""


def read(value: Any) -> tuple[datetime, bool]:
    """The moment of an xsd:dateTime, and whether it says its zone; UTC is taken where it does not."""
    match = _STAMP.match(value) if isinstance(value, str) else None
    if match is None:
        raise BadDate(repr(value)[:60])
    *numbers, zone = match.groups()
    try:
        made = datetime(*(int(number) for number in numbers), tzinfo=UTC)  # type: ignore[misc,arg-type]
        if zone not in (None, "Z"):
            hours, minutes = int(zone[1:3]), int(zone[4:])
            if hours > 14 or minutes > 59:
                raise BadDate(repr(value)[:60])
            shift = timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
            made = made.replace(tzinfo=timezone(shift)).astimezone(UTC)
    except (ValueError, OverflowError) as cause:
        raise BadDate(repr(value)[:60]) from cause
    return made, zone is not None


def read_numeric(value: Any) -> datetime:
    """The moment of a NumericDate of a token: seconds since 1970, whole or not, no text and no NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadDate(repr(value)[:60])
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as cause:
        raise BadDate(repr(value)[:60]) from cause


def check_period(report: Report, credential: Mapping[str, Any], at: datetime) -> None:
    """Not before its beginning and not after its end; both data models' names count wherever they stand."""
    found: dict[str, datetime] = {}
    for name in (*STARTS, *ENDS):
        if name not in credential:
            continue
        check_id = "not-before" if name in STARTS else "expiry"
        try:
            found[name], zoned = read(credential[name])
        except BadDate as cause:
            report.add(check_id, "authentic", "fail", "date_malformed", name=name, detail=str(cause))
            continue
        if not zoned:
            report.add(check_id, "authentic", "warn", "date_without_zone", name=name)
    starts = [found[name] for name in STARTS if name in found]
    ends = [found[name] for name in ENDS if name in found]
    check_window(report, max(starts, default=None), min(ends, default=None), at)


def check_window(report: Report, start: datetime | None, end: datetime | None, at: datetime) -> None:
    """Note whether `at` lies between a beginning and an end, either of which may be absent."""
    if start is None:
        if not report.failed("not-before"):
            report.add("not-before", "authentic", "not_applicable", "no_start")
    elif at + LEEWAY < start:
        report.add("not-before", "authentic", "fail", "not_yet_valid", detail=_say(start))
    else:
        report.add("not-before", "authentic", "pass", "begun", detail=_say(start))
    if end is None:
        if not report.failed("expiry"):
            report.add("expiry", "authentic", "not_applicable", "no_end")
    elif start is not None and end < start:
        report.add("expiry", "authentic", "fail", "date_order")
    elif at > end:
        report.add("expiry", "authentic", "fail", "expired", detail=_say(end))
    else:
        report.add("expiry", "authentic", "pass", "not_expired", detail=_say(end))


def _say(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
