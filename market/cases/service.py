"""Reporting a thing, and what a moderator decides about it."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from market import clock, outbox
from market.access import Actor, Decision, require
from market.accounts import suspending
from market.accounts.models import Organisation, Person, PersonStatus
from market.accounts.organisations import unverify_organisation
from market.cases import queries, rules, things
from market.cases.models import Report
from market.cases.rules import About, Reason, Status, Verdict
from market.cases.things import Thing
from market.errors import Conflict, Invalid, NotFound
from market.evidence.service import tell_indexes
from market.messages import service as messages
from market.messages.models import Message
from market.opportunities import service as opportunities
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as Opening
from market.reviews import service as reviews
from market.reviews.models import Review
from market.transitions import take
from market.words import _


def report(db: Session, actor: Actor, thing: Thing, reason: Reason, text: str) -> Report:
    """Say that a thing breaks the rules; moderators hear of it. `Conflict` when one's report of it is open already."""
    require(may_report(actor, thing))
    made = Report(
        about_kind=thing.kind,
        about_id=thing.id,
        reporter_id=actor.id,
        person_id=thing.person_id,
        org_id=thing.org_id,
        reason=reason,
        text=text.strip(),
    )
    try:
        with db.begin_nested():
            db.add(made)
            db.flush()
    except IntegrityError:
        raise Conflict(_("You have reported this. A moderator looks at it and answers you.")) from None
    if thing.kind is About.REVIEW:
        reviews.report(db, actor, db.get_one(Review, thing.id))
    outbox.announce(
        db, "report.opened", actor, subject=("report", made.id), about=str(thing.kind), about_id=thing.id
    )
    if thing.work_id is not None:  # moderators may read the work it is about, for a while
        subject = ("engagement", thing.work_id)
        outbox.announce(
            db, "engagement.concerned", actor, subject=subject, reason=reason.value, report_id=made.id
        )
    return made


def may_report(actor: Actor, thing: Thing) -> Decision:
    return rules.may_report(actor, author_id=thing.person_id, org_id=thing.org_id, own=thing.own)


def decide(
    db: Session, moderator: Actor, found: Report, verdict: Verdict, answer: str, instead: str = ""
) -> None:
    """Decide a report, and with it every other open report of the same thing. `answer` is what both sides read.

    Raises `Conflict` when another moderator was first, `Invalid` where the words that may stand are missing.
    """
    require(rules.may_decide(moderator, found))
    if found.status is not Status.OPEN:
        raise Conflict(_("Another moderator has decided this."))
    thing = things.load(db, found.about_kind, found.about_id)
    if thing is None:
        raise NotFound(_("What was reported is gone."))
    if verdict is Verdict.REDACTED and not instead.strip():
        words = _("Write the text that may stand, with the words taken out.")
        raise Invalid(words, instead=words)
    same = queries.open_about(db, found.about_kind, found.about_id)
    for one in same if found in same else [found]:
        if "moderator" not in rules.parties(moderator, one):
            continue  # one's own report of the same thing is decided by someone else
        take(
            db,
            moderator,
            one,
            "decide",
            facts=verdict,
            reason=str(verdict),
            note=answer,
            changes={
                "decision": verdict,
                "answer": answer,
                "decided_by": moderator.id,
                "decided_at": clock.now(),
            },
            about_id=one.about_id,
        )
    _carry_out(db, moderator, thing, verdict, answer, instead.strip())


def _carry_out(
    db: Session, moderator: Actor, thing: Thing, verdict: Verdict, answer: str, instead: str
) -> None:
    """What the verdict changes. A thing that changed meanwhile (an opening that was cancelled) is left as it is."""
    if thing.kind is About.REVIEW:
        reviews.moderate(db, moderator, db.get_one(Review, thing.id), str(verdict), instead or None)
    elif thing.kind is About.MESSAGE and verdict is not Verdict.KEPT:
        messages.remove(db, moderator, db.get_one(Message, thing.id))
    elif verdict is Verdict.CANCELLED:
        opening = db.get_one(Opportunity, thing.id)
        if opening.status is not Opening.CANCELLED:
            opportunities.cancel(db, moderator, opening, note=answer, reason="moderator")
    elif verdict is Verdict.UNVERIFIED:
        unverify_organisation(db, moderator, db.get_one(Organisation, thing.id))
    if verdict is Verdict.SUSPENDED and thing.person_id is not None:
        person = db.get_one(Person, thing.person_id)
        if person.status is PersonStatus.ACTIVE:
            suspending.suspend(db, moderator, person, answer)
            tell_indexes(db, person.id)


def restore(db: Session, moderator: Actor, found: Report) -> None:
    """Open the account again that this report's decision closed."""
    require(rules.may_decide(moderator, found))
    if found.decision is not Verdict.SUSPENDED or found.person_id is None:
        raise Conflict(_("This decision closed no account."))
    suspending.restore(db, moderator, db.get_one(Person, found.person_id))
    tell_indexes(db, found.person_id)
