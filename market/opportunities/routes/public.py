"""What is open, and one opening: pages for everyone."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, anyone, signed_in
from market.errors import NotFound
from market.opportunities import browsing, queries, rules, sentences, service
from market.opportunities.browsing import SIZE, Card, Facets, Found
from market.opportunities.changes import history
from market.opportunities.linked import job_ld
from market.opportunities.models import Opportunity, Watch
from market.opportunities.quality import quality
from market.opportunities.rules import Kind, Mode
from market.programmes import sentences as programme_sentences
from market.programmes.checks import Floor
from market.skills.forms import Chosen, typed
from market.web.kit import kit_of
from market.web.narrowing import MOST, day, faults, whole
from market.web.pagination import cut, decode, encode
from market.web.render import environment, render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _, language


def floor_of(request: Request) -> Floor:
    """The pay floor of this site."""
    settings = kit_of(request).settings
    return Floor(settings.pay_floor_minor, settings.currency)


def facets_of(given: QueryParams) -> Facets:
    """What the address narrows the list to; what cannot be read narrows nothing (`faults_of`)."""
    pay_from = whole(given.get("pay_from", ""))
    return Facets(
        q=given.get("q", "").strip()[:100],
        kinds=tuple(kind for kind in Kind if kind in given.getlist("kind")),
        modes=tuple(mode for mode in Mode if mode in given.getlist("mode")),
        skill=given.get("skill", "").strip()[:100],
        place=given.get("place", "").strip()[:100],
        pay_from=pay_from and pay_from * 100,
        hours_to=whole(given.get("hours_to", "")),
        language=given.get("language", "") if given.get("language", "") in sentences.LANGUAGES else "",
        start_from=day(given.get("start_from", "")),
        answer_within=whole(given.get("answer_within", "")),
    )


def faults_of(given: QueryParams) -> dict[str, str]:
    """What to say beside the fields of which nothing can be made."""
    return faults(given, {"pay_from": MOST, "hours_to": MOST}, ("start_from",))


def _card(request: Request, card: Card, asked: bool) -> Markup:
    """One opening of the list in HTML; `asked` says whether its skills are named."""
    return _card_in(card, asked, language(), clock.today().year, request.app.url_path_for)


@lru_cache(
    maxsize=4096
)  # about 2 KB each; the key is all that is written, so nothing kept can be out of date
def _card_in(card: Card, asked: bool, spoken: str, year: int, url: Callable[..., object]) -> Markup:
    """Days of this `year` are written without it. Everyone sees the same card, so it is made once, not for each reader."""
    template = environment().get_template("opportunities/card.html")
    return Markup(template.render(o=card, asked=asked, url=url, say=sentences))  # noqa: S704 - the template escapes


_FORMS = {"search": "opportunities/search.html", "narrow": "opportunities/narrow.html"}


@lru_cache(maxsize=256)  # at most 6 KB each where nobody types much; keyed by all that is written, too
def _form_in(
    which: str, given: tuple[tuple[str, str], ...], spoken: str, url: Callable[..., object]
) -> Markup:
    """The field that searches, or the form that narrows the list, with what this address asks for."""
    asked = QueryParams(list(given))
    template = environment().get_template(_FORMS[which])
    html = template.render(
        facets=facets_of(asked), given=asked, faults=faults_of(asked), languages=_languages(spoken), url=url
    )
    return Markup(html)  # noqa: S704 - the template escapes


@lru_cache(maxsize=8192)  # about 1 KB each; the key is all that is drawn, so nothing kept can be out of date
def _fit_in(order: browsing.Order, beside: str, spoken: str) -> Markup:
    """A reader's fit, drawn once for whoever has the same levels and for whoever looks again."""
    fit, words = order.fit_of(beside)
    draw: Any = environment().globals["draw"]
    drawn: Markup = draw.fit(fit, words)
    return drawn


def browse(request: Request, db: Session, actor: Actor) -> Response:
    """Openings, searched and narrowed: by newest, or in the order of the reader's evidence."""
    given = request.query_params
    facets = facets_of(given)
    order: browsing.Order | None = kit_of(request).browse_order if actor.is_signed_in else None
    by_fit = given.get("sort", "fit") == "fit"
    found, after = (
        _by_fit(db, actor, facets, order, given.get("after"))
        if order is not None and by_fit
        else _by_newest(db, actor, facets, order, given.get("after"))
    )
    spoken = language()
    items = tuple(given.multi_items())
    kept = [(k, v) for k, v in items if k != "after" and v]
    return render(
        request,
        "opportunities/browse.html",
        facets=facets,
        given=given,
        cards=found.cards,
        card=partial(_card, request),
        fits={one: _fit_in(order, beside, spoken) for one, beside in found.beside.items()},
        can_rank=order is not None,
        by_fit=order is not None and by_fit,
        next=f"{request.url.path}?{urlencode([*kept, ('after', after)])}" if after else "",
        first=f"{request.url.path}?{urlencode(kept)}" if given.get("after") else "",
        other_order=f"{request.url.path}?"
        + urlencode([*[(k, v) for k, v in kept if k != "sort"], ("sort", "new" if by_fit else "fit")]),
        form_of=lambda which: _form_in(which, items, spoken, request.app.url_path_for),
        like=lambda skill: (
            f"{request.url.path}?" + urlencode([*[(k, v) for k, v in kept if k != "skill"], ("skill", skill)])
        ),
        skills=_skills_meant(db, actor, facets) if not found.cards and facets.skill else None,
        status=422 if faults_of(given) else 200,
    )


