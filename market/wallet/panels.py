"""What the wallet puts into other pages: credentials on a profile, what an issuer's are worth here, words for the ledger."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from sqlmodel import Session, col, select
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Person
from market.trust import queries as trust
from market.trust.models import KnownIssuer
from market.wallet import queries, records, sentences
from market.wallet.models import Held, HeldSkill, Visibility
from market.wallet.rules import GOOD
from market.web.render import render_part
from market.words import _

FEWEST = 5
"""Below so many people a number could tell of one of them."""


def of_profile(request: Request, db: Session, actor: Actor, *, person: Person, **_more: Any) -> Markup:
    """The credentials that someone shows, each with its issuer by the registry's name or marked as its own word."""
    rows = queries.shown_of(db, person.id)
    own = actor.is_signed_in and actor.id == person.id
    if not rows and not own:
        return Markup("")
    issuers = trust.names_of(db, [one.issuer_id for one in rows if one.issuer_id])
    return render_part(request, "wallet/on_profile.html", rows=rows, issuers=issuers, person=person, own=own)


def of_own_profile(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """One's credentials in the hub of one's profile."""
    rows = [(one, sentences.tag(one.status)) for one in queries.held_of(db, actor.id)[:5]]
    return render_part(request, "wallet/on_own_profile.html", rows=rows)


def whole_record(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """One's whole record to take along, in two forms."""
    return render_part(request, "wallet/whole_record.html", has_record=records.is_there(db, actor.id))


def of_issuer(request: Request, db: Session, actor: Actor, *, issuer: KnownIssuer, **_more: Any) -> Markup:
    """How many credentials of an issuer are kept here, and what they are."""
    return render_part(
        request,
        "wallet/on_issuer.html",
        numbers=queries.numbers_of_issuer(db, issuer.id),
        titles=queries.titles_of_issuer(db, issuer.id),
        least=FEWEST,
    )


def credential_words(
    request: Request, db: Session, actor: Actor, ids: Sequence[int]
) -> Mapping[int, tuple[str, str]]:
    """What a credential in the ledger is called, with its page where the reader may open it."""
    rows = db.exec(
        select(HeldSkill.id, Held, Person.public_id)
        .join(Held, col(Held.id) == col(HeldSkill.held_id))
        .join(Person, col(Person.id) == col(Held.person_id))
        .where(col(HeldSkill.id).in_(ids))
    )
    found = {}
    for row_id, held, person in rows:
        href = ""
        if held.person_id == actor.id:
            href = request.app.url_path_for("wallet.show", id=held.public_id)
        elif held.visibility is Visibility.PUBLIC and held.status in GOOD:
            href = request.app.url_path_for("wallet.public", id=person, held=held.public_id)
        own = held.person_id == actor.id
        shown = held.title if own or href else ""  # one that is not shown is not named either
        found[row_id] = (shown or _("A credential"), str(href))
    return found
