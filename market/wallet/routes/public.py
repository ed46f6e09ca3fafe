"""A credential as others see it: on its holder's profile, with the report that was made of it."""

from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.credentials.checking import shown
from market.credentials.checking.models import Check
from market.errors import NotFound
from market.evidence.queries import on_trial
from market.profiles.queries import visible_profile
from market.trust import queries as trust
from market.wallet import ledger, queries, sentences
from market.wallet.models import Held, Visibility
from market.wallet.rules import GOOD
from market.web.kit import kit_of
from market.web.render import render
from market.web.routing import MarketRoute, page
from market.words import _


def public(request: Request, db: Session, actor: Actor) -> Response:
    """The report, for whoever may see its holder's profile; one that is hidden or not verified is not there."""
    person, _profile = visible_profile(db, actor, request.path_params["id"], kit_of(request).profile_readers)
    held = db.exec(
        select(Held).where(Held.public_id == request.path_params["held"], Held.person_id == person.id)
    ).first()
    if held is None or held.visibility is not Visibility.PUBLIC or held.status not in GOOD:
        raise NotFound(_("There is no such credential here."))
    check = db.get_one(Check, held.check_id)
    name = person.display_name or _("Someone who has left")
    skills = queries.skills_of(db, held.id)
    return render(
        request,
        "wallet/public.html",
        person=person,
        name=name,
        held=held,
        view=shown.view_of(check.report or {}, yours=name),
        check=check,
        issuer=trust.issuers_by_id(db, [held.issuer_id]).get(held.issuer_id) if held.issuer_id else None,
        counts=ledger.counts(held),
        skills=skills,
        on_trial=trust.names_of(db, on_trial(db, (row.issuer_id for row, _skill in skills))),
        tag=sentences.tag(held.status),
    )


routes: list[MarketRoute] = [
    page("/people/{id}/credentials/{held}", public, name="wallet.public", allow=anyone),
]
