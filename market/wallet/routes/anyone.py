"""Checking any credential without an account: a file, an address or a text, or one that was issued here.

The same job of the worker as for the wallet. Nothing is put on a profile, nobody is asked whose it is, and the document
with its report is forgotten after an hour.
"""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.credentials import queries as issued_here
from market.credentials.checking import queue, shown
from market.credentials.checking.models import CheckState
from market.errors import Invalid, NotFound, TooLarge
from market.trust import queries as trust
from market.wallet import sentences
from market.wallet.forms import BringForm
from market.wallet.routes.keeping import given
from market.web.forms import BLANK, Entry, filled, read
from market.web.render import fragment_wanted, render, see_other
from market.web.routing import MarketRoute, action, page
from market.words import _


def new(request: Request, db: Session, actor: Actor, entry: Entry[Any] = BLANK) -> Response:
    """The form: a file, an address or a text; `?link=` fills in the address."""
    if entry is BLANK:
        entry = filled(link=request.query_params.get("link", "")[:2000])
    most = queue.MOST_BYTES // (1 << 20)
    return render(request, "checks/new.html", entry=entry, most=most, status=entry.status)


def page_new(request: Request, db: Session, actor: Actor) -> Response:
    """The form."""
    return new(request, db, actor)


def start(request: Request, db: Session, actor: Actor) -> Response:
    """Have the worker check it."""
    entry = read(BringForm, request.state.form)
    upload, entry = (None, entry) if entry.errors else given(request, entry)
    if upload is None:
        return new(request, db, actor, entry)
    try:
        made = queue.check_document(db, upload.content, name=upload.name)
    except (Invalid, TooLarge) as refused:
        return new(request, db, actor, entry.with_error("file", refused.reason, refused.status_code))
    return see_other(request, "checks.show", id=made.public_id)


def of_issued(request: Request, db: Session, actor: Actor) -> Response:
    """Have a credential that was issued here checked, as a stranger's would be."""
    issued = issued_here.readable(db, actor, request.path_params["id"])
    signed = issued_here.signed_of(db, issued)
    if signed is None:
        raise NotFound(_("This is being signed. Look again in a moment."))
    made = queue.check_document(db, signed.document.encode(), name=f"{issued.public_id}.json")
    return see_other(request, "checks.show", id=made.public_id)


def show(request: Request, db: Session, actor: Actor) -> Response:
    """How far it has come; then the report."""
    check = queue.get_check(db, request.path_params["id"])
    if check.report is None:
        progress = sentences.progress(check)
        steps = progress.steps - 1  # nobody asks whose it is
        return render(
            request,
            "checks/waiting.html",
            fragments=("progress",),
            check=check,
            progress=progress._replace(steps=steps, timeline=progress.timeline[:steps]),
            waits=sentences.waits_words(check),
        )
    if fragment_wanted(request) == "progress":  # it is done: the whole page is another one now
        here = request.app.url_path_for("checks.show", id=check.public_id)
        return Response(status_code=200, headers={"HX-Redirect": str(here)})
    view = shown.view_of(check.report, yours="")
    known = trust.issuer_of(db, view.issuer_id) if view.issuer_id else None
    return render(
        request,
        "checks/show.html",
        check=check,
        view=view,
        issuer=known,
        again=check.state is not CheckState.DONE,
    )


def again(request: Request, db: Session, actor: Actor) -> Response:
    """Check the same bytes once more."""
    check = queue.get_check(db, request.path_params["id"])
    queue.ask_again(db, check)
    said = _("It is being checked again. The report changes when that is done.")
    return see_other(request, "checks.show", id=check.public_id, said=said)


_ID = "/verify-credential/{id}"
routes: list[MarketRoute] = [
    page("/verify-credential", page_new, name="checks.new", allow=anyone),
    action("/verify-credential", start, name="checks.start", allow=anyone, limit="checks"),
    page(_ID, show, name="checks.show", allow=anyone),
    action(_ID + "/again", again, name="checks.again", allow=anyone, limit="checks"),
    action("/credentials/{id}/check", of_issued, name="checks.of_issued", allow=anyone, limit="checks"),
]
