"""What matching puts into other pages: the two numbers, the explanation that both sides read, and the mirror."""

from collections.abc import Sequence
from typing import Any, Protocol

from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request

from market.access import Actor
from market.evidence.credit import Credit
from market.evidence.posterior import UNITS
from market.matching import growing, growing_words, sentences, service
from market.matching.core.explain import Explanation, Part
from market.matching.core.policy import version_name
from market.matching.demand import Step, steps_towards
from market.matching.queries import Findable, Wanted, findable_count, requirements_of
from market.matching.told import Told, told
from market.opportunities.models import Opportunity
from market.profiles.explaining import Explained, explained
from market.profiles.queries import chose_no_order
from market.profiles.routes.showing import saying
from market.profiles.sentences import in_part
from market.programmes.queries import Whole
from market.skills.models import Skill
from market.web.kit import kit_of
from market.web.render import render_part
from market.words import _


def fit(request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any) -> Markup:
    """The reader's own two numbers beside an opening."""
    if not actor.is_signed_in or actor.belongs_to(opportunity.org_id):
        return Markup("")
    found = service.fits_for(db, actor.id, [opportunity.id]).get(opportunity.id)
    if found is None:
        return Markup("")
    return render_part(request, "matching/fit.html", fit=found, words=sentences.gap(found))


def order_words(request: Request, db: Session, actor: Actor, **_more: Any) -> Markup:
    """What stands under openings in the order of the reader's evidence: how they were put in order, by which policy."""
    policy = service.policy_for(kit_of(request).settings)
    return render_part(
        request,
        "matching/order_words.html",
        version=version_name(policy.version),
        crowding=policy.applicants_per_seat > 0,
    )


def own_explanation(
    request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any
) -> Markup:
    """What is asked, and the reader's own evidence; for a visitor what is asked alone."""
    wanted = requirements_of(db, opportunity)
    known = None
    if wanted and actor.is_signed_in and not actor.belongs_to(opportunity.org_id):
        known = told(db, wanted, actor.id, kit_of(request).source_words)
    found = known.explanation if known else None
    return render_part(
        request,
        "matching/asked.html",
        wanted=wanted,
        found=found,
        behind=_behind(request, actor, wanted, known, actor.public_id) if known else [],
        options=[(sentences.option(one), one) for one in found.options] if found else [],
        opportunity=opportunity,
        change=sentences.change(found.change) if found and found.change else "",
        steps=_steps(db, actor, found, opportunity) if found else [],
        lacking=[(part.skill_id, part.level) for part in found.fit.parts if not part.met] if found else [],
        person_public_id=actor.public_id,
    )


def _steps(db: Session, actor: Actor, found: Explanation, opportunity: Opportunity) -> list[tuple[str, Step]]:
    """The name of each skill that is lacking, with an open opening that asks less of it."""
    lacking = {part.skill_id: part for part in found.fit.parts if not part.met}
    steps = steps_towards(db, actor, {skill: part.level for skill, part in lacking.items()}, opportunity.id)
    return [(lacking[one.skill_id].skill, one) for one in steps]


class Someone(Protocol):
    """Whom an explanation is about."""

    @property
    def id(self) -> int: ...
    @property
    def public_id(self) -> str: ...
    @property
    def display_name(self) -> str | None: ...


def explanation(
    request: Request,
    db: Session,
    actor: Actor,
    *,
    opportunity: Opportunity,
    person: Someone,
    level: int = 2,
    apart: bool | None = None,
    wanted: Sequence[Wanted] | None = None,
    known: Told | None = None,
    **_more: Any,
) -> Markup:
    """Why a person stands where they stand for an opening, to either side; to others nothing of who chose no order.

    `apart` says whether they did, `wanted` what is asked, and `known` is the answer, where the page knows it already.
    """
    wanted = requirements_of(db, opportunity) if wanted is None else wanted
    if apart is None and actor.id != person.id:
        apart = bool(chose_no_order(db, [person.id]))
    if not wanted or (apart and actor.id != person.id):
        return Markup("")
    known = known or told(db, wanted, person.id, kit_of(request).source_words)
    found, own = known.explanation, actor.id == person.id
    return render_part(
        request,
        "matching/explanation.html",
        found=found,
        behind=_behind(request, actor, wanted, known, person.public_id),
        options=[(sentences.option(one), one) for one in found.options] if own else [],
        own=own,
        name=person.display_name or _("This person"),
        change=sentences.change(found.change) if found.change else "",
        level=level,
    )


Behind = tuple[Part, Explained, dict[str, Any] | None, str]
"""A requirement, the lines of the level behind it, what is left of it for another skill, and the page that says why."""


def _behind(
    request: Request, actor: Actor, wanted: Sequence[Wanted], known: Told, person_public_id: str
) -> list[Behind]:
    """What each level in an explanation is made of, line by line."""
    say = saying(request, actor, known.sources)
    made: list[Behind] = []
    for one, part in zip(wanted, known.explanation.fit.parts, strict=True):
        ledger = known.rows.get(part.via.path.shown if part.via else part.skill_id, [])
        why = explained(ledger, known.explanation.as_of, say, known.parties)
        credit = None
        if part.via:
            words = in_part(one.skill, part.via.skill, Credit(part.via.unit, part.via.path))
            credit = {"words": words, "skill": part.via.skill, "counts": round(100 * part.via.unit / UNITS)}
        place = ledger[0].skill_public_id if ledger else one.skill_public_id
        href = str(request.app.url_path_for("profiles.level", id=person_public_id, skill=place))
        made.append((part, why, credit, href if ledger else ""))
    return made


def mirror(request: Request, db: Session, actor: Actor, *, opportunity: Opportunity, **_more: Any) -> Markup:
    """How many people meet all, three quarters and half of what a draft asks, and what shrinks the pool most."""
    wanted = requirements_of(db, opportunity)
    found = service.mirror(db, [w.asked for w in wanted], opportunity.org_id)
    return render_part(
        request,
        "matching/mirror.html",
        found=found,
        of=findable_count(db, Findable(org_id=opportunity.org_id)) if found else 0,
        words=sentences.narrowest(found, wanted) if found else "",
    )


def teaches(
    request: Request,
    db: Session,
    actor: Actor,
    *,
    skills: Sequence[tuple[int, int]],
    level: int = 3,
    **_more: Any,
) -> Markup:
    """The programmes that teach the reader one of these skills (id and level), beside what they lack. Two statements."""
    if not actor.is_signed_in or not skills:
        return Markup("")
    found = growing.ways_for(db, actor, dict(skills))
    return render_part(
        request, "matching/ways.html", ways=found, reasons=growing_words.reasons, level=level, teaching=False
    )


def teaches_skill(request: Request, db: Session, actor: Actor, *, skill: Skill, **_more: Any) -> Markup:
    """The programmes that teach a skill, on its page: those that would change most for the reader first."""
    found = growing.ways_for(db, actor, {skill.id: 5}, most=6)
    return render_part(
        request, "matching/ways.html", ways=found, reasons=growing_words.of_skill, level=2, teaching=True
    )


def would_open(request: Request, db: Session, actor: Actor, *, whole: Whole, **_more: Any) -> Markup:
    """What a programme would open for the reader, before they start; nothing for its own organisation. Two statements."""
    outcomes = {one.skill_id: one.level for one in whole.draft.outcomes if one.skill_id is not None}
    if not outcomes or actor.belongs_to(whole.version.org_id):
        return Markup("")
    found = growing.would_open(db, actor, outcomes) if actor.is_signed_in else None
    return render_part(request, "matching/opens.html", found=found)
