"""Reading webhooks: an organisation's, its deliveries, and what a member has agreed to."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Organisation, Person
from market.errors import NotFound
from market.staff.queries import still_member
from market.webhooks import rules
from market.webhooks.models import HandOver, HandOverConsent, Hook
from market.webhooks.rules import HandOverStatus, What
from market.words import _


def hook_of(db: Session, org_id: int, *, locked: bool = False) -> Hook | None:
    wanted = select(Hook).where(Hook.org_id == org_id)
    return db.exec(wanted.with_for_update() if locked else wanted).first()


def get_hook(db: Session, actor: Actor, public_id: str) -> Hook:
    """One of an organisation this actor owns, held until the transaction ends."""
    found = db.exec(select(Hook).where(Hook.public_id == public_id).with_for_update()).first()
    if found is None or not rules.may_set(actor, found.org_id):
        raise NotFound(_("There is no such webhook."))
    return found


class Page(NamedTuple):
    """What the page of a webhook is about."""

    organisation: Organisation
    hook: Hook | None
    agreed: int  # members; who they are is theirs to say


def page_of(db: Session, actor: Actor, public_id: str) -> Page:
    """For the organisation's owners; to everybody else it is not there. One statement."""
    agreed = (
        rows(func.count())
        .where(col(HandOverConsent.org_id) == col(Organisation.id), still_member(HandOverConsent))
        .correlate(Organisation)
        .scalar_subquery()
    )
    found = db.execute(
        rows(Organisation, Hook, agreed)
        .outerjoin(Hook, col(Hook.org_id) == col(Organisation.id))
        .where(col(Organisation.public_id) == public_id)
    ).first()
    if found is None or not rules.may_set(actor, found[0].id):
        raise NotFound(_("There is no such page, or it is not yours to see."))
    return Page(*found)


class Sent(NamedTuple):
    """One delivery in the list."""

    id: int
    public_id: str
    what: What
    status: HandOverStatus
    tries: int
    created_at: datetime
    due_at: datetime
    over_at: datetime | None
    answer: int | None
    trouble: str | None
    person: str


def last_sent(db: Session, hook_id: int, size: int, before: int | None = None) -> list[Sent]:
    """The newest first. One statement."""
    found = db.connection().execute(
        rows(
            *(col(getattr(HandOver, name)) for name in Sent._fields if name != "person"),
            func.coalesce(col(Person.display_name), ""),
        )
        .outerjoin(Person, col(Person.id) == col(HandOver.person_id))
        .where(col(HandOver.hook_id) == hook_id, col(HandOver.id) < (before or 2**62))
        .order_by(col(HandOver.id).desc())
        .limit(size)
    )
    return [Sent._make(row) for row in found]


def consents(db: Session, org_id: int, person_id: int) -> bool:
    """Does this person's agreement stand now?"""
    wanted = select(HandOverConsent.person_id).where(
        HandOverConsent.org_id == org_id,
        HandOverConsent.person_id == person_id,
        still_member(HandOverConsent),
    )
    return db.exec(wanted).first() is not None


class Asked(NamedTuple):
    """An organisation the reader belongs to that has a webhook, and since when they agree."""

    org_public_id: str
    org: str
    org_id: int
    url: str
    agreed_at: datetime | None

    @property
    def host(self) -> str:
        return rules.host_of(self.url)


def asked_of(db: Session, actor: Actor) -> list[Asked]:
    """One statement; none for who belongs nowhere."""
    if not actor.org_ids:
        return []
    found = db.connection().execute(
        rows(
            col(Organisation.public_id),
            col(Organisation.name),
            col(Organisation.id),
            col(Hook.url),
            col(HandOverConsent.agreed_at),
        )
        .join(Hook, col(Hook.org_id) == col(Organisation.id))
        .outerjoin(
            HandOverConsent,
            (col(HandOverConsent.org_id) == col(Organisation.id))
            & (col(HandOverConsent.person_id) == actor.id)
            & still_member(HandOverConsent),
        )
        .where(col(Organisation.id).in_(actor.org_ids))
        .order_by(col(Organisation.name), col(Organisation.id))
    )
    return [Asked._make(row) for row in found]
