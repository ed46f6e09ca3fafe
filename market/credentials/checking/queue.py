"""Jobs of checking: begun, taken by a worker, settled, asked for again, forgotten. Short transactions, no waiting.

Retries: what could not be settled is tried again after growing pauses, then with the regular re-checks only. A child
process that was killed in mid-check is no verdict: the job is tried once more before its document is put aside.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from market import clock
from market.credentials import wire
from market.credentials.checking.models import Check, CheckInput, CheckReport, CheckState, Outcome, Stage
from market.credentials.proofs.baked import MAX_IMAGE
from market.credentials.proofs.checks import Verification
from market.errors import Invalid, NotFound, TooLarge
from market.words import _

MOST_BYTES = MAX_IMAGE
CLAIM = timedelta(minutes=10)  # longer than any check takes, settings at their most included
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
KILLED_PAUSE = timedelta(seconds=20)
CRASH_PAUSES = (timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))
KEPT = timedelta(hours=1)  # how long a check that belongs to nobody is kept
AGAIN_AFTER = timedelta(minutes=2)  # how soon a person may ask for the same check again
# Codes of checks that may come out otherwise when they are asked again a little later.
PASSING = frozenset(
    {
        "hosted_unreachable",
        "hosted_waits",
        "needs_document",
        "key_unreachable",
        "key_waits",
        "part_unreachable",
        "part_waits",
        "signature_waits",
        "status_unreachable",
        "status_waits",
        "status_list_stale",
    }
)


def check_document(db: Session, raw: bytes, *, name: str = "", person_id: int | None = None) -> Check:
    """Keep a document (or the web address of one, as text) and have the worker check it.

    With `person_id` it is also asked whether the credential is theirs. Raises `Invalid` for what is empty, `TooLarge`
    for what is larger than any credential; all else becomes a report, also where it is no credential at all.
    """
    if not raw.strip():
        words = _("There is nothing in it. Export the badge again and try once more.")
        raise Invalid(words, file=words)
    if len(raw) > MOST_BYTES:
        words = _(
            "This has %(n)s MB. No credential is larger than %(most)s MB: send the badge file itself, not a scan or an archive.",
            n=f"{len(raw) / 1_000_000:.1f}",
            most=MOST_BYTES // (1 << 20),
        )
        raise TooLarge(words)
    made = Check(person_id=person_id, name=name[:120], size=len(raw), sha256=hashlib.sha256(raw).hexdigest())
    db.add(made)
    db.flush()
    db.add(CheckInput(check_id=made.id, content=raw))
    db.flush()
    return made


def get_check(db: Session, public_id: str) -> Check:
    """A job that belongs to nobody, by its public id. Raises `NotFound` for others: they are their owner's alone."""
    found = db.exec(select(Check).where(Check.public_id == public_id)).first()
    if found is None or found.person_id is not None:
        raise NotFound(_("There is no such check here. It may have been more than an hour ago."))
    return found


def content_of(db: Session, check_id: int) -> bytes:
    """The bytes as they came."""
    return db.get_one(CheckInput, check_id).content


def history_of(db: Session, check_id: int) -> list[CheckReport]:
    """What was said before and stands no more, the newest first."""
    wanted = select(CheckReport).where(CheckReport.check_id == check_id)
    return list(db.exec(wanted.order_by(col(CheckReport.id).desc()).limit(20)))


def may_ask_again(check: Check, now: datetime) -> bool:
    """Is it done, and not just now?"""
    return check.state is CheckState.DONE and (
        check.checked_at is None or check.checked_at + AGAIN_AFTER <= now
    )


def ask_again(db: Session, check: Check, *, due_at: datetime | None = None) -> None:
    """Have the worker check the same bytes once more. Does nothing while that is under way."""
    if check.state is not CheckState.DONE:
        return
    check.state, check.stage, check.host = CheckState.WAITING, Stage.RECEIVED, ""
    check.due_at, check.tries = due_at or clock.now(), 0
    db.add(check)
    db.flush()


def is_due(db: Session, now: datetime) -> bool:
    """Is there anything to do? Looked at without a lock."""
    return db.exec(_due(now)).first() is not None


def claim(db: Session, now: datetime) -> Check | None:
    """Take the job that has been due longest; no other worker takes it while the claim lasts."""
    found = db.exec(_due(now).with_for_update(skip_locked=True)).first()
    if found is None:
        return None
    check = db.get_one(Check, found)
    check.state, check.claimed_until, check.tries = CheckState.RUNNING, now + CLAIM, check.tries + 1
    db.add(check)
    db.flush()
    return check


def _due(now: datetime) -> Any:
    ready = (col(Check.state) == CheckState.WAITING) & (col(Check.due_at) <= now)
    abandoned = (col(Check.state) == CheckState.RUNNING) & (col(Check.claimed_until) <= now)
    return select(Check.id).where(or_(ready, abandoned)).order_by(col(Check.due_at), col(Check.id)).limit(1)


def note_stage(db: Session, check_id: int, stage: Stage, host: str = "") -> None:
    """Say how far it has come, for whoever watches."""
    db.exec(
        update(Check)
        .where(col(Check.id) == check_id, col(Check.state) == CheckState.RUNNING)
        .values(stage=stage, host=host[:120])
    )


def settle(db: Session, check: Check, made: Verification) -> None:
    """Keep a report. One that says something else than the last keeps the last as history."""
    now = clock.now()
    plain = wire.encode(made) | {"needs": []}
    if check.report is not None and check.verdict is not None and says(check.report) != says(plain):
        db.add(
            CheckReport(
                check_id=check.id,
                since=check.checked_at or check.received_at,
                until=now,
                verdict=check.verdict,
                report=check.report,
            )
        )
    check.report, check.verdict, check.checked_at = plain, Outcome(made.verdict), now
    check.claimed_until, check.host = None, ""
    pause = _pause(made, check.tries)
    check.stage = Stage.DONE
    check.state = CheckState.DONE if pause is None else CheckState.WAITING
    check.due_at = now if pause is None else now + pause
    db.add(check)
    db.flush()


def _pause(made: Verification, tries: int) -> timedelta | None:
    """How long to wait before it is tried once more by itself; None when that would change nothing."""
    passing = made.verdict == "inconclusive" and any(one.code in PASSING for one in made.of("unknown"))
    return PAUSES[tries - 1] if passing and 0 < tries <= len(PAUSES) else None


def put_back(db: Session, check: Check, pause: timedelta) -> None:
    """It came to no end, and not by the document's fault as far as is known: try again after a pause."""
    check.state, check.stage, check.host = CheckState.WAITING, Stage.RECEIVED, ""
    check.claimed_until, check.due_at = None, clock.now() + pause
    db.add(check)
    db.flush()


def says(report: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a report comes down to: two that say the same need not both be kept."""
    return (
        report["verdict"],
        report["bound"],
        report["issuer"]["known"],
        tuple((one["id"], one["status"], one["code"]) for one in report["checks"]),
        tuple(says(one) for one in report["inner"]),
    )


def forget(db: Session, check_id: int) -> None:
    """Remove a check with its bytes and everything that was said about them."""
    for model in (CheckReport, CheckInput):
        db.exec(delete(model).where(col(model.check_id) == check_id))
    db.exec(delete(Check).where(col(Check.id) == check_id))
    db.flush()


def sweep(db: Session, now: datetime) -> int:
    """Timer: forget checks that belong to nobody after a day."""
    old = db.exec(
        select(Check.id).where(col(Check.person_id).is_(None), Check.received_at < now - KEPT).limit(200)
    ).all()
    for check_id in old:
        forget(db, check_id)
    return len(old)
