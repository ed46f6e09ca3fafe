"""What reviews put into other pages: the way to write one, the reputation with its reviews, the employer's figures."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation, Person
from market.engagements.models import Engagement
from market.engagements.rules import parties
from market.opportunities.models import Opportunity
from market.reviews import queries, reading, rules, scales
from market.web.render import render_part


def beside_work(
    request: Request, db: Session, actor: Actor, *, engagement: Engagement, **_more: Any
) -> Markup:
    """Where the reviews of a work stand, for its two sides."""
    pair = queries.pair_of(db, engagement.id)
    side = rules.side_of(actor, pair) if pair else None
    if pair is None or side is None or not parties(actor, engagement):
        return Markup("")
    return render_part(
        request,
        "reviews/beside.html",
        pair=pair,
        engagement=engagement,
        may_edit=queries.may_write(db, actor, pair, queries.review_by(db, pair.id, side)),
        sealed_by_me=rules.is_sealed_by(pair, side),
        sealed_by_other=rules.is_sealed_by(pair, scales.subject_of(side)),
    )


def of_person(request: Request, db: Session, actor: Actor, *, person: Person, **_more: Any) -> Markup:
    """The last reviews of a person, with the published mean."""
    about = reading.about_person(db, person.id, 3)
    return render_part(
        request,
        "reviews/on_profile.html",
        reviews=about.reviews,
        reputation=about.reputation,
        more=("reviews.of_person", person.public_id),
    )


def of_organisation(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    """The last reviews of an organisation, with its figures."""
    about = reading.about_organisation(db, organisation.id, 3)
    return render_part(
        request,
        "reviews/on_organisation.html",
        reviews=about.reviews,
        organisation=organisation,
        reputation=about.reputation,
        figures=queries.employer_figures(db, organisation.id),
        more=("reviews.of_organisation", organisation.public_id),
    )


def organisation_box(
    request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any
) -> Markup:
    """Who posts an opening, and how it is to work for them."""
    org = db.get_one(Organisation, opportunity.org_id)
    latest, reputation = reading.about_organisation(db, org.id, 1)
    return render_part(
        request,
        "reviews/box.html",
        organisation=org,
        reputation=reputation,
        figures=queries.employer_figures(db, org.id),
        quote=latest[0].text if latest and latest[0].moderation != "reported" else "",
    )
