"""Pages about issuers: those this site knows, one of them, and the moderators' list with its registries."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone, moderates
from market.accounts.queries import display_names
from market.errors import Invalid
from market.evidence.models import SourceKind
from market.evidence.queries import strength_of
from market.trust import queries, sentences, service
from market.trust.forms import AddForm, DecisionForm, RegistryForm
from market.trust.models import Standing
from market.web.forms import BLANK, Entry, filled, read
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _

SIZE = 50


def _after(request: Request) -> int:
    key = decode(request.query_params.get("after"), 1)
    return key[0] if key and isinstance(key[0], int) and not isinstance(key[0], bool) else 0


def issuers(request: Request, db: Session, actor: Actor) -> Response:
    """The issuers this site knows: by its own list or a registry it reads."""
    text = request.query_params.get("q", "").strip()[:100]
    rows = queries.known_issuers(db, _after(request), SIZE + 1, text)
    found = cut(rows, SIZE, lambda one: (one.id,))
    return render(request, "trust/issuers.html", found=found, text=text)


def issuer(request: Request, db: Session, actor: Actor) -> Response:
    """Who an issuer is, who says so, and what its credentials are worth here."""
    one = queries.get_issuer(db, request.path_params["id"])
    strength = strength_of(db, SourceKind.ISSUER, ("issuer", one.id))
    named = queries.names_of(db, [one.id])[one.id]
    counts = not (named.is_own_word or one.standing is Standing.DENIED)
    return render(
        request,
        "trust/issuer.html",
        issuer=one,
        named=named,
        counts=counts,
        listings=queries.listings_of(db, one.id),
        standing=sentences.standing_words(one.standing),
        learned=strength if counts and strength is not None and strength.n else None,
        strength_words=sentences.strength_words(strength),
        may_decide=bool(actor.is_moderator or actor.is_admin),
    )


# -- for moderators


def moderation(
    request: Request,
    db: Session,
    actor: Actor,
    adding: Entry[Any] = BLANK,
    registry: Entry[Any] = BLANK,
) -> Response:
    """Issuers that were met or are on the site's own list, and the registries that are read."""
    text = request.query_params.get("q", "").strip()[:100]
    rows, registries = queries.moderated(db, _after(request), SIZE + 1, text)
    return render(
        request,
        "trust/moderation.html",
        status=max(adding.status, registry.status),
        found=cut(rows, SIZE, lambda one: (one.id,)),
        text=text,
        adding=adding if adding is not BLANK else filled(standing="allowed"),
        registry=registry if registry is not BLANK else filled(kind="dcc"),
        registries=[(one, n, sentences.kind_words(one.kind)) for one, n in registries],
    )


def deciding(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """The form of a decision about one issuer, with the log of those before."""
    one = queries.get_issuer(db, request.path_params["id"])
    if entry is BLANK:
        entry = filled(standing=str(one.standing), name=one.name, homepage=one.homepage)
    log = queries.decisions_about(db, one.id)
    return render(
        request,
        "trust/deciding.html",
        status=entry.status,
        entry=entry,
        issuer=one,
        named=queries.names_of(db, [one.id])[one.id],
        log=[(it, sentences.standing_words(it.standing)) for it in log],
        names=display_names(db, [it.person_id for it in log if it.person_id]),
    )


def decide(request: Request, db: Session, actor: Actor) -> Response:
    """Put an issuer on the list, or take it off."""
    one = queries.get_issuer(db, request.path_params["id"])
    entry = read(DecisionForm, request.state.form)
    if entry.errors:
        return deciding(request, db, actor, entry)
    data = entry.data
    try:
        service.decide(
            db,
            actor,
            one,
            Standing(data.standing),
            reason=data.reason,
            name=data.name,
            homepage=data.homepage,
        )
    except Invalid as refused:
        return deciding(request, db, actor, Entry(entry.values, None, refused.fields))
    said = _("Decided. What it issued is being checked again.")
    return see_other(request, "trust.deciding", id=one.public_id, said=said)


def add(request: Request, db: Session, actor: Actor) -> Response:
    """Decide about an issuer that was not met here yet."""
    entry = read(AddForm, request.state.form)
    if entry.errors:
        return moderation(request, db, actor, adding=entry)
    data = entry.data
    try:
        one = service.meet(db, data.uri)
        service.decide(
            db,
            actor,
            one,
            Standing(data.standing),
            reason=data.reason,
            name=data.name,
            homepage=data.homepage,
        )
    except Invalid as refused:
        return moderation(request, db, actor, adding=Entry(entry.values, None, refused.fields))
    return see_other(request, "trust.deciding", id=one.public_id, said=_("It is on the list."))


def add_registry(request: Request, db: Session, actor: Actor) -> Response:
    """Read one more registry."""
    entry = read(RegistryForm, request.state.form)
    if entry.errors:
        return moderation(request, db, actor, registry=entry)
    data = entry.data
    try:
        service.add_registry(db, actor, data.kind, data.registry_name, data.url)
    except Invalid as refused:
        return moderation(request, db, actor, registry=Entry(entry.values, None, refused.fields))
    said = _("It is added. The worker reads it within a minute.")
    return see_other(request, "trust.moderation", said=said, anchor="registries")


def read_registry(request: Request, db: Session, actor: Actor) -> Response:
    """Have a registry read now."""
    service.read_now(db, actor, queries.get_registry(db, request.path_params["registry"]))
    said = _("It is read within a minute.")
    return see_other(request, "trust.moderation", said=said, anchor="registries")


def remove_registry(request: Request, db: Session, actor: Actor) -> Response:
    """Read a registry no more."""
    service.remove_registry(db, actor, queries.get_registry(db, request.path_params["registry"]))
    said = _("It is removed. Whom it alone knew is unknown from now on.")
    return see_other(request, "trust.moderation", said=said, anchor="registries")


_REGISTRY = "/moderation/registries/{registry}"
routes: list[MarketRoute] = [
    page("/issuers", issuers, name="trust.issuers", allow=anyone),
    page("/issuers/{id}", issuer, name="trust.issuer", allow=anyone),
    page("/moderation/issuers", moderation, name="trust.moderation", allow=moderates),
    action("/moderation/issuers", add, name="trust.add", allow=moderates),
    page("/moderation/issuers/{id}", deciding, name="trust.deciding", allow=moderates),
    action("/moderation/issuers/{id}", decide, name="trust.decide", allow=moderates),
    action("/moderation/registries", add_registry, name="trust.add_registry", allow=moderates),
    action(f"{_REGISTRY}/read", read_registry, name="trust.read_registry", allow=moderates),
    action(f"{_REGISTRY}/remove", remove_registry, name="trust.remove_registry", allow=moderates),
]
