"""Writing pathways, and completing them for people: the larger credential is issued once, with the parts as evidence."""

import logging
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from market import clock
from market.access import SYSTEM, Actor, require
from market.accounts.models import Person
from market.credentials import issuing
from market.credentials import queries as credentials
from market.credentials import rules as credential_rules
from market.credentials.models import Achievement, Issued
from market.credentials.rules import AchievementStatus
from market.db import hold
from market.errors import Invalid
from market.outbox import announce
from market.pathways import queries, rules
from market.pathways.models import (
    ExternalCredit,
    Pathway,
    PathwayCompletion,
    PathwayPart,
    PathwayPrerequisite,
)
from market.pathways.queries import Whole
from market.pathways.rules import Credit, Draft, Needs, Part, PathwayStatus, Progress
from market.transitions import take
from market.words import _

log = logging.getLogger(__name__)
SOURCE = "pathway"  # of the credentials issued here


def create(db: Session, actor: Actor, org_id: int, title: str) -> Pathway:
    """A new draft of the organisation."""
    require(rules.may_write(actor, org_id))
    made = Pathway(org_id=org_id, title=title.strip()[: rules.MOST_TITLE])
    db.add(made)
    db.flush()
    return made


def save(
    db: Session,
    actor: Actor,
    pathway: Pathway,
    *,
    title: str,
    summary: str = "",
    needed: int = 1,
    ordered: bool = False,
    target: Achievement | None = None,
    parts: list[tuple[Achievement, bool]] | tuple[tuple[Achievement, bool], ...] = (),
    needs_pathways: list[Pathway] | tuple[Pathway, ...] = (),
    needs_achievements: list[Achievement] | tuple[Achievement, ...] = (),
    credits: list[Credit] | tuple[Credit, ...] = (),
    for_members: bool = False,
) -> None:
    """Rewrite a draft whole. It may be unfinished, but `Invalid` refuses what cannot be; `Forbidden` once published."""
    hold(db, pathway)
    require(rules.may_change(actor, pathway))
    draft = Draft(
        title,
        summary,
        needed,
        ordered,
        queries.thing_of(db, target) if target is not None else None,
        tuple(Part(queries.thing_of(db, one), required) for one, required in parts),
        (
            *(Needs(one.title, pathway=one.public_id) for one in needs_pathways),
            *(Needs(one.name, what=queries.thing_of(db, one)) for one in needs_achievements),
        ),
        tuple(credits),
        for_members,
    )
    found = rules.contradictions(draft)
    if target is not None and target.org_id != pathway.org_id:
        found["target"] = _("Choose what it stacks to among your own achievements.")
    found = _circle(db, pathway, draft) | found
    if found:
        raise Invalid(next(iter(found.values())), **found)
    pathway.title, pathway.summary = title.strip(), summary.strip()
    pathway.needed, pathway.ordered, pathway.for_members = needed, ordered, for_members
    pathway.achievement_id = target.id if target is not None else None
    db.add(pathway)
    _clear(db, pathway)
    for n, (one, required) in enumerate(parts):
        db.add(PathwayPart(pathway_id=pathway.id, position=n, achievement_id=one.id, required=required))
    for before in needs_pathways:
        db.add(PathwayPrerequisite(pathway_id=pathway.id, needs_pathway_id=before.id))
    for held in needs_achievements:
        db.add(PathwayPrerequisite(pathway_id=pathway.id, needs_achievement_id=held.id))
    for credit in credits:
        db.add(ExternalCredit(pathway_id=pathway.id, **credit._asdict()))
    db.flush()


def _clear(db: Session, pathway: Pathway) -> None:
    for table in (PathwayPart, PathwayPrerequisite, ExternalCredit):
        db.exec(delete(table).where(col(table.pathway_id) == pathway.id))
    db.flush()


