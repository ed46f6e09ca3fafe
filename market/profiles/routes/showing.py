"""A person's page as others see it, and why a level on it is what it is."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, anyone
from market.errors import NotFound
from market.evidence import queries as ledger
from market.evidence.models import Kind
from market.evidence.posterior import DEMONSTRATED, DOORSTEP, SOFT, UNITS
from market.evidence.queries import LedgerRow
from market.profiles import queries, sentences
from market.profiles.behind import Behind, of_person
from market.profiles.explaining import Credited, Explained, credit_from, explained
from market.profiles.forms import language_name
from market.profiles.queries import Seen, visible_profile
from market.skills import queries as skills
from market.web.kit import kit_of
from market.web.render import render
from market.web.routing import MarketRoute, page
from market.words import _


def _seen(request: Request, db: Session, actor: Actor) -> Seen:
    return visible_profile(db, actor, request.path_params["id"], kit_of(request).profile_readers)


def saying(
    request: Request, actor: Actor, sources: Mapping[tuple[str, int], Any]
) -> Callable[[LedgerRow], tuple[str, str]]:
    """What gives (words, address or empty) of what an item was written for; `sources` are those of `Behind`."""
    known = kit_of(request).source_words

    def say(row: LedgerRow) -> tuple[str, str]:
        if row.kind is Kind.CLAIM and row.person_id == actor.id:
            return _("Your own word"), ""
        source = sources.get((row.source_kind, row.source_id))
        if source is None:
            return sentences.kind_words(row.kind), ""
        return known[row.source_kind].say(request, actor, source)

    return say


def _explained(request: Request, actor: Actor, found: Behind, rows: list[LedgerRow], on: date) -> Explained:
    return explained(rows, on, saying(request, actor, found.sources), found.parties)


def show(request: Request, db: Session, actor: Actor) -> Response:
    """What someone can show, as the reader may see it."""
    person, profile = _seen(request, db, actor)
    today, found = clock.today(), of_person(db, person.id, kit_of(request).source_words)
    rows = found.rows
    own = actor.is_signed_in and actor.id == person.id
    lines = sentences.shown_levels(rows, own=own)
    claims = queries.claims_of(db, person.id)
    projects = queries.projects_of(db, person.id)
    files = queries.files_of_projects(db, [p.project.id for p in projects])
    top = next((row for row, level, _words in lines if level.tier), None)
    behind = [row for row in rows if top is not None and row.skill_id == top.skill_id]
    return render(
        request,
        "profiles/show.html",
        person=person,
        name=person.display_name or _("Someone who has left"),
        profile=profile,
        own=own,
        seen_by=sentences.seen_by(profile.visibility),
        free=sentences.free(profile),
        languages=[(language_name(r.language), r.fluency) for r in queries.languages_of(db, person.id)],
        stood_on=sentences.stood_on(today),
        lines=lines,
        demonstrated=sum(level.tier == DEMONSTRATED for _row, level, _words in lines),
        wanted=[c for c in claims if c.wanted],
        projects=[(p, files.get(p.project.id, [])) for p in projects],
        experience=queries.experience_of(db, person.id),
        education=queries.education_of(db, person.id),
        top=top,
        why=_explained(request, actor, found, behind, today) if top else None,
    )


def level(request: Request, db: Session, actor: Actor) -> Response:
    """Why someone's level in a skill is what it is, today or as of an earlier day (`?on=2026-01-31`)."""
    person, _profile = _seen(request, db, actor)
    skill = skills.get_skill(db, request.path_params["skill"])
    today = clock.today()
    on = _day(request.query_params.get("on"), today)
    release = ledger.release_on(db, on)
    version = release.version if release else 0
    found = of_person(db, person.id, kit_of(request).source_words, version)
    whole, rows = found.rows, [row for row in found.rows if row.skill_id == skill.id]
    credit = credit_from(db, skill.id, whole, on)
    if not rows and credit is None:
        raise NotFound(_("There is no evidence of this skill here."))
    by = [row for row in whole if credit and row.skill_id == credit.by.skill_id]
    return render(
        request,
        "profiles/level.html",
        person=person,
        name=person.display_name or _("Someone who has left"),
        own=actor.is_signed_in and actor.id == person.id,
        skill=skill,
        why=(why := _explained(request, actor, found, rows, on)),
        lede=sentences.lede(why.level, estimate=why.estimate, doubt=why.doubt, counts=why.counts),
        credit=credit
        and {
            "words": _credit_words(skill.name, credit),
            "skill": credit.by.skill,
            "level": (credit.credit.level + DOORSTEP) // UNITS,
            "counts": round(100 * credit.credit.level / UNITS),
            "why": _explained(request, actor, found, by, on),
            "href": str(
                request.app.url_path_for(
                    "profiles.level", id=person.public_id, skill=credit.by.skill_public_id
                )
            ),
        },
        release=sentences.released(release),
        tables=_what_each_can_do(skill.family),
        suggestion=sentences.suggestion,
        on=on,
        today=today,
    )


def _credit_words(asked: str, found: Credited) -> str:
    level = (found.credit.level + DOORSTEP) // UNITS
    counts = (
        _("For openings it so counts as level %(level)s.", level=level)
        if level
        else _("For openings it so counts as no level yet.")
    )
    return f"{sentences.in_part(asked, found.by.skill, found.credit)} {counts}"


def _day(text: str | None, today: date) -> date:
    """The day asked about; today for none, for one to come and for what is no day."""
    try:
        return min(date.fromisoformat(text or ""), today)
    except ValueError:
        return today


def _what_each_can_do(family: str) -> list[tuple[int, Any, Any]]:
    """(tier, evidence at a level, the requirement it meets): the calibration table, which tests hold."""
    if family == SOFT:
        first = [
            (0, _("Any number of claims"), _("none")),
            (1, _("Any number of one’s own projects"), _("none")),
            (2, _("What the others of one group say"), _("less, and at most 2")),
            (4, _("What a mentor says at the end of a programme"), _("one level less; the same level at 1")),
        ]
    else:
        first = [
            (0, _("Any number of claims"), _("none")),
            (1, _("One open project"), _("one level less, and at most 2")),
            (2, _("One endorsement"), _("one level less; the same level at 1")),
        ]
    return [
        *first,
        (3, _("One credential of a proven issuer"), _("one level less; the same level at 1")),
        (4, _("One assessed piece of work"), _("the same up to 2, then one less")),
        (4, _("Assessed work with such a credential"), _("the same, up to 4")),
        (4, _("Two assessed pieces of work"), _("the same, up to 5")),
    ]


routes: list[MarketRoute] = [
    page("/people/{id}", show, name="profiles.show", allow=anyone),
    page("/people/{id}/skills/{skill}", level, name="profiles.level", allow=anyone),
]
