"""Static files under an address that changes with their contents, so that browsers may keep them for ever.

One hash covers the whole tree and stands in the path (`/static/<hash>/css/base.css`), so relative addresses inside
the style sheets carry it too.
"""

import hashlib
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from market.paths import data_dir


@cache
def tree_hash(folder: Path) -> str:
    """Twelve characters that change when any file below `folder` does."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def static_url(path: str) -> str:
    """The address of one static file, such as `css/base.css`."""
    return f"/static/{tree_hash(data_dir('static'))}/{path}"


def static_base() -> str:
    """The address of the folder, for templates that join it themselves."""
    return f"/static/{tree_hash(data_dir('static'))}"


class HashedFiles(StaticFiles):
    """Serves `/static/<hash>/...`: for ever under today's hash, for this once under any other."""

    def __init__(self) -> None:
        super().__init__(directory=data_dir("static"))

    async def get_response(self, path: str, scope: Scope) -> Response:
        given, _, rest = path.partition("/")
        if not rest:
            raise HTTPException(404)
        response = await super().get_response(rest, scope)
        fresh = given == tree_hash(data_dir("static"))
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        return response