def discard(db: Session, actor: Actor, pathway: Pathway) -> None:
    """Throw a draft away. Another draft that asked for it to be completed before asks for it no more."""
    hold(db, pathway)  # or it might go out meanwhile
    require(rules.may_change(actor, pathway))
    _clear(db, pathway)
    db.exec(delete(PathwayPrerequisite).where(col(PathwayPrerequisite.needs_pathway_id) == pathway.id))
    announce(db, "pathway.draft_discarded", actor, subject=("pathway", pathway.id))
    db.delete(pathway)
    db.flush()


def _circle(db: Session, pathway: Pathway, draft: Draft) -> dict[str, str]:
    """The reason when the pathway would need itself, by way of those that are published."""
    own = ("pathway", pathway.public_id)
    needs, names = queries.needs_of_published(db)
    way = rules.circle(own, draft, needs)
    if not way:
        return {}
    names |= {("line", part.what.line): part.what.name for part in draft.parts}
    names |= {one.node: one.name for one in draft.needs}
    title = draft.title or _("this pathway")
    if draft.target is not None:
        names[("line", draft.target.line)] = draft.target.name
    told = [title, *(names.get(node, title) if node != own else title for node in way)]
    return {"parts": rules.circle_words(told)}


def unmet(db: Session, whole: Whole) -> dict[str, str]:
    """What is to be mended before this can be published, by field."""
    found = _circle(db, whole.pathway, whole.draft) | rules.missing(whole.draft)
    if whole.organisation.verified_at is None:
        found.setdefault("target", _("The organisation is not verified yet. A moderator looks at it first."))
    return found


def publish(db: Session, actor: Actor, pathway: Pathway) -> None:
    """From now on it stays as it is, and people complete it: those who hold enough already at once.

    `Invalid` with what is missing. One is published at a time, so that two that need each other cannot pass together.
    """
    hold(db, pathway)  # before the table, as whoever saves does
    require(rules.may_change(actor, pathway))
    if db.get_bind().dialect.name == "postgresql":
        db.connection().execute(text("LOCK TABLE pathway IN SHARE ROW EXCLUSIVE MODE"))
    found = unmet(db, queries.whole(db, pathway))
    if found:
        raise Invalid(next(iter(found.values())), **found)
    take(db, actor, pathway, "publish", changes={"published_at": clock.now()}, pathway_id=pathway.id)


def retire(db: Session, actor: Actor, pathway: Pathway) -> None:
    """Nobody begins it any more. Whoever holds a part from before can still complete it."""
    take(db, actor, pathway, "retire", changes={"retired_at": clock.now()}, pathway_id=pathway.id)


def copy(db: Session, actor: Actor, pathway: Pathway) -> Pathway:
    """A draft that says the same, to be changed and published in its place."""
    require(rules.may_write(actor, pathway.org_id))
    made = create(db, actor, pathway.org_id, pathway.title)
    for name in ("summary", "needed", "ordered", "achievement_id", "for_members"):
        setattr(made, name, getattr(pathway, name))
    db.add(made)
    for table in (PathwayPart, PathwayPrerequisite, ExternalCredit):
        for row in db.exec(select(table).where(table.pathway_id == pathway.id).order_by(col(table.id))):
            db.add(table(**row.model_dump(exclude={"id", "pathway_id"}), pathway_id=made.id))
    db.flush()
    return made


def progress_of(db: Session, person_id: int, found: list[Whole]) -> dict[int, Progress]:
    """How far a person is on these pathways, by the inner id of the pathway. Two statements."""
    held = rules.earned(queries.rows_of(db, person_id), clock.now())
    completed = queries.completed_of(db, person_id, held)
    return {one.pathway.id: rules.progress(one.draft, held, completed) for one in found}


class Way(NamedTuple):
    """A pathway that someone has begun or completed."""

    whole: Whole
    progress: Progress
    done: PathwayCompletion | None