def _skills_meant(db: Session, actor: Actor, facets: Facets) -> Chosen | None:
    """For an empty list: the skills that may be meant; None where the one that was named is known."""
    meant = typed(db, facets.skill, viewer=actor.id if actor.is_signed_in else 0)
    return None if meant.is_a_name else meant


@cache
def _languages(spoken: str) -> list[tuple[str, str]]:
    return [
        ("", _("Any language")),
        *((code, sentences.language_words(code)) for code in sentences.LANGUAGES),
    ]


def _by_fit(
    db: Session, actor: Actor, facets: Facets, order: browsing.Order, cursor: str | None
) -> tuple[Found, str]:
    key = decode(cursor, 1)
    begin = key[0] if key and is_id(key[0]) else 0
    found = browsing.browse_by_fit(db, actor, facets, order, begin)
    return found._replace(cards=found.cards[:SIZE]), encode([begin + SIZE]) if found.more else ""


def _by_newest(
    db: Session, actor: Actor, facets: Facets, order: browsing.Order | None, cursor: str | None
) -> tuple[Found, str]:
    after = _after(cursor)
    found = (
        Found(browsing.browse(db, facets, after), {})
        if order is None
        else browsing.browse_beside(db, actor, facets, order, after)
    )
    items, following = cut(found.cards, SIZE, _key)
    return found._replace(cards=items), following


def _key(card: Card) -> tuple[str, int]:
    return card.published_at.isoformat(), card.id


def is_id(value: object) -> bool:
    """Could this be a row's number? Cursors come from outside."""
    return isinstance(value, int) and 0 <= value < 2**32


def _after(cursor: str | None) -> tuple[datetime, int] | None:
    key = decode(cursor, 2)
    if key is None or not isinstance(key[0], str) or not is_id(key[1]):
        return None
    try:
        at = datetime.fromisoformat(key[0])
        return (at.astimezone(UTC), key[1]) if at.tzinfo is not None else None
    except (ValueError, OverflowError):  # the latter: a day before the first or after the last
        return None


def show(request: Request, db: Session, actor: Actor) -> Response:
    """One opening, whole; for its writers also before it is public. Of a cancelled one, that it is and why."""
    opportunity = queries.get_opportunity(db, request.path_params["id"])
    allowed = rules.may_see(actor, opportunity)
    if not allowed and rules.was_called_off(opportunity):
        return _called_off(request, db, opportunity)
    if not allowed:
        raise NotFound(allowed.reason)
    whole = queries.whole(db, opportunity)
    is_ours = bool(rules.may_post(actor, opportunity.org_id))
    watching = actor.is_signed_in and db.get(Watch, (opportunity.id, actor.id)) is not None
    return render(
        request,
        "opportunities/show.html",
        opportunity=opportunity,
        whole=whole,
        history=history(db, opportunity, whole.addenda),
        checks=quality(whole.draft, floor_of(request)),
        state=sentences.state(opportunity),
        say=sentences,
        is_ours=is_ours,
        watching=watching,
        may_watch=actor.is_signed_in and not is_ours and opportunity.status in rules.OPEN,
        is_over=opportunity.status not in rules.OPEN,
        now=clock.now(),
        programme_say=programme_sentences,
        linked=_linked(request, whole),
    )


def _linked(request: Request, whole: queries.Whole) -> dict[str, Any] | None:
    """The opening as linked data, with whole addresses."""
    base, path = kit_of(request).settings.public_url.rstrip("/"), request.app.url_path_for
    return job_ld(
        whole,
        url=base + str(path("opportunities.show", id=whole.opportunity.public_id)),
        organisation_url=base + str(path("organisations.show", id=whole.organisation.public_id)),
    )


def _called_off(request: Request, db: Session, opportunity: Opportunity) -> Response:
    """What is left of a cancelled opening for those who followed it: a link that led somewhere leads somewhere."""
    organisation, reason = queries.called_off(db, opportunity)
    return render(
        request,
        "opportunities/called_off.html",
        opportunity=opportunity,
        organisation=organisation,
        reason=reason,
        say=sentences,
    )


def rubric(request: Request, db: Session, actor: Actor) -> Response:
    """The rubric of an opening, for everyone who may read it."""
    opportunity = queries.get_visible(db, actor, request.path_params["id"])
    whole = queries.whole(db, opportunity)
    return render(request, "opportunities/rubric_read.html", opportunity=opportunity, rubric=whole.rubric)


def watch(request: Request, db: Session, actor: Actor) -> Response:
    """Keep an eye on it, or stop doing so."""
    opportunity = queries.get_visible(db, actor, request.path_params["id"])
    if request.state.form.get("watch") == "stop":
        service.unwatch(db, actor, opportunity)
        said = _("You are not told about this any more.")
    else:
        service.watch(db, actor, opportunity)
        said = _("You are told when this changes.")
    return see_other(request, "opportunities.show", id=opportunity.public_id, said=said)


routes: list[MarketRoute] = [
    page("/openings", browse, name="opportunities.browse", allow=anyone),
    page("/openings/{id}", show, name="opportunities.show", allow=anyone),
    page("/openings/{id}/rubric", rubric, name="opportunities.rubric_read", allow=anyone),
    action("/openings/{id}/watch", watch, name="opportunities.watch", allow=signed_in),
]
