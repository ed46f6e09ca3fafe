"""Documents for machines: DID documents, keys, status lists, profiles and achievements. Cacheable, readable from any site."""

import hashlib

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor, anyone
from market.credentials import publishing
from market.errors import NotFound
from market.web.routing import MarketRoute, page
from market.words import _

HOUR, MINUTES = 3600, 300
DID, JSON, JWK, CREDENTIAL = (
    "application/did+json",
    "application/ld+json",
    "application/jwk+json",
    "application/vc",
)


def site_did(request: Request, db: Session, actor: Actor) -> Response:
    """The site's own DID document."""
    base = publishing.base_of(db, _host(request))
    return answer(request, publishing.text_of(publishing.site_did_document(db, base)), DID, MINUTES)


def org_did(request: Request, db: Session, actor: Actor) -> Response:
    """An issuing organisation's DID document."""
    base = publishing.base_of(db, _host(request))
    found = publishing.org_did_document(db, base, request.path_params["id"])
    return answer(request, publishing.text_of(found), DID, MINUTES)


def issuer(request: Request, db: Session, actor: Actor) -> Response:
    """An issuing organisation's profile."""
    base = publishing.base_of(db, _host(request))
    found = publishing.issuer_profile(db, base, request.path_params["id"])
    return answer(request, publishing.text_of(found), JSON, HOUR)


def key(request: Request, db: Session, actor: Actor) -> Response:
    """A signing key's public half."""
    found = publishing.key_jwk(db, request.path_params["id"])
    return answer(request, publishing.text_of(found), JWK, MINUTES)


def status_list(request: Request, db: Session, actor: Actor) -> Response:
    """A status list as it was signed last."""
    return answer(request, publishing.signed_list(db, request.path_params["id"]), CREDENTIAL, MINUTES)


def achievement(request: Request, db: Session, actor: Actor) -> Response:
    """What can be earned, as it stands in credentials."""
    base = publishing.base_of(db, _host(request))
    found = publishing.achievement_document(db, base, request.path_params["id"])
    return answer(request, publishing.text_of(found), JSON, HOUR)


def answer(request: Request, text: str | None, media_type: str, seconds: int) -> Response:
    """The document, or 304 when the asker holds it; good for so many seconds. `NotFound` without a text."""
    if text is None:
        raise NotFound(_("There is no such document."))
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": f"public, max-age={seconds}",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if etag in (one.strip() for one in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type=media_type, headers=headers)


def _host(request: Request) -> str:
    return request.headers.get("host", "")


routes: list[MarketRoute] = [
    page("/.well-known/did.json", site_did, name="documents.site_did", allow=anyone),
    page("/o/{id}/did.json", org_did, name="documents.org_did", allow=anyone),
    page("/o/{id}/issuer.json", issuer, name="documents.issuer", allow=anyone),
    page("/keys/{id}", key, name="documents.key", allow=anyone),
    page("/status/{id}", status_list, name="documents.status_list", allow=anyone),
    page("/achievements/{id}.json", achievement, name="documents.achievement", allow=anyone),
]
