"""Applying, taking it back, and deciding: every step of an application but those about an offer (see offers.py).

Whatever touches an opening's counters or seats locks the opening's row first, and the application after it; so two
people never wait for each other, and a number is never lost.
"""

from collections.abc import Mapping

from sqlmodel import Session, col, delete

from market import clock, transitions
from market.access import SYSTEM, Actor, Decision, require
from market.accounts.queries import is_blocked
from market.applications import queries, rules
from market.applications.gap import gap_report
from market.applications.models import Answer, Application
from market.applications.rules import DeclineCode, Side, Status
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities import seats
from market.opportunities.models import Addendum, Opportunity, Question
from market.opportunities.queries import questions_of
from market.words import _


class TermsChanged(Conflict):
    """The opening's terms changed after the person read them; `addenda` say how. What they wrote is theirs to keep."""

    def __init__(self, addenda: list[Addendum]) -> None:
        super().__init__(
            _("The terms have changed since you read them. Read what is new, then send it again.")
        )
        self.addenda = addenda


def lock(db: Session, opportunity_id: int) -> Opportunity:
    """The opening as it stands now, its row held until this transaction ends."""
    return db.get_one(Opportunity, opportunity_id, populate_existing=True, with_for_update=True)


def save_draft(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    answers: Mapping[int, str],
    *,
    version: int = 0,
    withdraw_if_hired: bool = False,
    agrees_to_pool: bool = False,
) -> Application:
    """Keep what has been written so far, as it is: a draft may be empty or too long. Only its author sees it."""
    opening = lock(db, opportunity.id)
    application = _begin(db, actor, opening)
    if application.status != Status.DRAFT:
        raise Conflict(_("This was sent before. It can be sent again, and is no draft any more."))
    _write(db, application, opening, answers, version or opening.version, withdraw_if_hired, agrees_to_pool)
    return application


def discard_draft(db: Session, actor: Actor, application: Application) -> None:
    """Throw away what was never sent. Nobody but its author knew of it, so nobody hears that it is gone."""
    _own(actor, application)
    lock(db, application.opportunity_id)
    db.refresh(application)  # it may have been sent while the opening's row was waited for
    if application.status != Status.DRAFT:
        raise Conflict(_("This was sent before, and is no draft any more."))
    db.exec(delete(Answer).where(col(Answer.application_id) == application.id))
    db.delete(application)
    db.flush()


def apply(
    db: Session,
    actor: Actor,
    opportunity: Opportunity,
    answers: Mapping[int, str] | None = None,
    *,
    version: int = 0,
    withdraw_if_hired: bool = False,
    agrees_to_pool: bool = False,
) -> Application:
    """Send an application: a new one, a draft, or one that was taken back. `answers` are by the question's position.

    `version` is the version of the terms the person read (0: the one that stands). Raises `Forbidden` with the reason
    when they may not apply, `TermsChanged` when the terms are others by now, `Invalid` with the fields `answers-N`.
    """
    opening = lock(db, opportunity.id)
    application = _begin(db, actor, opening)
    if 0 < version < opening.version:
        raise TermsChanged(queries.changes_since(db, opening, version))
    given = dict(answers or {})
    wrong = answer_problems(questions_of(db, opening.id), given)
    if wrong:
        raise Invalid(_("Some answers need mending."), **wrong)
    _write(db, application, opening, given, opening.version, withdraw_if_hired, agrees_to_pool)
    _send(db, actor, application, opening)
    return application


submit = apply


def resubmit(db: Session, actor: Actor, application: Application, *, version: int = 0) -> None:
    """Send again, unchanged, what was taken back. Raises `TermsChanged` when the terms are others than it was sent for."""
    _own(actor, application)
    opening = lock(db, application.opportunity_id)
    if application.status != Status.WITHDRAWN:
        raise Conflict(_("This application was not taken back."))
    require(_may_apply(db, actor, opening, application.status))
    read = max(version, application.opportunity_version)
    if read < opening.version:
        raise TermsChanged(queries.changes_since(db, opening, read))
    application.opportunity_version = opening.version
    _send(db, actor, application, opening)


