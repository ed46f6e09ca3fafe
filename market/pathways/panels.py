"""What pathways put into other pages: what an achievement counts towards, what a credential builds upon, one's own way."""

from typing import Any

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.accounts.models import Organisation
from market.credentials import sentences as credential_words
from market.credentials.models import Achievement, Issued
from market.pathways import queries, sentences, service
from market.pathways.rules import PathwayStatus
from market.web.render import render_part

MOST = 6


def _towards(request: Request, db: Session, actor: Actor, achievement: Achievement, mine: bool) -> Markup:
    """The pathways that are out and have this as a part; with `mine` how far the reader is on each."""
    found = [
        one
        for one in queries.with_part(db, achievement.line)
        if one.status is PathwayStatus.PUBLISHED and (not one.for_members or actor.belongs_to(one.org_id))
    ][:MOST]
    if not found:
        return Markup("")
    wholes = queries.wholes(db, found)
    progress = service.progress_of(db, actor.id, wholes) if mine else {}
    return render_part(request, "pathways/towards.html", wholes=wholes, progress=progress, say=sentences)


def of_achievement(
    request: Request, db: Session, actor: Actor, *, achievement: Achievement, **_more: Any
) -> Markup:
    """What an achievement counts towards."""
    return _towards(request, db, actor, achievement, actor.is_signed_in)


def of_credential(request: Request, db: Session, actor: Actor, *, issued: Issued, **_more: Any) -> Markup:
    """What a credential builds upon, part by part as they stand now; and what it counts towards."""
    parts = queries.parts_of(db, issued.id)
    built = Markup("")
    if parts:
        mine = actor.id == issued.person_id
        built = render_part(request, "pathways/built_on.html", parts=parts, mine=mine, say=credential_words)
    achievement = db.get_one(Achievement, issued.achievement_id)
    return built + _towards(request, db, actor, achievement, actor.id == issued.person_id)


def of_programme(request: Request, db: Session, actor: Actor, *, programme: Any, **_more: Any) -> Markup:
    """What the credential of a programme counts towards."""
    achievement = queries.achievement_of_programme(db, programme)
    return Markup("") if achievement is None else _towards(request, db, actor, achievement, False)


def of_own_profile(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """The pathways one has begun, and those one completed, in the hub of one's profile."""
    rows = service.way_of(db, actor.id, actor.org_ids)
    if not rows:
        return Markup("")
    return render_part(request, "pathways/on_own_profile.html", rows=rows, say=sentences)


def of_organisation(
    request: Request, db: Session, actor: Actor, *, organisation: Organisation, **_more: Any
) -> Markup:
    """The pathways of an organisation."""
    found = queries.public_of_org(db, organisation.id, MOST)
    if not found:
        return Markup("")
    return render_part(
        request, "pathways/on_organisation.html", wholes=queries.wholes(db, found), say=sentences
    )
