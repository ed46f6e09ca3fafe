"""Downloads: each asked of the feature the file belongs to, and sent so that no browser runs it."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from market.access import Actor, anyone
from market.errors import NotFound
from market.files import disk, queries, service
from market.web.kit import kit_of
from market.web.routing import MarketRoute, page
from market.words import _

SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
_AS_BYTES = ("image/svg+xml", "text/html")  # types a browser would run if it were led to show them


def download(request: Request, db: Session, actor: Actor) -> Response:
    """The file, for its owner and for those whom the feature it belongs to lets read it. Always saved, never shown."""
    file = queries.get_file(db, request.path_params["id"])
    reader = kit_of(request).file_readers.get(file.about_kind)
    may_read = actor.is_signed_in and actor.id == file.owner_id
    if not may_read and reader is not None and file.about_id is not None:
        may_read = reader(db, actor, file.about_id)
    path = disk.place(service.folder_of(db), file.stored_as)
    if not may_read or not path.exists():
        raise NotFound(_("There is no such file, or it is not yours to see."))
    media_type = "application/octet-stream" if file.media_type in _AS_BYTES else file.media_type
    return FileResponse(
        path, headers=SAFE, media_type=media_type, filename=file.name, content_disposition_type="attachment"
    )


routes: list[MarketRoute] = [page("/files/{id}", download, name="files.download", allow=anyone)]
