"""Scenes for tests of applications: an opening of Bruno's bakery, people who apply, terms that add up."""

from datetime import date
from typing import Any

from sqlmodel import func, select

from market.access import Actor
from market.applications import offers, service
from market.applications.models import Application, Offer
from market.applications.rules import Status
from market.applications.terms import Part, Terms
from market.opportunities.models import Opportunity
from market.opportunities.queries import questions_of
from tests.opportunities import postings
from tests.support.world import Known, World

ANSWER = "At Larch House I made a sheet with one row per item. After six weeks we stopped running out."


def opening(make: World, **more: Any) -> int:
    """A published opening of the bakery, by its inner id."""
    return postings.fresh(make, postings.published(make, **more)).id


def public_id(make: World, opening_id: int) -> str:
    return fresh(make, opening_id).public_id


def fresh(make: World, opening_id: int) -> Opportunity:
    with make.read() as db:
        return db.get_one(Opportunity, opening_id)


def answers(make: World, opening_id: int, text: str = ANSWER) -> dict[int, str]:
    with make.read() as db:
        return {q.position: text for q in questions_of(db, opening_id)}


def applied(make: World, opening_id: int, who: Known | None = None, **more: Any) -> int:
    """An application that was sent, by its inner id."""
    actor = make.actor(who or make.amara)
    given = answers(make, opening_id)
    with make.write() as db:
        return service.apply(db, actor, db.get_one(Opportunity, opening_id), given, **more).id


def state(make: World, application_id: int) -> Application:
    with make.read() as db:
        return db.get_one(Application, application_id)


def offer_state(make: World, offer_id: int) -> Offer:
    with make.read() as db:
        return db.get_one(Offer, offer_id)


def terms(**more: Any) -> Terms:
    """£288 for 18 hours, in two parts."""
    given: dict[str, Any] = {
        "pay_basis": "fixed",
        "pay_minor": 28_800,
        "currency": "GBP",
        "hours": 18,
        "starts_on": date(2026, 11, 30),
        "ends_on": date(2026, 12, 18),
        "place": "From home, one morning at the bakery",
        "ip_note": "The bakery owns the sheet; you may show it.",
        "milestones": (
            Part("The stock sheet", "Every item.", "Twenty items match.", date(2026, 12, 7), 14_400),
            Part("The Thursday list", "One page.", "Two weeks match.", date(2026, 12, 18), 14_400),
        ),
    }
    return Terms(**{**given, **more})


def reviewed(make: World, application_id: int) -> int:
    """Opened by Bruno."""
    with make.write() as db:
        service.open_(db, make.actor(make.bruno), db.get_one(Application, application_id))
    return application_id


def offered(make: World, application_id: int, **more: Any) -> int:
    """Opened, and offered by Bruno: the offer's inner id."""
    reviewed(make, application_id)
    with make.write() as db:
        application = db.get_one(Application, application_id)
        return offers.make(db, make.actor(make.bruno), application, terms(**more)).id


def force(make: World, application_id: int, status: Status, **columns: Any) -> None:
    """Put an application into a state for a test of the table of steps."""
    with make.write() as db:
        application = db.get_one(Application, application_id)
        application.status = status
        for name, value in columns.items():
            setattr(application, name, value)
        db.add(application)


def actor_of(make: World, party: str) -> Actor:
    from market.access import SYSTEM

    return {
        "talent": make.actor(make.amara),
        "reviewer": make.actor(make.bruno),
        "mentor": make.actor(make.mira),
        "stranger": make.actor(make.chidi),
        "system": SYSTEM,
    }[party]


def changes_of_applications(make: World) -> int:
    """How many there are: a refused request adds none."""
    with make.read() as db:
        return db.exec(select(func.count()).select_from(Application)).one()
