"""Asking the site as each of them, and noticing whatever changed."""

import asyncio
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, text
from starlette.applications import Starlette
from starlette.routing import Route

from market.app import create_app
from market.config import Settings
from market.db import connect
from tests.authorisation import sending
from tests.authorisation.reading import WHO, Row
from tests.authorisation.scene import Built, build, files_folder, recall
from tests.support.client import Client
from tests.support.databases import Databases

# Written by pages too, in a transaction of their own: rankings that were shown, news that was read.
LOGS = frozenset({"ranking", "ranking_row", "notification"})
TWINS = {"v": "suspended", "c": "left"}  # who is asked as well, and has to be answered alike


class Site:
    """A site on a copy of the scene; `renew` gives it another copy once something has changed."""

    def __init__(self, databases: Databases, folder: Path, runner: asyncio.Runner, *, demo: bool) -> None:
        self.databases, self.runner = databases, runner
        self.template = databases.template_from(build)
        self.settings = Settings(data=folder, public_url="http://testserver", demo=demo)
        self.url = ""
        self.renew()

    def renew(self) -> None:
        """Another copy of the scene, uploads and all."""
        self.close()
        self.url = self.databases.new_database(self.template)
        shutil.rmtree(self.settings.data, ignore_errors=True)
        shutil.copytree(files_folder(self.url), self.settings.data)
        self.engine = connect(self.url)
        self.app = create_app(self.settings, self.engine, limits=False)
        self.built: Built = recall(self.engine)
        self.state = State(self.engine, self.settings.files)

    def close(self) -> None:
        if self.url:
            self.state.close()
            self.engine.dispose()
            self.databases.drop(self.url)

    def browser(self, who: str) -> Client:
        """A new browser; someone who is signed in already has the cookie."""
        made = Client(self.app, self.runner, self.engine)
        token = self.built.tokens.get(who)
        if token:
            made.cookies.set("session", token, domain="testserver.local", path="/")
        return made

    def answer(self, row: Row, who: str) -> str:
        """What this row is answered for one person, in the letters of the table; another word where it has none.

        Afterwards the site is as it was before.
        """
        route = route_of(self.app, row.route)
        things = {**self.built.sections[row.section], **row.given}
        path, browser = sending.address(route.path, things), self.browser(who)
        if "GET" in (route.methods or ()):
            got = browser.get(path)
        else:
            upload = sending.UPLOADS.get(row.route)
            got = browser.post(
                path,
                sending.form(row.section, row.route, things),
                files=[upload] if upload else None,
                headers=sending.HEADERS.get(row.route),
            )
        changed = self.state.changed()
        letter = self._letter(got, "GET" in (route.methods or ()))
        if changed:
            self.renew()
        return self._with_changes(letter, "GET" in (route.methods or ()), changed)

    @staticmethod
    def _letter(got: Any, is_page: bool) -> str:
        if got.status_code == 303:
            to_sign_in = got.headers["location"].partition("?")[0] == "/sign-in"
            return "s" if to_sign_in else ">" if is_page else "y"
        known = {200: "y", 204: "y", 403: "n", 404: ".", 409: "l", 422: "e"}
        return known.get(got.status_code, str(got.status_code))

    @staticmethod
    def _with_changes(letter: str, is_page: bool, changed: list[str]) -> str:
        if is_page:
            beyond = [name for name in changed if name not in LOGS]
            return f"{letter} and changes {', '.join(beyond)}" if beyond else letter
        if letter == "y":
            return "y" if changed else "="
        return f"{letter} and changes {', '.join(changed)}" if changed else letter


def route_of(app: Starlette, name: str) -> Route:
    return next(r for r in app.routes if isinstance(r, Route) and r.name == name)


def compare(site: Site, row: Row, ask: Callable[[str], bool] = lambda who: True) -> list[str]:
    """Where the site answers otherwise than the table says, in words."""
    wrong = []
    for letter in WHO:
        for who in (letter, TWINS.get(letter)):
            if who is None or not ask(who):
                continue
            got = site.answer(row, who)
            if got != row.answers[letter]:
                wrong.append(f"{row.section}: {row.told} as {who}: {row.answers[letter]!r}, but got {got!r}")
    return wrong


class State:
    """All that is kept: the rows of every table and the uploads. `changed` says in which tables something is new."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.folder = folder
        self.tables = sorted(inspect(engine).get_table_names())
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.engine = engine
        # A connection of its own, in no transaction: SQLite tells it when another one has committed something.
        self.watcher = sqlite3.connect(engine.url.database or "") if self.is_sqlite else None
        self.digests = self._digests()
        self.version, self.files = self._version(), self._files()

    def close(self) -> None:
        if self.watcher is not None:
            self.watcher.close()

    def changed(self) -> list[str]:
        """Tables that are not as they were at the beginning, and `uploads`."""
        found = []
        if not self.is_sqlite or self._version() != self.version:
            now = self._digests()
            found = [name for name in self.tables if now[name] != self.digests[name]]
        return [*found, "uploads"] if self._files() != self.files else found

    def _version(self) -> int:
        if self.watcher is None:
            return 0
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    def _files(self) -> list[str]:
        return sorted(str(path) for path in self.folder.rglob("*") if path.is_file())

    def _digests(self) -> dict[str, str]:
        if self.watcher is not None:
            return {name: self._digest(self.watcher, name) for name in self.tables}
        whole = " UNION ALL ".join(
            f"SELECT '{n}', count(*) || '/' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{n}\" t"
            for n in self.tables
        )
        with self.engine.connect() as db:
            return {str(name): str(digest) for name, digest in db.execute(text(whole))}

    @staticmethod
    def _digest(watcher: sqlite3.Connection, table: str) -> str:
        hashed = hashlib.sha256()
        for row in watcher.execute(f'SELECT * FROM "{table}" ORDER BY 1'):
            hashed.update(repr(row).encode())
        return hashed.hexdigest()
