"""One's credentials: the list, adding one, its report, checking it again, showing or hiding it, removing it."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, talent
from market.credentials.checking import queue, shown
from market.credentials.checking.models import Check, CheckState
from market.errors import Conflict, Invalid, TooLarge
from market.evidence.queries import on_trial
from market.trust import queries as trust
from market.wallet import ledger, queries, sentences, service, showing
from market.wallet.forms import BringForm, SeeForm
from market.wallet.models import Held
from market.wallet.rules import GOOD, OWN_WORD_MOST, UNDER_WAY
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import fragment_wanted, render, see_other
from market.web.routing import MarketRoute, action, page
from market.web.uploads import Upload, uploads_of
from market.words import _


def mine(request: Request, db: Session, actor: Actor) -> Response:
    """All that one has brought, with what each is worth here."""
    rows = queries.held_of(db, actor.id)
    return render(
        request,
        "wallet/mine.html",
        rows=[(one, sentences.tag(one.status)) for one in rows],
        issuers=trust.names_of(db, [one.issuer_id for one in rows if one.issuer_id]),
        good=GOOD,
    )


def add(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK, status: int = 0) -> Response:
    """The form: a file, an address or a text."""
    if entry is BLANK:
        entry = filled(see="private", link=request.query_params.get("link", "")[:2000])
    most = queue.MOST_BYTES // (1 << 20)
    return render(request, "wallet/add.html", entry=entry, most=most, status=status or entry.status)


def given(request: Request, entry: Entry[BringForm]) -> tuple[Upload | None, Entry[BringForm]]:
    """The one credential that was sent, or the form with what to mend."""
    try:
        files = uploads_of(request, "file", most=1)
    except TooLarge as refused:
        return None, entry.with_error("file", refused.reason, refused.status_code)
    texts = [one for one in (entry.data.link, entry.data.text) if one]
    if len(files) + len(texts) > 1:
        return None, entry.with_error("file", _("Give one of the three: a file, an address or a text."))
    if files:
        return files[0], entry
    if texts:
        return Upload("", texts[0].encode()), entry
    return None, entry.with_error("file", _("Choose a file, or write its address or its text below."))


def bring(request: Request, db: Session, actor: Actor) -> Response:
    """Keep it and have it checked."""
    entry = read(BringForm, request.state.form)
    upload, entry = (None, entry) if entry.errors else given(request, entry)
    if upload is None:
        return add(request, db, actor, entry)
    try:
        held, is_new = service.bring(db, actor, upload.content, name=upload.name, visibility=entry.data.see)
    except (Invalid, TooLarge) as refused:
        return add(request, db, actor, entry.with_error("file", refused.reason, refused.status_code))
    said = "" if is_new else _("You have added this one already.")
    return see_other(request, "wallet.show", id=held.public_id, said=said)


def show(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK, status: int = 0) -> Response:
    """How far its check has come; then the report, what it counts for, and what may be done with it."""
    held = queries.get_held(db, actor, request.path_params["id"])
    check = db.get_one(Check, held.check_id)
    if held.status in UNDER_WAY:
        return render(
            request,
            "wallet/checking.html",
            fragments=("progress",),
            held=held,
            check=check,
            progress=sentences.progress(check),
            waits=sentences.waits_words(check),
        )
    here = request.app.url_path_for("wallet.show", id=held.public_id)
    if fragment_wanted(request) == "progress":  # it is done: the whole page is another one now
        return Response(status_code=200, headers={"HX-Redirect": str(here)})
    counts = ledger.counts(held)
    skills = queries.skills_of(db, held.id)
    return render(
        request,
        "wallet/show.html",
        status=status or entry.status,
        entry=entry,
        held=held,
        check=check,
        view=shown.view_of(check.report or {}),
        tag=sentences.tag(held.status),
        issuer=trust.issuers_by_id(db, [held.issuer_id]).get(held.issuer_id) if held.issuer_id else None,
        naming=trust.names_of(db, [held.issuer_id]).get(held.issuer_id) if held.issuer_id else None,
        history=queue.history_of(db, check.id),
        again=check.state is not CheckState.DONE,
        counts=counts,
        skills=skills,
        on_trial=trust.names_of(db, on_trial(db, (row.issuer_id for row, _skill in skills))),
        offers=showing.offers(db, held) if counts else [],
        own_most=OWN_WORD_MOST,
    )


def check_again(request: Request, db: Session, actor: Actor) -> Response:
    """Have it checked once more now."""
    held = queries.get_held(db, actor, request.path_params["id"])
    service.check_again(db, actor, held)
    said = _("It is being checked again. The report changes when that is done.")
    return see_other(request, "wallet.show", id=held.public_id, said=said)


def see(request: Request, db: Session, actor: Actor) -> Response:
    """Show it on the profile, or to nobody."""
    held = queries.get_held(db, actor, request.path_params["id"])
    entry = read(SeeForm, request.state.form)
    if entry.errors:
        raise Invalid(_("Choose who may see it."), **entry.errors)
    service.show(db, actor, held, entry.data.see)
    public = entry.data.see == "public"
    said = _("Whoever may see your profile sees it now.") if public else _("Only you see it now.")
    return see_other(request, "wallet.show", id=held.public_id, said=said)


def remove(request: Request, db: Session, actor: Actor) -> Response:
    """Forget it."""
    held = queries.get_held(db, actor, request.path_params["id"])
    service.remove(db, actor, held)
    return see_other(
        request, "wallet.mine", said=_("It is removed, with its reports and what it counted for.")
    )


def raw(request: Request, db: Session, actor: Actor) -> Response:
    """The bytes as they came, as a file to save."""
    held = queries.get_held(db, actor, request.path_params["id"])
    return saved(db, held)


def saved(db: Session, held: Held) -> Response:
    """A download that no browser shows or runs."""
    if held.check_id is None:
        raise Conflict(_("It is not here any more."))
    return Response(
        queue.content_of(db, held.check_id),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="credential-{held.public_id}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )


routes: list[MarketRoute] = [
    page("/wallet", mine, name="wallet.mine", allow=talent),
    page("/wallet/add", add, name="wallet.add", allow=talent),
    action("/wallet/add", bring, name="wallet.bring", allow=talent, limit="checks"),
    page("/wallet/{id}", show, name="wallet.show", allow=talent),
    page("/wallet/{id}/document", raw, name="wallet.raw", allow=talent),
    action("/wallet/{id}/check", check_again, name="wallet.check_again", allow=talent, limit="checks"),
    action("/wallet/{id}/see", see, name="wallet.see", allow=talent),
    action("/wallet/{id}/remove", remove, name="wallet.remove", allow=talent),
]