def answer_problems(questions: list[Question], answers: Mapping[int, str]) -> dict[str, str]:
    """What is wrong with each answer, by its field `answers-N`; empty when they can go."""
    wrong = {}
    for question in questions:
        text = answers.get(question.position, "").strip()
        if not text:
            wrong[f"answers-{question.position}"] = _("Answer this in a sentence or two.")
        elif len(text) > question.most_characters:
            wrong[f"answers-{question.position}"] = _(
                "Your answer is %(n)s characters long. Shorten it to %(most)s.",
                n=len(text),
                most=question.most_characters,
            )
    return wrong


def may_apply(db: Session, actor: Actor, opportunity: Opportunity) -> Decision:
    """Whether this actor may apply now, with the reason if not: for the board beside an opening."""
    earlier = queries.application_of(db, opportunity.id, actor.id) if actor.is_signed_in else None
    return _may_apply(db, actor, opportunity, earlier.status if earlier else None)


def _may_apply(db: Session, actor: Actor, opportunity: Opportunity, earlier: Status | None) -> Decision:
    blocked = actor.is_signed_in and is_blocked(db, actor.id, org_id=opportunity.org_id)
    return rules.may_apply(actor, opportunity, earlier, blocked=blocked, now=clock.now())


def _begin(db: Session, actor: Actor, opening: Opportunity) -> Application:
    """The person's application for this opening, a new draft where there is none. The opening's row is held."""
    found = queries.application_of(db, opening.id, actor.id)
    allowed = _may_apply(db, actor, opening, found.status if found else None)
    if not allowed and found is not None and found.status not in (Status.DRAFT, Status.WITHDRAWN):
        raise Conflict(allowed.reason)
    require(allowed)
    if found is None:
        found = Application(
            opportunity_id=opening.id,
            opportunity_version=opening.version,
            org_id=opening.org_id,
            person_id=actor.id,
        )
        db.add(found)
        db.flush()
    return found


def _write(
    db: Session,
    application: Application,
    opening: Opportunity,
    answers: Mapping[int, str],
    version: int,
    withdraw_if_hired: bool,
    agrees_to_pool: bool,
) -> None:
    application.opportunity_version = min(version, opening.version)
    application.withdraw_if_hired = withdraw_if_hired
    _agree(application, agrees_to_pool)
    db.exec(delete(Answer).where(col(Answer.application_id) == application.id))
    for question in questions_of(db, opening.id):
        text = answers.get(question.position, "").strip()
        db.add(
            Answer(
                application_id=application.id,
                position=question.position,
                question=question.text,
                text=text,
            )
        )
    db.add(application)
    db.flush()


def _send(db: Session, actor: Actor, application: Application, opening: Opportunity) -> None:
    now = clock.now()
    transitions.take(
        db,
        actor,
        application,
        "submit" if application.status == Status.DRAFT else "resubmit",
        changes={
            "submitted_at": now,
            "answer_due_at": rules.answer_due(opening, now),
            "overdue_told_at": None,
            "decided_at": None,
            "decline_code": None,
            "decline_text": None,
            "gap_report": None,
        },
        opportunity_id=opening.id,
        org_id=opening.org_id,
        person_id=application.person_id,
    )
    seats.add_applicant(db, opening)


def withdraw(db: Session, actor: Actor, application: Application, note: str = "") -> None:
    """Take an application back. Terms on the table go with it."""
    _own(actor, application)
    lock(db, application.opportunity_id)
    take_back(db, actor, application, note=note)


def take_back(
    db: Session, actor: Actor, application: Application, *, reason: str | None = None, note: str = ""
) -> None:
    """The same for whoever holds the opening's row already: the person, or the system for those who ticked the box."""
    from market.applications.offers import put_aside

    put_aside(db, actor, application, "withdrawn")
    take(db, actor, application, "withdraw", reason=reason, note=note or None)
    seats.drop_applicant(db, db.get_one(Opportunity, application.opportunity_id))


