"""Programmes for tests: a whole draft of Bruno's bakery with Mira as its mentor, published or not."""

from datetime import date, timedelta
from typing import Any

from market import clock
from market.access import Actor
from market.accounts.sessions import actor_for
from market.opportunities import apprenticing
from market.opportunities import service as openings
from market.opportunities.queries import get_opportunity
from market.programmes import queries, service
from market.programmes.checks import Floor
from market.programmes.drafts import Draft, Item, Named, Outcome, Task
from market.programmes.models import Programme
from market.programmes.rules import Captions, Function, Identification, Mode, ResourceKind, Supervision
from market.programmes.writing import Judging
from market.rubrics.rules import CriterionDraft
from tests.opportunities.postings import skills
from tests.support.world import Known, KnownOrganisation, World

FLOOR = Floor(1320, "GBP")
SKILLS = ("Stock control", "Writing instructions")


def judging(known: list[int], *, assesses: tuple[int, ...] = (0, 1)) -> Judging:
    """Two criteria, each for one outcome."""
    anchors = ("", "Three of 20 are wrong.", "Two of 20 are wrong.", "One of 20 is wrong.", "All are right.")
    criteria = tuple(
        CriterionDraft(f"Criterion {n + 1}", known[place], 2, anchors, needed=True)
        for n, place in enumerate(assesses)
    )
    return Judging("Store rubric", 3, criteria, assesses)


def whole_draft(known: list[int], people: tuple[Named, ...] = (), **more: Any) -> Draft:
    """A draft that can go out: 22 hours in five weeks, 14 of them work that is paid."""
    plan = Draft(
        title="Stores and stock",
        summary="Five weeks in a store with real gaps. Learn to count it, order it and keep it right.",
        field="Logistics and warehouse",
        weeks=5,
        mode=Mode.ON_SITE,
        place="Weir Lane, step-free",
        access_needs="Standing for up to two hours.",
        pay_minor=20_000,
        sessions_planned=5,
        sessions_least=3,
        session_minutes=45,
        mentoring="Forty-five minutes at the shelves each week.",
        capstone_title="A stocktake of one aisle, alone",
        capstone_brief="Choose an aisle, count it, and explain what differs.",
        capstone_accepted_when="The count is within one in fifty of the assessor's.",
        capstone_hours=4,
        supervision=Supervision.IN_PERSON,
        country="GB",
        awarding_body="Nettle & Rye Bakery",
        eqf_level=2,
        identification=Identification.ACCOUNT,
        quality_assurance="Read once a year by the skills service.",
        outcomes=(
            Outcome("Count a store and explain every difference", known[0], 2),
            Outcome("Write a label that needs no question", known[1], 2),
        ),
        resources=(
            Item(ResourceKind.WORKSHOP, "How a store is laid out", minutes=120, day=1, at_time="14:00"),
            Item(
                ResourceKind.VIDEO,
                "Counting twice",
                "https://example.org/count",
                30,
                captions=Captions.YES,
                day=3,
            ),
        ),
        tasks=(
            Task(
                "Count one aisle",
                "Twice, on two days.",
                "At most one line of twenty differs.",
                6,
                2,
                outcomes=(0,),
            ),
            Task("Labels", "For one shelf.", "Someone new finds ten parts.", 4, 4, outcomes=(1,)),
        ),
        people=people,
    )
    return plan._replace(**more)


def people_of(make: World, org: KnownOrganisation, mentor: Known, assessor: Known) -> tuple[Named, ...]:
    with make.read() as db:
        ids = {public_id: membership for membership, public_id, _name in queries.may_be_named(db, org.id)}
    return (
        Named(ids[mentor.public_id], Function.MENTOR, "22 years in parts"),
        Named(ids[assessor.public_id], Function.ASSESSOR),
    )


def draft(make: World, *, known: list[int] | None = None, with_rubric: bool = True, **more: Any) -> str:
    """A programme of the bakery that can go out, by its public id."""
    known = known or list(skills(make, *SKILLS).values())
    people = more.pop("people", ()) or people_of(make, make.bakery, make.mira, make.bruno)
    with make.write() as db:
        plan = whole_draft(known, people, **more)
        made = service.create(
            db, actor_for(db, make.bruno.id), make.bakery.id, plan, judging(known) if with_rubric else None
        )
        return made.public_id


def published(make: World, **more: Any) -> str:
    """A programme that is out, by its public id."""
    made = draft(make, **more)
    with make.write() as db:
        service.publish(db, actor_for(db, make.bruno.id), queries.get_programme(db, made), FLOOR)
    make.drain()
    return made


def round_draft(make: World, programme: str, *, actor: Actor | None = None, **more: Any) -> str:
    """A draft of a round of it that can go out, by the opening's public id."""
    with make.write() as db:
        actor = actor or actor_for(db, make.bruno.id)
        opening = apprenticing.open_round(db, actor, queries.get_programme(db, programme))
        said: dict[str, Any] = {
            "is_rolling": False,
            "starts_on": date(2026, 12, 7),
            "starts_by": date(2026, 12, 7),
            "deadline_at": clock.now() + timedelta(days=11),
            "seats": 3,
            "answer_days": 5,
            **more,
        }
        apprenticing.save_round(db, actor, opening, **said)
        return opening.public_id


def round_open(make: World, programme: str | None = None, **more: Any) -> str:
    """A round that takes people, by the opening's public id."""
    made = round_draft(make, programme or published(make), **more)
    with make.write() as db:
        openings.publish(db, actor_for(db, make.bruno.id), get_opportunity(db, made), FLOOR)
    make.drain()
    return made


def fresh(make: World, public_id: str) -> Programme:
    """As it stands in the database now."""
    with make.read() as db:
        return queries.get_programme(db, public_id)