def way_of(db: Session, person_id: int, org_ids: tuple[int, ...] = (), most: int = 6) -> list[Way]:
    """The pathways a person has begun, the nearest to their end first, and then those completed; of those for
    members, the ones of `org_ids`."""
    held = rules.earned(queries.rows_of(db, person_id), clock.now())
    found = queries.touching(db, {one.line for one in held})
    done, completed = queries.completions_of(db, person_id), queries.completed_of(db, person_id, held)
    rows = [
        Way(one, rules.progress(one.draft, held, completed), done.get(one.pathway.id))
        for one in queries.wholes(db, found)
    ]
    kept = [
        row
        for row in rows
        if row.done is not None
        or (
            row.progress.has_begun
            and row.whole.pathway.status is PathwayStatus.PUBLISHED
            and (not row.whole.pathway.for_members or row.whole.pathway.org_id in org_ids)
        )
    ]
    kept.sort(key=lambda row: (row.done is not None, row.progress.left, row.whole.pathway.id))
    return kept[:most]


def complete_for(db: Session, person_id: int) -> list[PathwayCompletion]:
    """Complete every pathway that this person has reached the end of and not completed yet.

    What is counted stays as it is until the transaction ends, so that nothing is completed by what is being revoked.
    """
    person = db.get(Person, person_id)
    if person is None:
        return []
    held = rules.earned(queries.rows_of(db, person_id, locked=True), clock.now())
    completed = queries.completed_of(db, person_id, held)
    waiting = queries.touching(db, [one.line for one in held], but_done_by=person_id)
    made = []
    for one in queries.wholes(db, waiting):
        reached = rules.progress(one.draft, held, completed)
        member = not one.draft.for_members or queries.is_member(db, one.pathway.org_id, person_id)
        pathway = one.pathway
        if rules.may_complete(pathway.status, pathway.retired_at, reached, is_member=member):
            done = _complete(db, one, person_id, reached)
            if done is not None:
                made.append(done)
    return made


def _complete(db: Session, whole: Whole, person_id: int, reached: Progress) -> PathwayCompletion | None:
    """Write it down and issue what is due; None when another worker was quicker."""
    made = PathwayCompletion(pathway_id=whole.pathway.id, person_id=person_id)
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError:
        return None
    _issue(db, made, whole, reached.ids)
    announce(
        db,
        "pathway.completed",
        SYSTEM,
        subject=("pathway_completion", made.id),
        pathway_id=whole.pathway.id,
        person_id=person_id,
    )
    return made


def _issue(db: Session, done: PathwayCompletion, whole: Whole, part_ids: tuple[int, ...]) -> bool:
    """Issue the larger credential by its newest version; False while that cannot be (the timer tries again)."""
    newest = None
    if whole.draft.target is not None:
        newest = db.exec(
            select(Achievement).where(
                Achievement.line == whole.draft.target.line,
                Achievement.status == AchievementStatus.PUBLISHED,
            )
        ).first()
    if newest is None:
        return False
    allowed = credential_rules.may_issue(
        SYSTEM,
        newest,
        is_verified=credentials.is_verified(db, newest.org_id),
        to=credentials.recipient(db, done.person_id),
    )
    if not allowed:
        log.warning("a pathway was completed, nothing issued", extra={"id": done.id, "why": allowed.reason})
        return False
    issued = issuing.issue(
        db,
        SYSTEM,
        newest,
        done.person_id,
        source=(SOURCE, whole.pathway.id),
        parts=[db.get_one(Issued, one) for one in part_ids],
    )
    done.issued_id = issued.id
    db.add(done)
    db.flush()
    return True


def issue_owed(db: Session, done: PathwayCompletion) -> bool:
    """Issue what is still due for something completed, by the parts that stand now."""
    whole = queries.whole(db, db.get_one(Pathway, done.pathway_id))
    held = rules.earned(queries.rows_of(db, done.person_id, locked=True), clock.now())
    reached = rules.progress(whole.draft, held)
    return _issue(db, done, whole, reached.ids)
