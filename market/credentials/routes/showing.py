"""A credential issued here: its page, and what can be taken along. One address, and `Accept` says in which form."""

from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.accounts.models import Organisation
from market.credentials import badge_image, baking, queries, rules, sentences, sharing, whole
from market.credentials.models import Achievement, Issued, Signed
from market.credentials.qr import qr_svg
from market.credentials.routes.parts import FORMS, picture_words, wanted
from market.credentials.rules import Status
from market.credentials.whole import View
from market.errors import NotFound
from market.transitions import open_steps
from market.web.forms import BLANK, Entry
from market.web.kit import kit_of
from market.web.render import render
from market.web.routing import MarketRoute, page
from market.words import _


def show(request: Request, db: Session, actor: Actor) -> Response:
    """The page, or the signed document itself for whoever asks for that."""
    issued = queries.readable(db, actor, request.path_params["id"])
    form = wanted(request.headers.get("accept", ""))
    if form:
        return download(db, issued, form)
    return show_page(request, db, actor, issued)


def show_as(request: Request, db: Session, actor: Actor) -> Response:
    """The credential as JSON, as a token, or in its picture."""
    issued = queries.readable(db, actor, request.path_params["id"])
    form = request.path_params["form"]
    if form not in FORMS:
        raise NotFound(_("There is no such page."))
    response = download(db, issued, form)
    name = f"credential-{issued.public_id}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def download(db: Session, issued: Issued, form: str) -> Response:
    """The signed credential in one form. Other sites may read it too."""
    signed = queries.signed_of(db, issued)
    if signed is None:
        raise NotFound(_("This is being signed. Look again in a moment."))
    if form == "jwt" and signed.token is None:
        raise NotFound(
            _("This credential has no form as a token: its holder has proved no key of their own.")
        )
    return Response(
        content(db, issued, signed, form),
        media_type=FORMS[form],
        headers={"Vary": "Accept, Cookie", "Access-Control-Allow-Origin": "*"},
    )


def content(db: Session, issued: Issued, signed: Signed, form: str) -> bytes:
    """The bytes of one form."""
    if form == "json":
        return signed.document.encode()
    if form == "jwt":
        return (signed.token or "").encode()
    words = picture_words(
        db.get_one(Achievement, issued.achievement_id), db.get_one(Organisation, issued.org_id)
    )
    if form == "svg":
        return baking.baked_svg(*words, signed.document)
    return baking.baked_png(badge_image.png(*words), signed.document)


def address_of(request: Request, issued: Issued) -> str:
    """The credential's own address, for the world outside."""
    path = str(request.app.url_path_for("credentials.show", id=issued.public_id))
    return kit_of(request).settings.public_url.rstrip("/") + path


def verify(request: Request, db: Session, actor: Actor) -> Response:
    """For whoever was shown it: what there is to check, the button that has it checked, and how to do it elsewhere."""
    issued = queries.readable(db, actor, request.path_params["id"])
    signed = queries.signed_of(db, issued)
    if signed is None:
        raise NotFound(_("This is being signed. Look again in a moment."))
    view = whole.credential_view(db, issued)
    return render(
        request,
        "credentials/verify.html",
        view=view,
        issued=issued,
        address=address_of(request, issued),
        paper=whole.paper(signed),
        standing=sentences.standing_words(
            issued.status, view.organisation.name, issued.withdrawn_reason, issued.valid_until
        ),
        say=sentences,
    )


def show_page(
    request: Request, db: Session, actor: Actor, issued: Issued, entry: Entry[Any] = BLANK, doing: str = ""
) -> Response:
    """The page; `doing` is the step whose form was refused, shown again with `entry`."""
    view = whole.credential_view(db, issued)
    mine = rules.parties(actor, issued)
    address = address_of(request, issued)
    return render(
        request,
        "credentials/show.html",
        status=entry.status,
        view=view,
        issued=issued,
        entry=entry,
        doing=doing,
        is_holder="holder" in mine,
        is_issuer="issuer" in mine,
        steps={step.name.removesuffix("_offer") for step in open_steps(actor, issued)},
        may_choose=bool(rules.may_choose_visibility(actor, issued)),
        standing=sentences.standing_words(
            issued.status, view.organisation.name, issued.withdrawn_reason, issued.valid_until
        ),
        counts=issued.status in (Status.ACCEPTED, Status.OFFERED),
        address=address,
        code=qr_svg(address, _("A code that leads to this page")),
        links=_links(view, address),
        refusal=whole.refusal_words(db, issued) if issued.status is Status.REFUSED else "",
        say=sentences,
    )


def _links(view: View, address: str) -> dict[str, str]:
    """The ways to show it elsewhere."""
    name, org = view.achievement.name, view.organisation.name
    return {
        "linkedin": sharing.add_to_linkedin(
            name, org, address, view.issued.public_id, view.issued.valid_from, view.issued.valid_until
        ),
        "post": sharing.post_to_linkedin(address),
        "mail": sharing.by_mail(
            name, _("%(name)s, from %(org)s: %(link)s", name=name, org=org, link=address)
        ),
    }


routes: list[MarketRoute] = [
    page("/credentials/{id}.{form}", show_as, name="credentials.show_as", allow=anyone),
    page("/credentials/{id}/verify", verify, name="credentials.verify", allow=anyone),
    page("/credentials/{id}", show, name="credentials.show", allow=anyone),
]
