"""Identifiers and pages elsewhere: asking for a challenge, answering it, linking a page, forgetting one."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market import clock
from market.access import Actor, talent
from market.errors import Invalid, TooLarge
from market.wallet import identities, queries, sentences
from market.wallet.forms import LinkForm
from market.wallet.models import ProofKind, ProofStatus
from market.wallet.rules import CHALLENGE_FOR
from market.web.forms import BLANK, Entry, filled, read
from market.web.kit import kit_of
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.uploads import uploads_of
from market.words import _


def listed(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """What one has shown to be one's own, and how to show more."""
    proofs = queries.proofs_of(db, actor.id)
    now = clock.now()
    return render(
        request,
        "wallet/identifiers.html",
        status=entry.status,
        entry=entry,
        addresses=[one for one in queries.proved_addresses(db, actor.id) if "@" in one],
        rows=[
            (one, sentences.proof_tag(one), sentences.proof_problem(one))
            for one in proofs
            if one.status is not ProofStatus.OPEN or one.asked_at + CHALLENGE_FOR > now
        ],
        own_url=f"{kit_of(request).settings.public_url.rstrip('/')}/people/{actor.public_id}",
    )


def challenge(request: Request, db: Session, actor: Actor) -> Response:
    """A new challenge."""
    domain = identities.domain_of(kit_of(request).settings)
    try:
        made = identities.challenge(db, actor, domain)
    except Invalid as refused:
        return listed(request, db, actor, Entry({}, None, refused.fields))
    return see_other(request, "wallet.identifier", id=made.public_id)


def show(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """One challenge: what to sign, the form for the answer, or what became of it."""
    proof = queries.get_proof(db, actor, request.path_params["id"])
    return render(
        request,
        "wallet/identifier.html",
        fragments=("outcome",),
        status=entry.status,
        entry=entry,
        proof=proof,
        is_did=proof.kind is ProofKind.DID,
        tag=sentences.proof_tag(proof),
        problem=sentences.proof_problem(proof),
        until=proof.asked_at + CHALLENGE_FOR,
        is_open=proof.status is ProofStatus.OPEN and proof.asked_at + CHALLENGE_FOR > clock.now(),
    )


def answer(request: Request, db: Session, actor: Actor) -> Response:
    """Hand the presentation in."""
    proof = queries.get_proof(db, actor, request.path_params["id"])
    text = str(request.state.form.get("answer") or "")
    try:
        files = uploads_of(request, "file", most=1)
        identities.answer(db, actor, proof, files[0].content if files else text.encode())
    except (Invalid, TooLarge) as refused:
        place = "file" if isinstance(refused, TooLarge) else "answer"
        entry = filled(answer=text).with_error(place, refused.reason, refused.status_code)
        return show(request, db, actor, entry)
    return see_other(request, "wallet.identifier", id=proof.public_id)


def link(request: Request, db: Session, actor: Actor) -> Response:
    """A page elsewhere."""
    entry = read(LinkForm, request.state.form)
    if entry.errors:
        return listed(request, db, actor, entry)
    try:
        made = identities.link(db, actor, entry.data.link)
    except Invalid as refused:
        return listed(request, db, actor, entry.with_error("link", refused.reason))
    return see_other(request, "wallet.identifier", id=made.public_id)


def look_again(request: Request, db: Session, actor: Actor) -> Response:
    """Look at the page once more."""
    proof = queries.get_proof(db, actor, request.path_params["id"])
    identities.look_again(db, actor, proof)
    return see_other(request, "wallet.identifier", id=proof.public_id)


def remove(request: Request, db: Session, actor: Actor) -> Response:
    """Forget it."""
    identities.remove(db, actor, queries.get_proof(db, actor, request.path_params["id"]))
    return see_other(request, "wallet.identifiers", said=_("It is removed from your list."))


routes: list[MarketRoute] = [
    page("/wallet/identifiers", listed, name="wallet.identifiers", allow=talent),
    action("/wallet/identifiers/challenge", challenge, name="wallet.challenge", allow=talent, limit="checks"),
    action("/wallet/identifiers/link", link, name="wallet.link", allow=talent, limit="checks"),
    page("/wallet/identifiers/{id}", show, name="wallet.identifier", allow=talent),
    action("/wallet/identifiers/{id}/answer", answer, name="wallet.answer", allow=talent, limit="checks"),
    action(
        "/wallet/identifiers/{id}/look", look_again, name="wallet.look_again", allow=talent, limit="checks"
    ),
    action("/wallet/identifiers/{id}/remove", remove, name="wallet.forget", allow=talent),
]
