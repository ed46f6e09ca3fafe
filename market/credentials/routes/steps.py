"""What becomes of a credential: its holder accepts or refuses it and says who sees it; its issuer takes it back."""

from collections.abc import Callable

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, issues, signed_in
from market.credentials import issuing, queries
from market.credentials.forms import AcceptForm, ReasonForm, RefuseForm
from market.credentials.models import Issued
from market.credentials.routes.showing import show_page
from market.credentials.rules import Visibility
from market.web.forms import read
from market.web.render import see_other
from market.web.routing import MarketRoute, action
from market.words import _


def _theirs(request: Request, db: Session, actor: Actor) -> Issued:
    return queries.readable(db, actor, request.path_params["id"])


def _back(request: Request, issued: Issued, said: str) -> Response:
    return see_other(request, "credentials.show", id=issued.public_id, said=said)


# -- the holder's


def accept(request: Request, db: Session, actor: Actor) -> Response:
    """Take it, for everyone to see or for oneself."""
    issued, entry = _theirs(request, db, actor), read(AcceptForm, request.state.form)
    if entry.errors:
        return show_page(request, db, actor, issued, entry, "accept")
    issuing.accept(db, actor, issued, entry.data.see == "public")
    said = _("It is yours. Only you and the issuer see it.")
    if issued.visibility is Visibility.PUBLIC:
        said = _("It is yours, and everyone who has its address can see it.")
    return _back(request, issued, said)


def refuse(request: Request, db: Session, actor: Actor) -> Response:
    """Leave it, with words to the issuer if wanted."""
    issued, entry = _theirs(request, db, actor), read(RefuseForm, request.state.form)
    if entry.errors:
        return show_page(request, db, actor, issued, entry, "refuse")
    issuing.refuse(db, actor, issued, entry.data.words)
    return see_other(
        request, "credentials.mine", said=_("You refused it. Nobody but you and the issuer can open it.")
    )


def choose(request: Request, db: Session, actor: Actor) -> Response:
    """Another choice of who sees it."""
    issued, entry = _theirs(request, db, actor), read(AcceptForm, request.state.form)
    if entry.errors:
        return show_page(request, db, actor, issued, entry, "choose")
    issuing.show_to(db, actor, issued, Visibility(entry.data.see))
    is_public = issued.visibility is Visibility.PUBLIC
    said = _("Everyone can see it now.") if is_public else _("Only you and the issuer see it now.")
    return _back(request, issued, said)


# -- the issuer's


def _with_reason(
    step: str, take: Callable[[Session, Actor, Issued, str], None], said: Callable[[], str]
) -> Callable[[Request, Session, Actor], Response]:
    def handler(request: Request, db: Session, actor: Actor) -> Response:
        issued, entry = _theirs(request, db, actor), read(ReasonForm, request.state.form)
        if not str(entry.value("reason")).strip():
            entry = entry.with_error("reason", _("Say why: its holder reads it."))
        if entry.errors:
            return show_page(request, db, actor, issued, entry, step)
        take(db, actor, issued, entry.data.reason)
        return _back(request, issued, said())

    handler.__doc__ = f"{step.title()} it, with the reason."
    return handler


revoke = _with_reason(
    "revoke", issuing.revoke, lambda: _("It is revoked. Whoever checks it learns that within minutes.")
)
suspend = _with_reason(
    "suspend", issuing.suspend, lambda: _("It is suspended until you reinstate it. Its holder is told why.")
)


def reinstate(request: Request, db: Session, actor: Actor) -> Response:
    """End a suspension."""
    issued = _theirs(request, db, actor)
    issuing.reinstate(db, actor, issued)
    return _back(request, issued, _("It counts again, as it did before, and is being signed anew."))


_ID = "/credentials/{id}"
routes: list[MarketRoute] = [
    action(_ID + "/accept", accept, name="credentials.accept", allow=signed_in),
    action(_ID + "/refuse", refuse, name="credentials.refuse", allow=signed_in),
    action(_ID + "/see", choose, name="credentials.choose", allow=signed_in),
    action(_ID + "/revoke", revoke, name="credentials.revoke", allow=issues),
    action(_ID + "/suspend", suspend, name="credentials.suspend", allow=issues),
    action(_ID + "/reinstate", reinstate, name="credentials.reinstate", allow=issues),
]
