"""What the wallet puts into other pages: credentials on a profile, what an issuer's are worth here, words for the ledger."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Person
from market.trust import queries as trust
from market.trust.models import KnownIssuer
from market.wallet import queries, records, sentences
from market.wallet.rules import GOOD, Visibility
from market.web.kit import SourceWords
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


def _credential_words(request: Request, actor: Actor, row: Any) -> tuple[str, str]:
    """What a credential in the ledger is called, with its page where the reader may open it."""
    if row.person_id == actor.id:
        page = request.app.url_path_for("wallet.show", id=row.public_id)
    elif row.visibility is Visibility.PUBLIC and row.status in GOOD:
        page = request.app.url_path_for("wallet.public", id=row.person, held=row.public_id)
    else:
        return _("A credential"), ""  # one that is not shown is not named either
    return row.title or _("A credential"), str(page)


CREDENTIAL_WORDS = SourceWords(queries.HELD_BEHIND, _credential_words)
