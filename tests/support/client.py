"""Browsers without windows: they ask the application itself, keep cookies, and send forms as a page would."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
from sqlalchemy import Engine
from starlette.applications import Starlette

from market.accounts import sessions
from market.accounts.models import Person
from market.db import transaction
from tests.support.loop import Loop
from tests.support.world import Known

HOST = "http://testserver"


class Client:
    """One browser. Nothing is followed by itself: `follow` does it. Begins as a visitor; `as_` gives another browser."""

    def __init__(self, app: Starlette, runner: Loop, engine: Engine) -> None:
        self.app, self.engine = app, engine
        self._runner = runner
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        self._http = httpx.AsyncClient(transport=transport, base_url=HOST)

    def as_(self, who: Known | Person) -> "Client":
        """A new browser in which `who` is signed in."""
        with transaction(self.engine, write=True) as db:
            token = sessions.begin(db, db.get_one(Person, who.id), "Firefox on Linux")
        browser = self.new()
        browser._http.cookies.set("session", token, domain="testserver.local", path="/")
        return browser

    def new(self) -> "Client":
        """A new browser in which nobody is signed in."""
        return Client(self.app, self._runner, self.engine)

    @property
    def cookies(self) -> httpx.Cookies:
        return self._http.cookies

    def get(
        self, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return self._runner.run(self._http.get(path, params=params, headers=headers))

    def fragment(self, path: str, target: str, *, params: Mapping[str, Any] | None = None) -> httpx.Response:
        """What htmx gets when it asks for the element with the id `target`."""
        return self.get(path, params=params, headers=htmx(target))

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a form; `files` as httpx takes them: `{"file": (name, bytes, type)}`."""
        return self._runner.run(self._http.post(path, data=dict(data or {}), files=files, headers=headers))

    def send_body(self, path: str, body: AsyncIterator[bytes], headers: Mapping[str, str]) -> httpx.Response:
        """Send a body piece by piece, without saying how long it will be."""
        return self._runner.run(self._http.post(path, content=body, headers=headers))

    def follow(self, response: httpx.Response) -> httpx.Response:
        """The page that a 303 leads to."""
        assert response.status_code == 303, (response.status_code, words(response))
        return self.get(response.headers["location"])


def htmx(target: str) -> dict[str, str]:
    """The headers of a request that htmx makes for the element with this id."""
    return {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": f"div#{target}"}


def words(response: httpx.Response) -> str:
    """What a page says, without its tags."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", response.text, flags=re.S)
    import html

    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
