"""What an event is about: the rows it names, read once, and the ids that a notification keeps of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from market.accounts.models import Organisation
from market.applications.models import Application, InvitationToApply, Offer
from market.apprenticeships.models import SoftRound
from market.cases.models import Report
from market.credentials.models import Issued
from market.engagements.models import Assessment, Engagement, Milestone
from market.messages.models import About, Message, Thread
from market.opportunities.models import Opportunity
from market.outbox import Event
from market.pathways.models import Pathway, PathwayCompletion
from market.programmes.models import Programme
from market.reviews.models import Review, ReviewPair
from market.skills.models import Skill
from market.wallet.models import Held

T = TypeVar("T", bound=SQLModel)


@dataclass
class Context:
    """The rows an event is about, as far as it is about them. `person_id` is the talent, or the person it is about."""

    event: Event
    opening: Opportunity | None = None
    application: Application | None = None
    offer: Offer | None = None
    work: Engagement | None = None
    soft_round: SoftRound | None = None
    part: Milestone | None = None
    pair: ReviewPair | None = None
    review: Review | None = None
    thread: Thread | None = None
    skill: Skill | None = None
    held: Held | None = None
    report: Report | None = None
    credential: Issued | None = None
    pathway: Pathway | None = None
    programme: Programme | None = None
    organisation: Organisation | None = None
    person_id: int | None = None
    org_id: int | None = None

    @property
    def actor_id(self) -> int | None:
        return self.event.actor_id

    @property
    def by_system(self) -> bool:
        return self.event.actor_id is None

    @property
    def by_talent(self) -> bool:
        """Was it the talent's own step?"""
        return self.event.actor_id is not None and self.event.actor_id == self.person_id

    def params(self, due: datetime | date | None) -> dict[str, Any]:
        """Ids, dates and codes: all that a notification keeps. No name, no text, no address."""
        rows = {
            "opening": self.opening, "application": self.application, "offer": self.offer, "work": self.work,
            "part": self.part, "pair": self.pair, "skill": self.skill, "report": self.report,
            "held": self.held,
            "credential": self.credential,
            "pathway": self.pathway,
            "programme": self.programme,
        }  # fmt: skip
        kept: dict[str, Any] = {name: row.id for name, row in rows.items() if row is not None}
        kept |= {"person": self.person_id, "org": self.org_id, "actor": self.event.actor_id}
        kept |= {"reason": self.event.reason, "status": self.event.to_status}
        if self.offer is not None:
            kept["version"] = self.offer.version
        if self.part is not None:
            kept["version"] = self.part.version
        if self.report is not None:
            kept |= {"about": str(self.report.about_kind), "decision": self.report.decision}
        kept["due"] = due.isoformat() if due is not None else None
        return {name: value for name, value in kept.items() if value not in (None, "")}


def context_of(db: Session, event: Event) -> Context:
    """The rows that the subject of an event leads to."""
    found = Context(event)
    subject, payload = event.subject_id, event.payload
    match event.subject_kind:
        case "opportunity":
            found.opening = db.get(Opportunity, subject)
        case "application":
            found.application = db.get(Application, subject)
            found.offer = _row(db, Offer, payload.get("offer_id"))
        case "offer":
            found.offer = db.get(Offer, subject)
        case "invitation_to_apply":
            asked = db.get(InvitationToApply, subject)
            found.opening = _row(db, Opportunity, asked.opportunity_id if asked else None)
            found.person_id = asked.person_id if asked else None
        case "engagement":
            found.work = db.get(Engagement, subject)
            found.part = _row(db, Milestone, payload.get("part_id"))
            found.soft_round = _row(db, SoftRound, payload.get("soft_round_id"))
        case "milestone":
            found.part = db.get(Milestone, subject)
        case "session" | "appeal":
            found.work = _row(db, Engagement, payload.get("engagement_id"))
        case "assessment":
            assessed = db.get(Assessment, subject)
            found.work = _row(db, Engagement, assessed.engagement_id if assessed else None)
        case "waiting":
            found.opening = _row(db, Opportunity, payload.get("opportunity_id"))
            found.programme = _row(db, Programme, payload.get("programme_id"))
            found.org_id = found.programme.org_id if found.programme is not None else None
            found.person_id = payload.get("person_id")
        case "review_pair":
            found.pair = db.get(ReviewPair, subject)
        case "review":
            found.review = db.get(Review, subject)
            found.pair = _row(db, ReviewPair, found.review.pair_id if found.review else None)
        case "message":
            said = db.get(Message, subject)
            found.thread = _row(db, Thread, said.thread_id if said else None)
        case "held":
            found.held = db.get(Held, subject)
            found.person_id = payload.get("person_id")
        case "skill":
            found.skill = db.get(Skill, subject)
            found.person_id = found.skill.proposed_by if found.skill else None
        case "organisation":
            found.organisation = db.get(Organisation, subject)
            found.org_id, found.person_id = subject, payload.get("person_id")
        case "person" | "evidence":
            found.person_id = payload.get("person_id") or subject
            found.skill = _row(db, Skill, payload.get("skill_id"))
        case "issued":
            found.credential = db.get(Issued, subject)
        case "pathway_completion":
            done = db.get(PathwayCompletion, subject)
            found.pathway = _row(db, Pathway, payload.get("pathway_id"))
            found.credential = _row(db, Issued, done.issued_id if done is not None else None)
            found.person_id = payload.get("person_id")
            found.org_id = found.pathway.org_id if found.pathway is not None else None
        case "report":
            found.report = db.get(Report, subject)
            if found.report is not None:
                found.person_id, found.org_id = found.report.person_id, found.report.org_id
    _follow(db, found)
    return found


def _follow(db: Session, found: Context) -> None:
    """From what was found to whose it is: a milestone to its work, an offer to its application and opening."""
    if found.thread is not None:
        if found.thread.about_kind is About.APPLICATION:
            found.application = db.get(Application, found.thread.about_id)
        else:
            found.work = db.get(Engagement, found.thread.about_id)
    if found.offer is not None and found.application is None:
        found.application = db.get(Application, found.offer.application_id)
    if found.part is not None:
        found.work = db.get(Engagement, found.part.engagement_id)
    if found.pair is not None:
        found.work = db.get(Engagement, found.pair.engagement_id)
    if found.application is not None:
        found.opening = db.get(Opportunity, found.application.opportunity_id)
    owner = found.application or found.work or found.credential
    if owner is not None:
        found.person_id, found.org_id = owner.person_id, owner.org_id
    elif found.opening is not None:
        found.org_id = found.opening.org_id


def _row(db: Session, kind: type[T], row_id: int | None) -> T | None:
    return db.get(kind, row_id) if row_id is not None else None
