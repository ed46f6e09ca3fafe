"""What is learned of those who speak in the ledger, on their own public pages, with the number it was learned from."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation
from market.evidence import queries
from market.evidence.models import SourceKind, SourceStrength
from market.web.render import render_part
from market.words import _, plural

LIKE_OTHERS_MILLI = 100
"""Below a tenth of a step a rater is said to mark like the others."""


def of_organisation(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    """How an organisation marks, against others who marked the same people."""
    found = queries.strength_of(db, SourceKind.RATER, ("organisation", organisation.id))
    return _part(request, _("How it marks"), marks_words(found), found)


def of_issuer(request: Request, db: Session, actor: Actor, *, issuer: Any, **_more: Any) -> Markup:
    """How the credentials of an issuer predict work here."""
    found = queries.strength_of(db, SourceKind.ISSUER, ("issuer", issuer.id))
    return _part(request, _("What its credentials say of work here"), credentials_words(found), found)


def _part(request: Request, title: str, words: str, found: SourceStrength | None) -> Markup:
    if not words or found is None:
        return Markup("")
    release = _("Release %(n)s. It is taken into account in everyone’s levels alike.", n=found.version)
    return render_part(request, "evidence/strength.html", title=title, words=words, release=release)


def marks_words(found: SourceStrength | None) -> str:
    """How a rater marks, in a sentence; empty while too little is known."""
    if found is None:
        return ""
    off = f"{abs(found.inflation_milli) / 1000:.1f}"
    if abs(found.inflation_milli) < LIKE_OTHERS_MILLI:
        return plural("Marks as others do, by one mark.", "Marks as others do, by %(n)s marks.", found.n)
    if found.inflation_milli < 0:
        return plural(
            "Marks %(off)s of a level lower than others do, by one mark.",
            "Marks %(off)s of a level lower than others do, by %(n)s marks.",
            found.n,
            off=off,
        )
    return plural(
        "Marks %(off)s of a level higher than others do, by one mark.",
        "Marks %(off)s of a level higher than others do, by %(n)s marks.",
        found.n,
        off=off,
    )


def credentials_words(found: SourceStrength | None) -> str:
    """What an issuer's credentials are worth here, in sentences; empty while fewer than five people were assessed."""
    if found is None:
        return ""
    gain, middle = found.gain_milli / 1000, found.inflation_milli / 1000 + (found.gain_milli / 1000 - 1) * 2.5
    if abs(middle) < LIKE_OTHERS_MILLI / 1000:
        reads = _("They say what the work of their holders then showed.")
    elif middle > 0:
        reads = _("They stand %(off)s of a level higher than the work of their holders.", off=f"{middle:.1f}")
    else:
        reads = _("They stand %(off)s of a level lower than the work of their holders.", off=f"{-middle:.1f}")
    weight = _("They weigh %(n)s %% of what a credential can.", n=min(100, round(100 * gain**2)))
    whom = plural(
        "From one person who holds one and was assessed here afterwards.",
        "From %(n)s people who hold one and were assessed here afterwards.",
        found.n,
    )
    return f"{reads} {weight} {whom}"
