"""What is open, and one opening: pages for everyone."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache, partial
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
from market.opportunities.drafts import Floor
from market.opportunities.models import Opportunity, Watch
from market.opportunities.quality import quality
from market.opportunities.rules import Kind, Mode
from market.web.kit import kit_of
from market.web.pagination import cut, decode, encode
from market.web.render import environment, render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _, language


def floor_of(request: Request) -> Floor:
    """The pay floor of this site."""
    settings = kit_of(request).settings
    return Floor(settings.pay_floor_minor, settings.currency)


def facets_of(given: QueryParams) -> Facets:
    """What the address narrows the list to; what makes no sense is left out."""
    return Facets(
        q=given.get("q", "").strip()[:100],
        kinds=tuple(kind for kind in (Kind.GIG, Kind.TRIAL) if kind in given.getlist("kind")),
        modes=tuple(mode for mode in Mode if mode in given.getlist("mode")),
        skill=given.get("skill", "").strip()[:100],
        pay_from=_whole(given.get("pay_from", ""), 100),
        hours_to=_whole(given.get("hours_to", ""), 1),
        language=given.get("language", "") if given.get("language", "") in sentences.LANGUAGES else "",
        start_from=_day(given.get("start_from", "")),
        answer_within=_whole(given.get("answer_within", ""), 1),
    )


def _whole(text: str, times: int) -> int | None:
    """A small whole number above nought, else None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    return int(text) * times or None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


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


def browse(request: Request, db: Session, actor: Actor) -> Response:
    """Openings, searched and narrowed: by newest, or in the order of the reader's evidence."""
    given = request.query_params
    facets, order = facets_of(given), kit_of(request).browse_order
    can_rank = order is not None and actor.is_signed_in
    by_fit = can_rank and given.get("sort", "fit") == "fit"
    if order is not None and by_fit:
        found, after = _by_fit(db, actor, facets, order, given.get("after"))
    else:
        found, after = _by_newest(db, facets, given.get("after"))
        if order is not None and can_rank:
            found = found._replace(fits=browsing.fits_of(db, actor, order, found.cards))
    kept = [(k, v) for k, v in given.multi_items() if k != "after" and v]
    return render(
        request,
        "opportunities/browse.html",
        facets=facets,
        given=given,
        cards=found.cards,
        card=partial(_card, request),
        fits=found.fits,
        can_rank=can_rank,
        by_fit=by_fit,
        next=f"{request.url.path}?{urlencode([*kept, ('after', after)])}" if after else "",
        first=f"{request.url.path}?{urlencode(kept)}" if given.get("after") else "",
        other_order=f"{request.url.path}?"
        + urlencode([*[(k, v) for k, v in kept if k != "sort"], ("sort", "new" if by_fit else "fit")]),
        languages=[
            ("", _("Any language")),
            *((code, sentences.language_words(code)) for code in sentences.LANGUAGES),
        ],
        say=sentences,
    )


def _by_fit(
    db: Session, actor: Actor, facets: Facets, order: browsing.Order, cursor: str | None
) -> tuple[Found, str]:
    key = decode(cursor, 1)
    begin = key[0] if key and isinstance(key[0], int) and 0 <= key[0] <= browsing.RANKED_AMONG else 0
    found = browsing.browse_by_fit(db, actor, facets, order, begin)
    return found, encode([begin + SIZE]) if found.more else ""


def _by_newest(db: Session, facets: Facets, cursor: str | None) -> tuple[Found, str]:
    rows = browsing.browse(db, facets, _after(cursor))
    items, following = cut(rows, SIZE, _key)
    return Found(items, {}), following


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
        checks=quality(whole.draft, floor_of(request)),
        state=sentences.state(opportunity),
        say=sentences,
        is_ours=is_ours,
        watching=watching,
        may_watch=actor.is_signed_in and not is_ours and opportunity.status in rules.OPEN,
        is_over=opportunity.status not in rules.OPEN,
        now=clock.now(),
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
