"""Issuing a credential and what becomes of it: drafted here, signed and offered by the worker, then the holder's.

Nothing here signs. A request drafts, withdraws or accepts, and announces it; `reactions` does the rest in the worker.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from market import clock
from market.access import SYSTEM, Actor, require
from market.credentials import address, queries, rules
from market.credentials.achievements import new_version, publish_achievement
from market.credentials.models import Achievement, Issued, IssuedPart, StatusEntry, StatusList
from market.credentials.proofs.sources import BadURL, allowed_url
from market.credentials.rules import Status, Visibility
from market.errors import Forbidden, Invalid, NotFound
from market.outbox import announce
from market.rubrics.models import Criterion
from market.transitions import take
from market.words import _

__all__ = [
    "EvidenceItem",
    "Result",
    "accept",
    "issue",
    "new_version",
    "publish_achievement",
    "refuse",
    "reinstate",
    "revoke",
    "show_to",
    "supersede",
    "suspend",
]


_SHA256 = re.compile(r"[0-9a-f]{64}")


class Result(NamedTuple):
    """The step (0 to 4) that was reached in one criterion of the achievement's rubric."""

    criterion_id: int
    step: int


class EvidenceItem(NamedTuple):
    """Something that shows the work, named with the person's consent. `sha256` pins what lies at `url`."""

    name: str
    narrative: str = ""
    url: str | None = None
    sha256: str | None = None


def issue(
    db: Session,
    actor: Actor,
    achievement: Achievement,
    person_id: int,
    *,
    results: Sequence[Result] = (),
    evidence: Sequence[EvidenceItem] = (),
    source: tuple[str, int] | None = None,
    parts: Sequence[Issued] = (),
    valid_until: datetime | None = None,
    replaces: Issued | None = None,
) -> Issued:
    """Draft a credential; the worker signs and offers it. The same source issues the same achievement once.

    Without `valid_until` the achievement's `valid_months` count from now. Raises `Forbidden` by `rules.may_issue`,
    `Invalid` for results of another rubric, an end that is past, or unclear evidence.
    """
    to = queries.recipient(db, person_id)
    require(
        rules.may_issue(actor, achievement, is_verified=queries.is_verified(db, achievement.org_id), to=to)
    )
    now = clock.now()
    if valid_until is None and achievement.valid_months:
        valid_until = rules.months_after(now, achievement.valid_months)
    if valid_until is not None and valid_until <= now:
        words = _("Choose a day in the future.")
        raise Invalid(words, valid_until=words)
    if source is not None and (found := _of_source(db, achievement, person_id, source)) is not None:
        return found
    made = Issued(
        achievement_id=achievement.id,
        org_id=achievement.org_id,
        person_id=person_id,
        issued_by=actor.id or None,
        source_kind=source[0] if source else None,
        source_id=source[1] if source else None,
        facts=_facts(db, achievement, results, evidence),
        valid_from=now,
        valid_until=valid_until,
        replaces_id=replaces.id if replaces else None,
    )
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError:
        other = _of_source(db, achievement, person_id, source) if source else None
        if other is None:
            raise
        return other
    for part in {one.id: one for one in parts}.values():
        if part.person_id != person_id:
            raise Invalid(_("A part of this belongs to someone else."))
        db.add(IssuedPart(issued_id=made.id, part_id=part.id))
    db.flush()
    announce(db, "credential.drafted", actor, subject=("issued", made.id), issued_id=made.id)
    return made


def _of_source(
    db: Session, achievement: Achievement, person_id: int, source: tuple[str, int]
) -> Issued | None:
    return db.exec(
        select(Issued).where(
            Issued.achievement_id == achievement.id,
            Issued.person_id == person_id,
            Issued.source_kind == source[0],
            Issued.source_id == source[1],
        )
    ).first()


def _facts(
    db: Session, achievement: Achievement, results: Sequence[Result], evidence: Sequence[EvidenceItem]
) -> dict[str, Any]:
    """What is frozen of one award. Results have to be of the achievement's own rubric, each criterion once."""
    own = set(db.exec(select(Criterion.id).where(Criterion.rubric_id == achievement.rubric_id)).all())
    ids = [one.criterion_id for one in results]
    if not set(ids) <= own or len(set(ids)) < len(ids) or not all(0 <= one.step <= 4 for one in results):
        raise Invalid(_("These results are not of the rubric that belongs to this achievement."))
    if len(evidence) > rules.MOST_EVIDENCE:
        raise Invalid(_("Name at most %(most)s pieces of evidence.", most=rules.MOST_EVIDENCE))
    for item in evidence:
        if not rules.plain(item.name):
            raise Invalid(_("Give each piece of evidence a name."))
        if item.url is not None and not may_show(db, item.url):
            raise Invalid(_("A link to evidence begins with https:// and leads to a page anyone can reach."))
        if item.sha256 is not None and (item.url is None or not _SHA256.fullmatch(item.sha256)):
            raise Invalid(_("A hash is the SHA-256 of what lies at the link, in 64 hex digits."))
    links = [item.url for item in evidence if item.url]
    if len(set(links)) < len(links):
        raise Invalid(_("Two pieces of evidence have the same link. Take one away."))
    return {
        "results": [one._asdict() for one in results],
        "evidence": [one._asdict() for one in evidence],
    }


