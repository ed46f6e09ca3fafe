"""One's own profile: the hub with what stands and what is missing, and what is said in general."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.errors import Invalid
from market.evidence import queries as ledger
from market.profiles import queries, rules, sentences, service
from market.profiles.forms import BasicsForm, language_name, languages
from market.profiles.models import TalentProfile
from market.profiles.sentences import shown_levels
from market.profiles.service import Basics, Spoken
from market.web.forms import Entry, filled, read
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.seen import overtaken, to_carry
from market.words import _

LANGUAGE_ROWS = 3

PLACES = {"skills": "profiles.skills", "projects": "profiles.new_project", "basics": "profiles.edit"}
"""The page on which each kind of missing thing is added."""


def mine(request: Request, db: Session, actor: Actor) -> Response:
    """What stands on one's profile, and what would make it say more."""
    profile = queries.profile_of(db, actor.id)
    rows, claims = ledger.ledger_of(db, actor.id), queries.claims_of(db, actor.id)
    projects = queries.projects_of(db, actor.id)
    todo = rules.missing(
        headline=profile.headline,
        claims=sum(not c.wanted for c in claims),
        open_projects=sum(bool(p.project.link) for p in projects),
        hours_week=profile.hours_week,
        visibility=profile.visibility,
    )
    return render(
        request,
        "profiles/mine.html",
        profile=profile,
        seen_by=sentences.seen_by(profile.visibility),
        free=sentences.free(profile),
        levels=shown_levels(rows, own=True),
        wanted=[c for c in claims if c.wanted],
        projects=projects,
        experience=queries.experience_of(db, actor.id),
        education=queries.education_of(db, actor.id),
        languages=[language_name(r.language) for r in queries.languages_of(db, actor.id)],
        todo=todo,
        places=PLACES,
    )


def _known(db: Session, profile: TalentProfile) -> Entry[Any]:
    """The form as it is first shown: what stands now."""
    values: dict[str, Any] = {
        "headline": profile.headline,
        "about": profile.about,
        "place": profile.place,
        "available_from": profile.available_from,
        "hours_week": profile.hours_week,
        "availability_note": profile.availability_note,
        "pay": "" if profile.pay_min_minor is None else f"{profile.pay_min_minor / 100:.2f}",
        "visibility": profile.visibility.value,
        "findable": "on" if profile.is_findable else "",
        "apart": "on" if profile.is_apart else "",
    }
    for n, row in enumerate(queries.languages_of(db, profile.person_id)):
        values |= {f"languages-{n}-language": row.language, f"languages-{n}-fluency": row.fluency}
    return filled(**values)


def edit(
    request: Request,
    db: Session,
    actor: Actor,
    entry: Entry[BasicsForm] | None = None,
    stale: Sequence[tuple[str, str]] = (),
) -> Response:
    """The form of what is said in general; `stale` is what was saved in another window meanwhile."""
    there = _known(db, queries.profile_of(db, actor.id))
    seen = to_carry(request, there, entry is not None and not stale)
    entry = entry or there
    filled_rows = len(entry.rows("languages"))
    return render(
        request,
        "profiles/edit.html",
        entry=entry,
        language_rows=entry.rows("languages", min(rules.MOST_LANGUAGES, max(LANGUAGE_ROWS, filled_rows + 1))),
        languages=[("", _("Choose a language")), *languages()],
        visibilities=sentences.visibility_words(),
        currency=kit_of(request).settings.currency,
        floor=kit_of(request).settings.pay_floor_minor,
        seen=seen,
        stale=stale,
        status=409 if stale else entry.status,
    )


def save(request: Request, db: Session, actor: Actor) -> Response:
    """Keep what was said in general, or show the form again with what to mend."""
    currency = kit_of(request).settings.currency
    entry = read(BasicsForm, request.state.form, currency)
    if entry.errors:
        return edit(request, db, actor, entry)
    profile = service.own_profile(db, actor.id)
    db.refresh(profile, with_for_update=True)  # what is compared stays as it is
    if stale := overtaken(request, _known(db, profile), entry):
        return edit(request, db, actor, entry, stale)
    data = entry.data
    try:
        service.set_languages(db, actor, [Spoken(r.language, r.fluency) for r in data.languages])
    except Invalid as refused:
        return edit(request, db, actor, entry.with_error("languages", refused.reason))
    profile = service.save_profile(
        db,
        actor,
        Basics(
            headline=data.headline,
            about=data.about,
            place=data.place,
            visibility=data.visibility,
            is_findable=data.findable,
            is_apart=data.apart,
            available_from=data.available_from,
            hours_week=data.hours_week,
            availability_note=data.availability_note,
            pay_min_minor=data.pay,
            currency=currency,
        ),
    )
    said = _("Kept. %(seen)s", seen=sentences.seen_by(profile.visibility))
    return see_other(request, "profiles.mine", said=said)


routes: list[MarketRoute] = [
    page("/me", mine, name="profiles.mine", allow=signed_in),
    page("/me/edit", edit, name="profiles.edit", allow=signed_in),
    action("/me/edit", save, name="profiles.save", allow=signed_in),
]
