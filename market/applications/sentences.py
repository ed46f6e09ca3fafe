"""What applications say in words: a state, what comes next, a reason, a step that was taken. One place for both sides."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from market.applications.models import Application, Offer
from market.applications.rules import DeclineCode, OfferStatus, RejectCode, Side, Status, day, is_overdue
from market.transitions import Transition
from market.words import _

Tag = tuple[str, str, str]  # kind, glyph and words of `ui.status`


def tag(status: Status, side: Side) -> Tag:
    """A state as a mark in a list."""
    talent = side is Side.TALENT
    return {
        Status.DRAFT: ("", "dash", _("Draft, not sent")),
        Status.SUBMITTED: ("", "letter", _("Sent") if talent else _("Not read yet")),
        Status.IN_REVIEW: ("", "half", _("Being read")),
        Status.SHORTLISTED: ("way", "arrow", _("Shortlisted")),
        Status.POOLED: ("", "clock", _("Kept for later")),
        Status.OFFERED: ("way", "letter", _("Offer")),
        Status.ACCEPTED: ("ok", "check", _("Signed")),
        Status.DECLINED: ("", "cross", _("Declined")),
        Status.WITHDRAWN: ("", "dash", _("Taken back")),
        Status.OFFER_WITHDRAWN: ("", "cross", _("Offer taken back")),
        Status.OFFER_DECLINED: ("", "cross", _("Offer declined")),
        Status.OFFER_EXPIRED: ("warn", "clock", _("Offer lapsed")),
        Status.AUTO_CLOSED: ("", "dash", _("Closed unanswered")),
        Status.NOT_SELECTED: ("", "dash", _("Not chosen")),
        Status.OPPORTUNITY_CANCELLED: ("", "cross", _("Opening cancelled")),
    }[status]


def mark(status: Status, answer_due_at: datetime | None, side: Side, now: datetime, zone: str) -> Tag:
    """The same, amber where an answer is overdue."""
    waits = status in (Status.SUBMITTED, Status.IN_REVIEW, Status.SHORTLISTED)
    if waits and answer_due_at is not None and answer_due_at < now:
        return ("warn", "clock", _("Overdue since %(day)s", day=day(answer_due_at, zone)))
    return tag(status, side)


def standing(application: Application, who: str, side: Side, now: datetime, zone: str) -> str:
    """How it stands and what comes next, in one or two sentences. `who` is the other side's name."""
    due = day(application.answer_due_at, zone) if application.answer_due_at else ""
    if is_overdue(application, now):
        if side is Side.TALENT:
            return _("The answer was promised for %(day)s. We have reminded %(who)s.", day=due, who=who)
        return _("You promised an answer by %(day)s. %(who)s is still waiting.", day=due, who=who)
    talent = {
        Status.DRAFT: _("This is a draft. Nobody else sees it."),
        Status.SUBMITTED: _("%(who)s answers by %(day)s.", who=who, day=due),
        Status.IN_REVIEW: _("It is being read. %(who)s answers by %(day)s.", who=who, day=due),
        Status.SHORTLISTED: _("You are on the shortlist. %(who)s answers by %(day)s.", who=who, day=due),
        Status.POOLED: _("%(who)s would like to ask you again later, as you agreed.", who=who),
        Status.OFFERED: _("%(who)s and you are agreeing on terms.", who=who),
        Status.ACCEPTED: _("Both sides have signed. The place is yours."),
        Status.DECLINED: _("%(who)s has said no. Their reason is below.", who=who),
        Status.WITHDRAWN: _("You took this application back."),
        Status.OFFER_WITHDRAWN: _("%(who)s took the offer back. Their reason is below.", who=who),
        Status.OFFER_DECLINED: _("You declined the offer."),
        Status.OFFER_EXPIRED: _("The offer lapsed before it was signed. %(who)s can make another.", who=who),
        Status.AUTO_CLOSED: _(
            "%(who)s did not answer for sixty days, so we closed it. That is on their record.", who=who
        ),
        Status.NOT_SELECTED: _("All places went to other people. You may agree to be asked again."),
        Status.OPPORTUNITY_CANCELLED: _(
            "%(who)s cancelled this opening. It has nothing to do with you.", who=who
        ),
    }
    employer = {
        Status.SUBMITTED: _("Not read yet. You promised an answer by %(day)s.", day=due),
        Status.IN_REVIEW: _(
            "%(who)s sees that you are reading. You promised an answer by %(day)s.", who=who, day=due
        ),
        Status.SHORTLISTED: _("On your shortlist. You promised an answer by %(day)s.", day=due),
        Status.POOLED: _("Kept for later, with their agreement."),
        Status.OFFERED: _("You and %(who)s are agreeing on terms.", who=who),
        Status.ACCEPTED: _("Both sides have signed."),
        Status.DECLINED: _("You said no. %(who)s has read your reason.", who=who),
        Status.WITHDRAWN: _("%(who)s took this application back.", who=who),
        Status.OFFER_WITHDRAWN: _("You took the offer back."),
        Status.OFFER_DECLINED: _("%(who)s declined the offer.", who=who),
        Status.OFFER_EXPIRED: _("The offer lapsed before it was signed. You can make another."),
        Status.AUTO_CLOSED: _("It was closed after sixty days without an answer."),
        Status.NOT_SELECTED: _("All places were taken by others."),
        Status.OPPORTUNITY_CANCELLED: _("The opening was cancelled."),
    }
    if application.status == Status.AUTO_CLOSED and application.decided_at is not None:
        return _("It was kept for later, and the agreement to be asked again has ended.")
    return (talent if side is Side.TALENT else employer).get(Status(application.status), "")


