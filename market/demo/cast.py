"""Who is who in the demo: keys of the seeds to rows, and people as they act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session, col, select

from market.access import Actor
from market.accounts.models import Membership, Organisation, Person
from market.accounts.sessions import actor_for
from market.opportunities.models import Opportunity
from market.programmes.checks import Floor
from market.programmes.models import Programme


@dataclass(slots=True)
class Cast:
    """What was made so far. Ids only: each moment loads its rows in a session of its own."""

    today: date
    floor: Floor
    skills: Mapping[str, int]  # key to id
    people: dict[str, int] = field(default_factory=dict)
    orgs: dict[str, int] = field(default_factory=dict)
    openings: dict[str, int] = field(default_factory=dict)
    programmes: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def day(self, offset: int) -> date:
        """The day `offset` days from today."""
        return self.today + timedelta(days=offset)

    def actor(self, db: Session, key: str) -> Actor:
        """Someone as they act now; forgotten when memberships change."""
        if key not in self.actors:
            self.actors[key] = actor_for(db, self.people[key])
        return self.actors[key]

    def person(self, db: Session, key: str) -> Person:
        return db.get_one(Person, self.people[key])

    def org(self, db: Session, key: str) -> Organisation:
        return db.get_one(Organisation, self.orgs[key])

    def opening(self, db: Session, key: str) -> Opportunity:
        return db.get_one(Opportunity, self.openings[key])

    def programme(self, db: Session, key: str) -> Programme:
        return db.get_one(Programme, self.programmes[key])

    def membership(self, db: Session, org_id: int, key: str) -> int:
        """The membership of someone in an organisation, their first."""
        return db.exec(
            select(Membership.id)
            .where(
                Membership.org_id == org_id,
                Membership.person_id == self.people[key],
                col(Membership.ended_at).is_(None),
            )
            .order_by(col(Membership.id))
        ).one()