def may_show(db: Session, url: str) -> bool:
    """A public address that is not one of our own documents: those name things in the credential already."""
    try:
        allowed_url(url)
    except BadURL:
        return False
    site = address.site_of(db).public_url
    return not url.startswith((f"{site}/credentials/", f"{site}/achievements/"))


def accept(db: Session, actor: Actor, issued: Issued, public: bool) -> None:
    """The holder takes it, for everyone to see or for themselves."""
    seen = Visibility.PUBLIC if public else Visibility.PRIVATE
    take(
        db,
        actor,
        issued,
        "accept",
        changes={"accepted_at": clock.now(), "visibility": seen},
        issued_id=issued.id,
    )


def refuse(db: Session, actor: Actor, issued: Issued, words: str = "") -> None:
    """The holder does not want it: nobody reads it any more, and its status list says withdrawn.

    `words` are to the issuer.
    """
    take(db, actor, issued, "refuse", note=words.strip() or None, issued_id=issued.id)
    withdraw(db, issued)


def show_to(db: Session, actor: Actor, issued: Issued, visibility: Visibility) -> None:
    """The holder changes who sees it."""
    require(rules.may_choose_visibility(actor, issued))
    issued.visibility = visibility
    db.add(issued)


def revoke(db: Session, actor: Actor, issued: Issued, reason: str) -> None:
    """Withdrawn for good; both sides read the reason. Its status list says so within a second or two."""
    _with_reason(db, actor, issued, "revoke", reason)
    withdraw(db, issued)


def suspend(db: Session, actor: Actor, issued: Issued, reason: str) -> None:
    """Withdrawn for now. The copies that are out say so for good; reinstating it makes a new one."""
    _with_reason(db, actor, issued, "suspend", reason)
    withdraw(db, issued)


def reinstate(db: Session, actor: Actor, issued: Issued) -> None:
    """End a suspension: it is again what it was before, and the worker signs it anew."""
    step = "reinstate" if issued.accepted_at is not None else "reinstate_offer"
    take(db, actor, issued, step, changes={"withdrawn_reason": ""}, issued_id=issued.id)


def supersede(db: Session, actor: Actor, old: Issued, new: Issued) -> None:
    """`new` stands in the place of `old` from now on; where the old one was accepted, so is the new one.

    Both are of one person and one organisation, else `Forbidden`.
    """
    if old.id == new.id or (old.person_id, old.org_id) != (new.person_id, new.org_id):
        raise Forbidden(_("Only a newer credential of the same person from the same issuer takes its place."))
    take(db, actor, old, "supersede", changes={"superseded_by": new.id}, issued_id=old.id)
    withdraw(db, old)
    new.replaces_id = old.id
    db.add(new)
    db.flush()
    if old.accepted_at is not None and new.status is Status.OFFERED:
        follow_acceptance(db, new)


def follow_acceptance(db: Session, new: Issued) -> None:
    """Accept an offered credential for its holder when they accepted the one it replaces, as open as that one."""
    old = db.get(Issued, new.replaces_id) if new.replaces_id else None
    if old is not None and old.superseded_by == new.id and old.accepted_at is not None:
        accept(db, SYSTEM, new, old.visibility is Visibility.PUBLIC)


def _with_reason(db: Session, actor: Actor, issued: Issued, step: str, reason: str) -> None:
    reason = reason.strip()
    take(
        db, actor, issued, step, note=reason, changes={"withdrawn_reason": reason[:500]}, issued_id=issued.id
    )


def withdraw(db: Session, issued: Issued) -> None:
    """Set a credential's bit wherever it has a place; the worker signs those lists anew."""
    mine = col(StatusEntry.issued_id) == issued.id
    db.exec(update(StatusEntry).where(mine).values(is_set=True))
    touched = select(StatusEntry.list_id).where(mine)
    db.exec(update(StatusList).where(col(StatusList.id).in_(touched)).values(is_stale=True))


def find(db: Session, public_id: str) -> Issued:
    """The credential by what stands in its address, which may be given whole."""
    last = public_id.rstrip("/").rpartition("/")[2].partition(".")[0]
    try:
        return queries.get_issued(db, last)
    except NotFound:
        raise NotFound(_("There is no credential %(id)s here.", id=last)) from None