def decline_words(code: str | None) -> str:
    """A refusal's reason, as both sides read it."""
    return (
        {
            DeclineCode.EVIDENCE: _("More evidence was needed in what is essential"),
            DeclineCode.OTHERS: _("Others showed more of what is essential"),
            DeclineCode.ANSWERS: _("The answers did not fit what was asked"),
            DeclineCode.TIMING: _("The dates do not fit"),
            DeclineCode.PLANS: _("The plans have changed"),
            DeclineCode.OTHER: _("Another reason"),
        }.get(DeclineCode(code), "")
        if code
        else ""
    )


def reject_words(code: str | None) -> str:
    """Why a person declined an offer, as both sides read it."""
    return (
        {
            RejectCode.FOUND_OTHER: _("Found something else"),
            RejectCode.PAY: _("The pay"),
            RejectCode.DAYS_OR_PLACE: _("The days or the place"),
            RejectCode.OTHER: _("Something else"),
        }.get(RejectCode(code), "")
        if code
        else ""
    )


_STEPS = {
    "submit": lambda: _("Sent"),
    "resubmit": lambda: _("Sent again"),
    "withdraw": lambda: _("Taken back"),
    "open": lambda: _("Being read"),
    "shortlist": lambda: _("Shortlisted"),
    "decline": lambda: _("Declined"),
    "reconsider": lambda: _("Reconsidered"),
    "pool": lambda: _("Kept for later"),
    "revive": lambda: _("Taken up again"),
    "offer": lambda: _("Offer made"),
    "counter": lambda: _("Other terms suggested"),
    "accept": lambda: _("Signed by both"),
    "rescind": lambda: _("Offer taken back"),
    "reject": lambda: _("Offer declined"),
    "lapse": lambda: _("Offer lapsed"),
    "auto_close": lambda: _("Closed"),
    "not_select": lambda: _("All places taken"),
    "cancel": lambda: _("Opening cancelled"),
}


class Happened(NamedTuple):
    """One line of the timeline, as `ui.timeline` takes it."""

    state: str
    title: str
    note: str
    tag: None = None


def timeline(steps: Sequence[Transition], application: Application, side: Side, zone: str) -> list[Happened]:
    """What happened so far. A reason that was not shared is not told to the other side."""
    told = []
    for number, step in enumerate(steps, 1):
        note = [_("%(day)s.", day=day(step.at, zone)), _why(step)]
        hidden = step.step == "decline" and side is Side.TALENT and not application.decline_shared
        if step.note and not hidden:
            note.append(f"“{step.note}”")
        title = _STEPS[step.step]()
        told.append(
            Happened("now" if number == len(steps) else "done", title, " ".join(n for n in note if n))
        )
    return told


def _why(step: Transition) -> str:
    if step.step == "decline":
        return decline_words(step.reason) + "."
    if step.step == "reject":
        return reject_words(step.reason) + "."
    return {
        "hired_elsewhere": _("Taken back because another offer was signed, as asked."),
        "unanswered": _("Nobody answered for sixty days."),
        "consent_ended": _("The agreement to be asked again has run out."),
        "consent_withdrawn": _("The agreement to be asked again was taken back."),
        "expired": _("It was not signed within seven days."),
    }.get(step.reason or "", "")


def version_words(offer: Offer, org: str, person: str, side: Side) -> str:
    """Whose version it is."""
    mine = (offer.proposed_by == Side.TALENT) == (side is Side.TALENT)
    who = org if offer.proposed_by == Side.EMPLOYER else person
    if mine:
        return _("Version %(n)s, from you", n=offer.version)
    return _("Version %(n)s, from %(who)s", n=offer.version, who=who)


def offer_tag(offer: Offer) -> Tag:
    """The state of one version of the terms."""
    return {
        OfferStatus.OPEN: ("ok", "letter", _("On the table")),
        OfferStatus.ACCEPTED: ("ok", "check", _("Signed by both")),
        OfferStatus.COUNTERED: ("", "dash", _("Replaced by other terms")),
        OfferStatus.RESCINDED: ("", "cross", _("Taken back")),
        OfferStatus.REJECTED: ("", "cross", _("Declined")),
        OfferStatus.EXPIRED: ("warn", "clock", _("Lapsed")),
    }[OfferStatus(offer.status)]
