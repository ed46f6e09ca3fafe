"""The page of an organisation's webhook, for its owners, and a member's agreement to it."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, manages, member
from market.accounts.models import Organisation
from market.errors import Invalid, NotFound
from market.net.policy import policy_of
from market.web.forms import BLANK, Entry, read
from market.web.kit import kit_of
from market.web.pagination import cut, decode
from market.web.render import render, see_other
from market.web.routing import MarketRoute, action, page
from market.webhooks import queries, rules, sentences, service
from market.webhooks.forms import AgreeForm, HookForm, PauseForm
from market.webhooks.models import Hook
from market.words import _

SIZE = 20


def _page(
    request: Request, db: Session, shown: queries.Page, entry: Entry[Any] = BLANK, secret: str = ""
) -> Response:
    hook, settings = shown.hook, kit_of(request).settings
    key = decode(request.query_params.get("after"), 1)
    before = key[0] if key and isinstance(key[0], int) else None
    rows = queries.last_sent(db, hook.id, SIZE + 1, before) if hook is not None else []
    return render(
        request,
        "webhooks/show.html",
        status=entry.status,
        organisation=shown.organisation,
        hook=hook,
        entry=entry,
        secret=secret,
        found=cut(rows, SIZE, lambda row: (row.id,)),
        agreed=shown.agreed,
        tries=rules.TRIES,
        say=sentences,
        seconds=settings.fetch_seconds,
        silent=settings.demo,
    )


def show(request: Request, db: Session, actor: Actor) -> Response:
    """Where packets go, and what was sent there last."""
    return _page(request, db, queries.page_of(db, actor, request.path_params["id"]))


def put(request: Request, db: Session, actor: Actor) -> Response:
    """Set the address, or another one; a first one's secret stands on the page that answers, and nowhere after it."""
    shown = queries.page_of(db, actor, request.path_params["id"])
    entry = read(HookForm, request.state.form)
    if entry.errors:
        return _page(request, db, shown, entry)
    organisation, hook = shown.organisation, queries.hook_of(db, shown.organisation.id, locked=True)
    ports = {port for _address, port in policy_of(kit_of(request).settings).allowed}
    try:
        if hook is None:
            made, secret = service.put(db, actor, organisation.id, entry.data.url, ports)
            return _page(request, db, shown._replace(hook=made), secret=secret)
        moves = service.change(db, actor, hook, entry.data.url, ports)
    except Invalid as refused:
        return _page(request, db, shown, Entry(entry.values, None, refused.fields))
    said = _("Changed. It goes somewhere else now, so your members are asked anew.")
    return _back(request, organisation, said if moves else _("Changed. What waits goes to the new address."))


def rotate(request: Request, db: Session, actor: Actor) -> Response:
    """A new secret, shown once."""
    hook, organisation = _found(request, db, actor)
    secret = service.rotate(db, actor, hook)
    return _page(request, db, queries.page_of(db, actor, organisation.public_id), secret=secret)


def pause(request: Request, db: Session, actor: Actor) -> Response:
    """Hold back, or go on."""
    hook, organisation = _found(request, db, actor)
    paused = read(PauseForm, request.state.form).data.paused
    service.pause(db, actor, hook, paused=paused)
    said = _("Paused. What comes waits here.") if paused else _("It goes on.")
    return _back(request, organisation, said)


def remove(request: Request, db: Session, actor: Actor) -> Response:
    """Take it away."""
    hook, organisation = _found(request, db, actor)
    service.remove(db, actor, hook)
    return _back(
        request, organisation, _("Removed. Nothing is sent any more, and every agreement to it has ended.")
    )


def test(request: Request, db: Session, actor: Actor) -> Response:
    """Put a test in line."""
    hook, organisation = _found(request, db, actor)
    service.test(db, actor, hook)
    said = _("In line. Look again in a moment.")
    return _back(request, organisation, said)


def retry(request: Request, db: Session, actor: Actor) -> Response:
    """Send what was given up once more."""
    hook, organisation = _found(request, db, actor)
    service.retry(db, actor, hook, request.path_params["delivery"])
    return _back(request, organisation, _("In line once more."))


def agree(request: Request, db: Session, actor: Actor) -> Response:
    """A member's own word, given or taken back."""
    entry = read(AgreeForm, request.state.form)
    known = {one.org_public_id: one for one in queries.asked_of(db, actor)}
    one = None if entry.errors else known.get(entry.data.org)
    if one is None:
        raise NotFound(_("There is nothing to agree to here."))
    if entry.data.agrees:
        service.agree(db, actor, one.org_id)
        said = _(
            "What you complete with %(org)s goes to its HR system, until you take it back or leave.",
            org=one.org,
        )
    else:
        service.take_back(db, actor, one.org_id)
        said = _("Taken back. Nothing more of yours is sent.")
    return see_other(request, "staff.mine", said=said, anchor="hand-over")


def _found(request: Request, db: Session, actor: Actor) -> tuple[Hook, Organisation]:
    hook = queries.get_hook(db, actor, request.path_params["id"])
    return hook, db.get_one(Organisation, hook.org_id)


def _back(request: Request, organisation: Organisation, said: str) -> Response:
    return see_other(request, "webhooks.show", id=organisation.public_id, said=said)


_ID = "/webhooks/{id}"
routes: list[MarketRoute] = [
    page("/organisations/{id}/webhook", show, name="webhooks.show", allow=manages),
    action("/organisations/{id}/webhook", put, name="webhooks.put", allow=manages),
    action(_ID + "/rotate", rotate, name="webhooks.rotate", allow=manages),
    action(_ID + "/pause", pause, name="webhooks.pause", allow=manages),
    action(_ID + "/remove", remove, name="webhooks.remove", allow=manages),
    action(_ID + "/test", test, name="webhooks.test", allow=manages, limit="checks"),
    action(_ID + "/deliveries/{delivery}/retry", retry, name="webhooks.retry", allow=manages, limit="checks"),
    action("/agreements/hand-over", agree, name="webhooks.agree", allow=member),
]
