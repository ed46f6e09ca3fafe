"""The holder's side: everything they were given here, and all of it to take away."""

import io
import json
import logging
import zipfile

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, signed_in
from market.credentials import making, queries, sentences, shown
from market.credentials.routes.showing import content
from market.credentials.rules import Status
from market.credentials.signing import KeyUnusable
from market.errors import Conflict
from market.web.render import render
from market.web.routing import MarketRoute, page

log = logging.getLogger(__name__)


def mine(request: Request, db: Session, actor: Actor) -> Response:
    """What was issued to one here: what waits for an answer first."""
    rows = shown.held_by(db, actor.id)
    return render(
        request,
        "credentials/mine.html",
        waiting=[row for row in rows if row.status is Status.OFFERED],
        rows=[row for row in rows if row.status is not Status.OFFERED],
        say=sentences,
    )


def export(request: Request, db: Session, actor: Actor) -> Response:
    """All of them in one file: each signed credential as JSON, as a token where it has one, and in its picture; and the
    accepted ones together as one learner record (CLR 2.0), signed by the site."""
    out, listed = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for issued in queries.issued_to(db, actor.id):
            signed = queries.signed_of(db, issued)
            if signed is None:
                continue
            names = []
            for form in ("json", "jwt", "png", "svg"):
                if form != "jwt" or signed.token is not None:
                    names.append(f"{issued.public_id}.{form}")
                    packed.writestr(names[-1], content(db, issued, signed, form))
            listed.append({"id": issued.public_id, "status": str(issued.status), "files": names})
        try:
            record = making.record(db, actor.id)
        except (Conflict, KeyUnusable):
            log.exception("the record of a person could not be signed")
            record = None
        if record is not None:
            packed.writestr("record.json", record)
        packed.writestr("list.json", json.dumps(listed, indent=2))
    return Response(
        out.getvalue(),
        media_type="application/zip",
        headers={
            "Content-Disposition": 'attachment; filename="credentials.zip"',
            "Cache-Control": "no-store",
        },
    )


routes: list[MarketRoute] = [
    page("/credentials", mine, name="credentials.mine", allow=signed_in),
    page("/credentials/mine/all.zip", export, name="credentials.export", allow=signed_in),
]
