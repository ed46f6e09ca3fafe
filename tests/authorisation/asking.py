"""Asking the site as each of them, and noticing whatever changed."""

import dataclasses
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
from market.credentials.address import with_issuing
from market.db import connect
from market.files.service import with_files
from tests.authorisation import sending
from tests.authorisation.reading import WHO, Row
from tests.authorisation.scene import Built, build, files_folder, recall
from tests.support.client import Client
from tests.support.databases import Databases
from tests.support.loop import Loop

# What a page keeps as its own log, in a transaction of its own: lists that were shown, words that were read.
_READ = frozenset({"thread_read"})
_SHOWN = frozenset({"ranking", "ranking_row"})
LOGS = {
    "applications.show": _READ,
    "engagements.show": _READ,
    "messages.thread": _READ,
    "notifications.open": frozenset({"notification", "person"}),  # with the count of what is unread
    "applications.candidates": _SHOWN,
    "matching.candidates": _SHOWN,
    "matching.people": _SHOWN,
}
TWINS = {"v": "suspended", "c": "left"}  # who is asked as well, and has to be answered alike
CHIDIS_OWN = ("invitation",)  # sections in which Chidi is no stranger


class Site:
    """A site on a copy of the scene; `renew` gives it another copy once something has changed."""

    def __init__(self, databases: Databases, folder: Path, runner: Loop, *, demo: bool) -> None:
        self.databases, self.runner = databases, runner
        self.template = databases.template_from(build)
        self.settings = Settings(data=folder, public_url="http://testserver", demo=demo)
        self.url = ""
        self.app: Starlette | None = None
        self.state: State | None = None
        self.renew()

    def renew(self) -> None:
        """Another copy of the scene, uploads and all."""
        self.close()
        self.url = self.databases.new_database(self.template)
        shutil.rmtree(self.settings.data, ignore_errors=True)
        shutil.copytree(files_folder(self.url), self.settings.data)
        self.engine = connect(self.url)
        before = self.state.before if self.state else None  # alike in every copy
        self.state = State(self.engine, self.settings.files, before)
        if self.app is None:
            self.app = create_app(self.settings, self.engine, limits=False)
            self.built: Built = recall(self.engine)
        else:  # the same site on another copy of the database
            engine = with_issuing(with_files(self.engine, self.settings), self.settings)
            self.app.state.kit = dataclasses.replace(self.app.state.kit, engine=engine)

    def close(self) -> None:
        if self.state is not None:
            self.state.close()
            self.engine.dispose()
            self.databases.drop(self.url)

    def browser(self, who: str) -> Client:
        """A new browser; someone who is signed in already has the cookie."""
        assert self.app is not None
        made = Client(self.app, self.runner, self.engine)
        token = self.built.tokens.get(who)
        if token:
            made.cookies.set("session", token, domain="testserver.local", path="/")
        return made

    def answer(self, row: Row, who: str) -> str:
        """What this row is answered for one person, in the letters of the table; another word where it has none.

        Afterwards the site is as it was before.
        """
        assert self.app is not None
        assert self.state is not None
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
        return self._with_changes(row.route, letter, "GET" in (route.methods or ()), changed)

    @staticmethod
    def _letter(got: Any, is_page: bool) -> str:
        if got.status_code == 303:
            to_sign_in = got.headers["location"].partition("?")[0] == "/sign-in"
            return "s" if to_sign_in else ">" if is_page else "y"
        if got.headers.get("hx-redirect", "").startswith("/sign-in"):
            return "s"
        known = {200: "y", 204: "y", 401: "s", 403: "n", 404: ".", 409: "l", 422: "e"}
        return known.get(got.status_code, str(got.status_code))

    @staticmethod
    def _with_changes(route: str, letter: str, is_page: bool, changed: list[str]) -> str:
        if is_page:
            beyond = [name for name in changed if name not in LOGS.get(route, ())]
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
            if who is None or (who == "left" and row.section in CHIDIS_OWN) or not ask(who):
                continue
            got = site.answer(row, who)
            if got != row.answers[letter]:
                wrong.append(f"{row.section}: {row.told} as {who}: {row.answers[letter]!r}, but got {got!r}")
    return wrong


class State:
    """All that is kept: the rows of every table and the uploads. `changed` says in which tables something is new."""

    def __init__(self, engine: Engine, folder: Path, before: dict[str, str] | None) -> None:
        self.folder = folder
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.engine = engine
        # A connection of its own, in no transaction: SQLite tells it when another one has committed something.
        self.watcher = sqlite3.connect(engine.url.database or "") if self.is_sqlite else None
        self.version, self.files = self._version(), self._files()
        self.tables = sorted(before or inspect(engine).get_table_names())
        self.before = before or self._digests()

    def close(self) -> None:
        if self.watcher is not None:
            self.watcher.close()

    def changed(self) -> list[str]:
        """Tables that are not as they were at the beginning, and `uploads`."""
        found = []
        if not self.is_sqlite or self._version() != self.version:
            now = self._digests()
            found = [name for name in self.tables if now[name] != self.before[name]]
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
