"""How an organisation marks, on its own public page, with the number it was learned from."""

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
    if found is None:
        return Markup("")
    return render_part(
        request,
        "evidence/strength.html",
        title=_("How it marks"),
        words=marks_words(found),
        release=_("Release %(n)s. It is taken into account in everyone’s levels alike.", n=found.version),
    )


def marks_words(found: SourceStrength) -> str:
    """How a rater marks, in a sentence."""
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
