"""What is offered, and one programme: pages for everyone."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.errors import NotFound
from market.programmes import browsing, descriptor, queries, rounds, rules, sentences
from market.programmes.browsing import SIZE, Card, Facets
from market.programmes.depth import safeguards
from market.programmes.linked import Round, programme_ld
from market.programmes.quality import quality
from market.programmes.routes.write import floor_of
from market.web.kit import kit_of
from market.web.narrowing import MOST, day, faults, whole
from market.web.pagination import cut, decode
from market.web.render import render
from market.web.routing import MarketRoute, page
from market.words import _


def facets_of(given: QueryParams) -> Facets:
    """What the address narrows the list to; what cannot be read narrows nothing (`faults`)."""
    return Facets(
        skill=given.get("skill", "").strip()[:100],
        hours_to=whole(given.get("hours_to", "")),
        is_free=given.get("cost") == "free",
        is_open=given.get("open") == "1",
        start_from=day(given.get("start_from", "")),
    )


def browse(request: Request, db: Session, actor: Actor) -> Response:
    """Programmes, newest first, narrowed by what the address asks for."""
    given = request.query_params
    facets, wrong = facets_of(given), faults(given, {"hours_to": MOST}, ("start_from",))
    found = browsing.browse(db, facets, _after(given.get("after")))
    cards, following = cut(found, SIZE, _key)
    kept = [(k, v) for k, v in given.multi_items() if k != "after" and v]
    return render(
        request,
        "programmes/browse.html",
        facets=facets,
        given=given,
        faults=wrong,
        status=422 if wrong else 200,
        cards=cards,
        say=sentences,
        mode_words=descriptor.mode_words,
        next=f"{request.url.path}?{urlencode([*kept, ('after', following)])}" if following else "",
        first=f"{request.url.path}?{urlencode(kept)}" if given.get("after") else "",
    )


def _key(card: Card) -> tuple[str, int]:
    return card.published_at.isoformat(), card.id


def _after(cursor: str | None) -> tuple[datetime, int] | None:
    key = decode(cursor, 2)
    if key is None or not isinstance(key[0], str) or not isinstance(key[1], int) or not 0 <= key[1] < 2**32:
        return None
    try:
        at = datetime.fromisoformat(key[0])
        return (at.astimezone(UTC), key[1]) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def show(request: Request, db: Session, actor: Actor) -> Response:
    """One programme, whole: the version that is out, or its draft for those who write it."""
    programme = queries.get_visible(db, actor, request.path_params["id"])
    return _show(request, db, actor, queries.whole(db, queries.newest(db, programme)))


def version(request: Request, db: Session, actor: Actor) -> Response:
    """One version of a programme: what somebody signed stays to be read."""
    programme = queries.get_visible(db, actor, request.path_params["id"])
    number = request.path_params["number"]
    found = queries.version_of(db, programme, number) if number > 0 else None
    if found is None:
        raise NotFound(_("There is no such version."))
    return _show(request, db, actor, queries.whole(db, found))


def _show(request: Request, db: Session, actor: Actor, whole: queries.Whole) -> Response:
    draft, organisation = whole.draft, whole.organisation
    base = kit_of(request).settings.public_url.rstrip("/")
    address = base + str(request.app.url_path_for("programmes.show", id=whole.programme.public_id))
    open_now = rounds.open_rounds(db, whole.programme.id)
    return render(
        request,
        "programmes/show.html",
        programme=whole.programme,
        whole=whole,
        draft=draft,
        say=sentences,
        state=sentences.state(whole.programme.status),
        checks=quality(draft),
        safe=safeguards(draft, floor_of(request)),
        elements=descriptor.elements(draft),
        filled=descriptor.filled(draft),
        also=descriptor.optional(draft),
        is_ours=bool(rules.may_write(actor, whole.programme.org_id)),
        is_newest=whole.version.version == whole.programme.version,
        rounds=open_now,
        linked=programme_ld(
            draft,
            url=address,
            organisation=organisation.name,
            organisation_url=base
            + str(request.app.url_path_for("organisations.show", id=organisation.public_id)),
            rounds=[
                Round(one.starts_on, one.apply_by.date() if one.apply_by else None, one.seats)
                for one in open_now
            ],
        )
        if whole.programme.status == rules.Status.PUBLISHED and not whole.programme.for_members
        else None,
    )


routes: list[MarketRoute] = [
    page("/programmes", browse, name="programmes.browse", allow=anyone),
    page("/programmes/{id}", show, name="programmes.show", allow=anyone),
    page("/programmes/{id}/versions/{number:int}", version, name="programmes.version", allow=anyone),
]
