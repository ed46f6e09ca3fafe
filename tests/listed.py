"""A world in which every list of the site has as many rows as a test asks for."""

from typing import Any

from sqlmodel import Session

from market.access import SYSTEM, Role
from market.accounts.models import Person
from market.applications import service as applications
from market.applications.models import Application, Offer
from market.cases import service as cases
from market.cases import things
from market.cases.rules import About, Reason
from market.credentials import achievements, issuing
from market.credentials.rules import Draft
from market.engagements import service as engagements
from market.engagements.models import Engagement
from market.evidence.models import Kind
from market.opportunities import service as opportunities
from market.opportunities.queries import get_opportunity
from market.outbox import Delivery, DeliveryStatus
from market.profiles.models import TalentProfile, Visibility
from market.reviews.models import Review, ReviewAxis, ReviewPair
from market.reviews.rules import AXES, Side, Status
from market.skills import service as skills
from market.trust import service as trust
from market.trust.models import Standing
from market.wallet import service as wallet
from market.webhooks import service as webhooks
from tests.applications import scene
from tests.apprenticeships import inside
from tests.evidence.ledger import record
from tests.opportunities import postings
from tests.programmes import plans
from tests.support.world import NOW, Known, World

NAMES = ("Millrace", "Weir House", "Old Forge", "Larch Hill", "Tannery", "Saltings")


def build(make: World, rows: int) -> str:
    """`rows` of all that is listed, each with an organisation, a person and a skill of its own.

    Gives the public id of an opening of the bakery to which that many people applied.
    """
    known = postings.skills(make)
    busy = postings.published(make, known=known)
    for n in range(rows):
        _apart(make, n, known, busy)
    with make.write() as db:
        shortlisted = scene.reviewed(make, scene.applied(make, postings.fresh(make, busy).id, make.amara))
        applications.shortlist(db, make.actor(make.bruno), db.get_one(Application, shortlisted))
    with make.write() as db:
        hook, _secret = webhooks.put(db, make.actor(make.bruno), make.bakery.id, "https://hr.example/hook")
        for _n in range(rows):
            webhooks.test(db, make.actor(make.bruno), hook)
    make.drain()
    with make.write() as db:  # one delivery for each row failed; Dana sees to them
        db.get_one(Person, make.dana.id).is_admin = True
        for event in make.events()[:rows]:
            db.add(
                Delivery(event_id=event.id, subscriber="lost", status=DeliveryStatus.DEAD, last_error="Lost")
            )
    return busy


def _apart(make: World, n: int, known: dict[str, int], busy: str) -> None:
    person, org = make.person(), make.organisation(NAMES[n], owner=make.bruno)
    make.member(make.bakery, Role.MENTOR)
    bruno = make.actor(make.bruno)
    own = {**postings.skills(make, f"Wire bending {n}"), **known}
    _offers_skills(make, person, known, n)
    _issues(make, person, n)
    filled, still_open = (
        postings.published(make, actor=bruno, org=org, known=known, title=f"Opening {n}{letter}")
        for letter in "ab"
    )
    postings.draft(make, actor=bruno, org=org, known=own, title=f"Draft {n}")
    plans.round_open(make, plans.published(make, known=list(known.values()), title=f"Programme {n}"))
    inside.round_open(make, inside.published(make, known=list(known.values()), title=f"For members {n}"))
    scene.reviewed(make, scene.applied(make, postings.fresh(make, busy).id, person))
    scene.applied(make, postings.fresh(make, still_open).id, make.amara)
    offer = scene.offered(make, scene.applied(make, postings.fresh(make, filled).id, make.amara))
    other = make.organisation(f"New {NAMES[n]}", owner=make.chidi, verified=False)
    waits = postings.draft(make, actor=make.actor(make.chidi), org=other, known=known, title=f"To read {n}")
    with make.write() as db:
        signed = engagements.sign(db, make.actor(make.amara), db.get_one(Offer, offer))
        _reviewed(db, signed, make.bruno, make.bakery.id)
        opportunities.submit(db, make.actor(make.chidi), get_opportunity(db, waits), postings.FLOOR)
        skills.propose(db, make.actor(person), name=f"Kite flying {n}")
        issuer = trust.meet(db, f"did:web:college-{n}.example")
        trust.decide(db, SYSTEM, issuer, Standing.ALLOWED, reason="We met.", name=f"College {n}")
        held, _new = wallet.bring(db, make.actor(make.amara), f"{{{n}".encode())
        held.issuer_id = issuer.id
        db.add(held)
        thing = things.load(db, About.OPPORTUNITY, signed.opportunity_id or 0)
        assert thing is not None
        cases.report(db, make.actor(make.chidi), thing, Reason.OTHER, "This is not right.")


def _issues(make: World, person: Known, n: int) -> None:
    """An achievement of the bakery's own, held by this person and by Amara."""
    with make.write() as db:
        bruno = make.actor(make.bruno)
        draft = Draft(f"Earned {n}", "Words.", "Do it.", valid_months=12)
        made = achievements.create_achievement(db, bruno, make.bakery.id, draft)
        achievements.publish_achievement(db, bruno, made)
        for who in (person, make.amara):
            issuing.issue(db, bruno, made, who.id)


def _offers_skills(make: World, person: Known, known: dict[str, int], n: int) -> None:
    bakery = ("organisation", make.bakery.id)
    with make.write() as db:
        for who in (person, make.amara):
            db.merge(TalentProfile(person_id=who.id, visibility=Visibility.PUBLIC))
            for skill_id in known.values():
                source = 10_000 * who.id + 100 * n + skill_id
                record(
                    db, who.id, skill_id, Kind.ENDORSEMENT, 2, source, party=bakery, occurred_on=NOW.date()
                )


def _reviewed(db: Session, work: Engagement, author: Known, org_id: int) -> None:
    """Both sides have written of it, and it counts for the bakery, whose page lists what was said."""
    given: dict[str, Any] = {"deadline_at": NOW, "status": Status.REVEALED, "revealed_at": NOW}
    pair = ReviewPair(engagement_id=work.id, person_id=work.person_id, org_id=org_id, **given)
    db.add(pair)
    db.flush()
    for side in Side:
        review = Review(pair_id=pair.id, side=side, author_id=author.id, text="All was where the sheet said.")
        db.add(review)
        db.flush()
        for axis in AXES[side]:
            db.add(ReviewAxis(review_id=review.id, axis=axis, step=4))
