"""What credentials put into other pages: those that someone shows on their profile, and what an organisation issues."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation, Person
from market.credentials import rules, sentences, shown
from market.credentials.rules import AchievementStatus
from market.web.render import render_part

MOST = 6


def of_profile(request: Request, db: Session, actor: Actor, *, person: Person, **_more: Any) -> Markup:
    """What was issued here and is shown to everyone; its owner is led to the others."""
    own = actor.is_signed_in and actor.id == person.id
    rows = shown.public_of(db, person.id)
    if not rows and not own:
        return Markup("")
    return render_part(request, "credentials/on_profile.html", rows=rows, own=own, say=sentences)


def of_own_profile(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """One's credentials in the hub of one's profile: what waits for an answer, and how many there are."""
    rows = shown.held_by(db, actor.id)
    waiting = [row for row in rows if row.status is rules.Status.OFFERED]
    return render_part(
        request,
        "credentials/on_own_profile.html",
        rows=rows[:3],
        waiting=waiting,
        count=len(rows),
        say=sentences,
    )


def of_organisation(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    """What can be earned from an organisation."""
    rows = shown.achievements(
        db, (organisation.id,), (AchievementStatus.PUBLISHED,), MOST, inside=actor.belongs_to(organisation.id)
    )
    if not rows:
        return Markup("")
    return render_part(
        request,
        "achievements/on_organisation.html",
        rows=rows[:MOST],
        more=len(rows) > MOST,
        organisation=organisation,
        say=sentences,
    )
