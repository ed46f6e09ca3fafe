"""One's whole record to take away, in two forms."""

import json

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.accounts.models import Person
from market.credentials.signing import KeyUnusable
from market.errors import Conflict, NotFound
from market.wallet import records
from market.web.kit import kit_of
from market.web.routing import MarketRoute, page
from market.words import _


def record(request: Request, db: Session, actor: Actor) -> Response:
    """The signed learner record (CLR 2.0)."""
    try:
        found = records.whole(db, actor.id)
    except KeyUnusable as cause:
        raise Conflict(_("The site cannot sign for the moment. Try again later.")) from cause
    if found is None:
        raise NotFound(_("There is nothing to take away yet: accept a credential first."))
    return _saved(found, "application/vc", "record.json")


def ler_rs(request: Request, db: Session, actor: Actor) -> Response:
    """The résumé in the form of LER-RS, version 1."""
    person = db.get_one(Person, actor.id)
    path = str(request.app.url_path_for("profiles.show", id=person.public_id))
    made = records.resume(db, person, kit_of(request).settings.public_url.rstrip("/") + path)
    return _saved(json.dumps(made, ensure_ascii=False, indent=1), "application/json", "ler-rs.json")


def _saved(text: str, media_type: str, name: str) -> Response:
    """A download that nobody keeps on the way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=media_type, headers=headers)


routes: list[MarketRoute] = [
    page("/credentials/mine/record.json", record, name="wallet.record", allow=signed_in),
    page("/credentials/mine/ler-rs.json", ler_rs, name="wallet.ler_rs", allow=signed_in),
]