def take(
    db: Session,
    actor: Actor,
    application: Application,
    step: str,
    *,
    reason: str | None = None,
    note: str | None = None,
    changes: dict[str, object] | None = None,
    **ids: int | str | bool | None,
) -> None:
    """One step of an application; its events say whose it is and where."""
    transitions.take(
        db,
        actor,
        application,
        step,
        facts=clock.now(),
        reason=reason,
        note=note,
        changes=changes,
        opportunity_id=application.opportunity_id,
        org_id=application.org_id,
        person_id=application.person_id,
        **ids,
    )


def open_(db: Session, actor: Actor, application: Application) -> bool:
    """Begin to read: the applicant sees that it is being read. False when it was opened before, which is no fault."""
    _theirs(actor, application)
    if application.status != Status.SUBMITTED:
        return False
    take(db, actor, application, "open")
    return True


def shortlist(db: Session, actor: Actor, application: Application) -> None:
    """Among those to be chosen from. The applicant sees it."""
    _theirs(actor, application)
    take(db, actor, application, "shortlist")


def decline(
    db: Session,
    actor: Actor,
    application: Application,
    code: DeclineCode | str,
    text: str = "",
    *,
    share: bool = True,
) -> None:
    """Say no, with a reason. The applicant reads it and what would have closed the gap; the words, if `share`."""
    _theirs(actor, application)
    chosen = DeclineCode(code)
    if chosen is DeclineCode.OTHER and not text.strip():
        raise Invalid(
            _("Say why, in your own words: the other side reads it."),
            text=_("Say why, in your own words: the other side reads it."),
        )
    opening = db.get_one(Opportunity, application.opportunity_id)
    take(
        db,
        actor,
        application,
        "decline",
        reason=chosen.value,
        note=text.strip() or None,
        changes={
            "decline_code": chosen.value,
            "decline_text": text.strip() or None,
            "decline_shared": share,
            "decided_at": clock.now(),
            "gap_report": gap_report(db, opening, application.person_id),
        },
    )


def reconsider(db: Session, actor: Actor, application: Application) -> None:
    """Take up again what was declined."""
    _theirs(actor, application)
    take(db, actor, application, "reconsider", changes={"decided_at": None})


def pool(db: Session, actor: Actor, application: Application) -> None:
    """Keep someone for later, who has agreed to be asked again, for as long as they have."""
    _theirs(actor, application)
    _in_contact(db, application)
    take(db, actor, application, "pool", changes={"decided_at": application.decided_at or clock.now()})


def revive(db: Session, actor: Actor, application: Application) -> None:
    """Take up again someone who was kept for later, not chosen, or left without an answer: with their consent."""
    _theirs(actor, application)
    _in_contact(db, application)
    due = rules.answer_due_again(db.get_one(Opportunity, application.opportunity_id), clock.now())
    take(
        db,
        actor,
        application,
        "revive",
        changes={
            "decided_at": None,
            "answer_due_at": due,
            "overdue_told_at": None,
            "revived_at": clock.now(),
        },
    )


def agree_to_pool(db: Session, actor: Actor, application: Application, *, agrees: bool) -> None:
    """Agree to be asked again, for half a year from now, or take that back; whoever was kept for later is let go."""
    _own(actor, application)
    _agree(application, agrees)
    db.add(application)
    db.flush()
    if not agrees and application.status == Status.POOLED:
        take(db, SYSTEM, application, "auto_close", reason="consent_withdrawn")


def _agree(application: Application, agrees: bool) -> None:
    application.agrees_to_pool = agrees
    application.pool_until = clock.now() + rules.CONSENT_LASTS if agrees else None


def _own(actor: Actor, application: Application) -> None:
    if rules.side_of(actor, application) is not Side.TALENT:
        raise Forbidden(_("Only the person who applied does this."))


def _theirs(actor: Actor, application: Application) -> None:
    if rules.side_of(actor, application) is not Side.EMPLOYER:
        raise Forbidden(_("Only owners and recruiters of the organisation decide about applications."))


def _in_contact(db: Session, application: Application) -> None:
    if is_blocked(db, application.person_id, org_id=application.org_id):
        raise Forbidden(_("You and this person have no contact here any more."))
