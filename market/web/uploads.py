"""Uploaded files of a form, read only when they are small enough. What they are is looked at by the feature `files`.

What is within the limits lies in a temporary file until it is read here; of the rest only the size is known
(`incoming`).
"""

from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.requests import Request

from market.errors import TooLarge
from market.web.incoming import cut_of
from market.web.kit import kit_of
from market.words import _


class Upload(NamedTuple):
    """One file as it came: the name is the sender's and not to be trusted."""

    name: str
    content: bytes


def uploads_of(request: Request, field: str, most: int = 20) -> list[Upload]:
    """The files of a form's field, empty inputs left out. Raises `TooLarge` for one too many, one too big, or too much together."""
    settings = kit_of(request).settings
    limit = settings.upload_max_bytes
    given = [f for f in request.state.form.getlist(field) if isinstance(f, UploadFile) and f.filename]
    if len(given) > most:
        raise TooLarge(_("These are %(n)s files. Send at most %(most)s at once.", n=len(given), most=most))
    found = []
    for one in given:
        content = one.file.read(limit + 1) if (one.size or 0) <= limit else None
        if content is None or len(content) > limit:
            words = _(
                "%(name)s has more than %(most)s MB. Make it smaller and send it again.",
                name=(one.filename or "")[:60],
                most=limit // 1_048_576,
            )
            raise TooLarge(words)
        found.append(Upload(one.filename or "", content))
    if cut_of(request).files:
        words = _(
            "These files together have more than %(most)s MB.", most=settings.request_max_bytes // 1_048_576
        )
        raise TooLarge(words + " " + _("Send fewer at once."))
    return found
