"""Finding people by what they have shown, inviting them to an opening, and how an order was made."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, Task, anyone, recruits, signed_in
from market.errors import NotFound
from market.evidence.posterior import DEFAULTS
from market.gather import Gather
from market.matching import acts, demand, growing, growing_words, log, sentences, service, shown, standing
from market.matching.core.contract import COVERED, ESSENTIAL, SURPLUS, Requirement
from market.matching.forms import MOST, Narrowed, Wishes, narrowed, wishes
from market.matching.models import Ranking, RankingAct, RankingRow
from market.matching.queries import REQUIREMENTS_OF, Findable, wanted_in
from market.opportunities import queries as openings
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status, may_post
from market.opportunities.sentences import LANGUAGES, language_words
from market.profiles.queries import visible_profile
from market.skills.finding import look_ahead
from market.web import narrowing
from market.web.kit import kit_of
from market.web.render import render
from market.web.routing import MarketRoute, after, page
from market.words import _

SIZE = 20
MOST_OPENINGS = 50


def people(request: Request, db: Session, actor: Actor) -> Response:
    """People for skills that are typed, or for one of our openings, in the order of their evidence."""
    return _search(request, db, actor, request.query_params.get("for", ""))


def candidates(request: Request, db: Session, actor: Actor) -> Response:
    """People who could be invited to one opening."""
    return _search(request, db, actor, request.path_params["id"])


def _search(request: Request, db: Session, actor: Actor, chosen: str) -> Response:
    """Two statements: what is asked and for which opening, then the people; or an order as it stood, and its people."""
    given = request.query_params
    facets = narrowed(given, LANGUAGES)
    kept = service.kept(db, given["ranking"], actor.id, chosen) if given.get("ranking") else None
    if kept is not None:  # a later page: as the order stood, so that nothing repeats or is skipped
        return _page(request, db, actor, facets, chosen, *kept)
    policy = service.policy_for(kit_of(request).settings)
    asked = _asked_for(request, db, actor, chosen)
    drawn = None
    if asked.requirements:
        findable = _findable(request, actor, facets, asked.opening)._replace(
            without=asked.applied, tier_skills=tuple(r.skill_id for r in asked.requirements)
        )
        drawn = service.draw_people(db, actor, asked.requirements, findable, asked.opening, policy)
        ranking, rows = drawn.ranking, drawn.rows
        after(request, lambda log: service.keep(log, ranking, rows))
    return _page(
        request,
        db,
        actor,
        facets,
        chosen,
        drawn.ranking if drawn else None,
        drawn.rows if drawn else [],
        people=drawn.people if drawn else [],
        asked=asked,
    )


class Asked(NamedTuple):
    """What the people are searched for: one of our openings, or skills that were typed."""

    ours: list[openings.OurRow]
    requirements: list[Requirement]
    names: dict[int, str]  # of the skills
    wished: Wishes = Wishes()
    opening: Opportunity | None = None
    applied: tuple[int, ...] = ()


def _asked_for(request: Request, db: Session, actor: Actor, chosen: str) -> Asked:
    """One statement. `NotFound` for an opening that is not of an organisation the actor posts for."""
    given = request.query_params
    org_ids = actor.orgs_for(Task.DECIDE)
    of_ours = openings.given_ours(org_ids, (Status.PUBLISHED,), MOST_OPENINGS + 1)
    if not chosen:
        (rows,) = look_ahead(db, actor.id, openings.OURS, given=of_ours)
        wished = wishes(db, given.get("q", ""), given, actor.id)
        skills = {w.chosen.skill.id: w.chosen.skill.name for w in wished.all if w.chosen.skill}
        return Asked([openings.OurRow._make(row) for row in rows], wished.requirements, skills, wished)
    applied = kit_of(request).applied_ids
    read = Gather(openings.OURS, REQUIREMENTS_OF, *([] if applied is None else [applied]))
    found, (rows, needs, *sent) = read.beside(
        db, Opportunity, col(Opportunity.public_id) == chosen, {**of_ours, "opening": chosen}
    )
    if not found or not may_post(actor, found[0].org_id):
        raise NotFound(_("There is no such opening."))
    wanted = wanted_in(needs)
    return Asked(
        [openings.OurRow._make(row) for row in rows],
        [w.asked for w in wanted],
        {w.asked.skill_id: w.skill for w in wanted},
        opening=found[0],
        applied=tuple(row.person_id for row in sent[0]) if sent else (),
    )


def _findable(request: Request, actor: Actor, facets: Narrowed, opening: Opportunity | None) -> Findable:
    return service.findable_by(actor, opening.org_id if opening else None)._replace(
        available_by=facets.available_by(clock.today(actor.time_zone)),
        hours_week=facets.hours,
        language=facets.language,
        tier=facets.tier,
        pay_at_most_minor=facets.pay * 100 if facets.pay else None,
        currency=kit_of(request).settings.currency,
    )


def _page(
    request: Request,
    db: Session,
    actor: Actor,
    facets: Narrowed,
    chosen: str,
    ranking: Ranking | None,
    rows: Sequence[RankingRow],
    *,
    people: Sequence[Any] | None = None,
    asked: Asked | None = None,
) -> Response:
    """One page of an order. Later pages (without `asked`) cost two statements: the kept order, and its people."""
    given = request.query_params
    last = given.get("after", "") if asked is None else ""
    begin = int(last) if last.isascii() and last.isdigit() and len(last) < 4 else 0
    here = [row for row in rows if row.place > begin][:SIZE]
    names = asked.names if asked else None
    listed = (
        shown.lines(db, ranking, here, service.findable_by(actor), people, names)
        if ranking
        else shown.Listed([], [])
    )
    kept = [(k, v) for k, v in given.multi_items() if k not in ("ranking", "after") and v]
    more = bool(here) and here[-1].place < len(rows)
    whole = [(k, v) for k, v in kept if k not in Narrowed._fields]
    faults = asked.wished.faults if asked else []
    unread = narrowing.faults(given, MOST) if ranking else {}  # else there is nothing to narrow
    following = [("ranking", ranking.public_id), ("after", str(here[-1].place))] if ranking and more else []
    return render(
        request,
        "matching/people.html",
        given=given,
        facets=facets,
        chosen=chosen,
        wished=asked.wished if asked else None,
        faults=faults,
        unread=unread,
        opening=asked.opening if asked else None,
        ours=asked.ours if asked else [],
        ranking=ranking,
        listed=listed,
        lowered=len(log.lowered(ranking, rows)) if ranking else 0,
        asked=_asked(ranking, listed.skills),
        total=len(rows),
        begin=begin,
        next=f"{request.url.path}?{urlencode([*kept, *following])}" if following else "",
        first=f"{request.url.path}?{urlencode(kept)}" if begin else "",
        whole=f"{request.url.path}?{urlencode(whole)}" if whole else request.url.path,
        languages=[("", _("Any language")), *((code, language_words(code)) for code in LANGUAGES)],
        status=422 if faults or unread else 200,
    )


def _asked(ranking: Ranking | None, skills: Sequence[str]) -> list[tuple[str, int]]:
    """Each skill asked with its level, as they were scored."""
    if ranking is None:
        return []
    return [(skill, int(r["level"])) for skill, r in zip(skills, ranking.requirements, strict=False)]


def invite(request: Request, db: Session, actor: Actor) -> Response:
    """Which of our openings to invite a person to."""
    seen = visible_profile(db, actor, request.path_params["id"], kit_of(request).profile_readers)
    ours = openings.ours(db, actor.orgs_for(Task.DECIDE), (Status.PUBLISHED,), MOST_OPENINGS)
    return render(request, "matching/invite.html", person=seen.person, ours=ours)


def why(request: Request, db: Session, actor: Actor) -> Response:
    """How an order that this reader was shown came about: what went in, what never does, and the order as kept."""
    found = service.kept(db, request.path_params["id"], actor.id)
    if found is None:
        raise NotFound(_("There is no such list, or it was not shown to you."))
    ranking, rows = found
    base = Findable() if ranking.kind == "applicants" else service.findable_by(actor)
    listed = shown.lines(db, ranking, rows, base)
    by_place = {row.place: row for row in rows}
    return render(
        request,
        "matching/why.html",
        ranking=ranking,
        listed=listed,
        points={line.place: by_place[line.place] for line in listed.lines},
        policy=log.policy_in(ranking),
        did=log.did(ranking, rows),
        lowered=log.lowered(ranking, rows),
        gone=len(rows) - len(listed.lines),
        followed=_followed(db, ranking, listed),
        requirements=_weighed(ranking, listed.skills),
        filters={**Findable().as_log(), **ranking.filters},
        act_words=sentences.act,
        model=DEFAULTS,
        weights={"essential": ESSENTIAL, "covered": COVERED, "surplus": SURPLUS},
        language_words=language_words,
    )


def _followed(db: Session, ranking: Ranking, listed: shown.Listed) -> list[tuple[RankingAct, str]]:
    """What people did after this list, each with the name of whom it was about, as far as the reader may see them."""
    names = {line.place: line.name for line in listed.lines}
    return [(one, names.get(one.place or 0, "")) for one in acts.acts_after(db, ranking)]


def _weighed(ranking: Ranking, skills: Sequence[str]) -> list[dict[str, Any]]:
    return [{**r, "skill": skill} for skill, r in zip(skills, ranking.requirements, strict=False)]


def standing_for(request: Request, db: Session, actor: Actor) -> Response:
    """Why this reader does or does not stand in the list of people for an opening."""
    opportunity = openings.get_visible(db, actor, request.path_params["id"])
    sent = kit_of(request).applied_ids
    applied = sent is not None and actor.id in db.scalars(sent, {"opening": opportunity.public_id}).all()
    policy = service.policy_for(kit_of(request).settings)
    found = standing.reasons(db, actor, opportunity, has_applied=applied, policy=policy)
    fit = service.fits_for(db, actor.id, [opportunity.id]).get(opportunity.id)
    return render(
        request,
        "matching/standing.html",
        opportunity=opportunity,
        reasons=found,
        most=service.MOST,
        lacking=[(part.skill_id, part.level) for part in fit.parts if not part.met]
        if fit and not actor.belongs_to(opportunity.org_id)
        else [],
    )


def growth(request: Request, db: Session, actor: Actor) -> Response:
    """The skills that would open most to the reader, each with programmes that teach it. Two statements."""
    found = growing.steps_for(db, actor)
    return render(request, "matching/growth.html", found=found, reasons=growing_words.reasons)


def gaps(request: Request, db: Session, actor: Actor) -> Response:
    """Demand against supply for each skill, of the whole site: public profiles alone, and no small counts."""
    rows = demand.demand(db, Findable(recruits_for=()), fewest=demand.FEWEST)
    return _demand(request, rows, ours=False)


def our_gaps(request: Request, db: Session, actor: Actor) -> Response:
    """The same for what the reader's organisations ask, and the people they may find."""
    orgs = actor.orgs_for(Task.DECIDE)
    return _demand(request, demand.demand(db, service.findable_by(actor), orgs), ours=True)


def _demand(request: Request, rows: Sequence[demand.Demand], *, ours: bool) -> Response:
    if request.query_params.get("as") == "csv":
        headers = {"Content-Disposition": 'attachment; filename="skills-demand.csv"'}
        return Response(demand.as_csv(rows), media_type="text/csv", headers=headers)
    most = {
        "openings": max((row.openings for row in rows), default=1),
        "people": max((row.people or 0 for row in rows), default=0) or 1,
    }
    return render(request, "matching/demand.html", rows=rows, most=most, ours=ours, fewest=demand.FEWEST)


routes: list[MarketRoute] = [
    page("/skills/demand", gaps, name="matching.gaps", allow=anyone),
    page("/growth", growth, name="matching.growth", allow=signed_in),
    page("/postings/demand", our_gaps, name="matching.our_gaps", allow=recruits),
    page("/openings/{id}/standing", standing_for, name="matching.standing", allow=signed_in),
    page("/people", people, name="matching.people", allow=recruits),
    page("/people/{id}/invite", invite, name="matching.invite", allow=recruits),
    page("/postings/{id}/candidates", candidates, name="matching.candidates", allow=recruits),
    page("/orders/{id}", why, name="matching.why", allow=signed_in),
]
