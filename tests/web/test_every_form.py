"""Every form of the site, refused by whoever acted first, by a rule, by a limit or a database that is away: whatever was
written in it stands on the page that says so."""

import html
import re
from collections.abc import Callable

import pytest
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from market.access import Actor
from market.app import feature_routes
from market.errors import Conflict, Forbidden, NotFound, OutOfRoom, SignedOut, TooMany, Unavailable
from market.web import routing, sent
from tests.authorisation import sending
from tests.support.client import Client, htmx
from tests.support.databases import Databases, SqliteFiles
from tests.web.conftest import handed_back

REFUSALS = [
    Forbidden("This is not yours."),
    NotFound("It is gone."),
    Conflict("They closed it a moment ago."),
    SignedOut("You were signed out while you wrote."),
    TooMany("That was often.", 7),
    Unavailable("The database is away."),
    OutOfRoom("There is no room."),
]
PATHS = {route.name: route.path for route in feature_routes(demo=True) if "POST" in (route.methods or ())}
# What no person writes: a template's own hidden fields are held against this list in test_failures.
NOT_TYPED = sent.CARRIED | sent.SECRET


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


@pytest.fixture
def refusing(
    clients: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Exception], Client]:
    """`refusing(Conflict(...))`: a site where everyone may ask anything, and gets this answer to all of it."""

    def site(error: Exception) -> Client:
        def refuse(handler: object, request: Request, db: Session, actor: Actor) -> Response:
            raise error

        monkeypatch.setattr(routing, "_run", refuse)
        monkeypatch.setattr(routing, "_refuse", lambda *_: None)
        return clients(demo=True)

    return site


def forms() -> list[tuple[str, str, dict[str, str]]]:
    """Each form that a person sends with words or choices: its route, its address and what is in it."""
    things = dict.fromkeys(
        ["opening", "organisation", "skill", "mentor", "resource", "person", "achievement", "other"],
        "abcdefgh2jklmnop",
    )
    found = []
    for key in sending.FORMS:
        section, _, route = key.rpartition(" ")
        path = re.sub(r"\{\w+:int\}", "1", PATHS[route])
        path = re.sub(r"\{\w+\}", "abcdefgh2jklmnop", path)
        found.append((route, path, sending.form(section, route, things)))
    return found


def hidden(page: str) -> dict[str, str]:
    main = page.partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', main)
    return {html.unescape(name): html.unescape(value) for name, value in found}


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: str(error.status_code))
def test_what_was_written_in_any_form_stands_on_the_page_that_refuses_it(
    refusing: Callable[[Exception], Client], error: Conflict
) -> None:
    site, seen = refusing(error), 0
    for route, path, wrote in forms():
        typed = [value for name, value in wrote.items() if name not in NOT_TYPED and "abcdefgh2" not in value]
        answer = site.post(path, {**wrote, "submission_key": "k"})
        assert answer.status_code == error.status_code, route
        assert all(value not in answer.text for name, value in wrote.items() if name in sent.SECRET), route
        if all(re.fullmatch("[a-z_]*", value) for value in typed):
            continue  # a button, or a choice alone
        seen += 1
        shown = [("yes" if value == "on" else value) for value in typed if value]
        assert [text for _label, text in handed_back(answer)] == shown, route
        fragment = site.post(path, wrote, headers=htmx("form"))
        assert handed_back(fragment) == handed_back(answer), route
        again = hidden(answer.text)
        if error.status_code in sent.AGAIN and not sent.SECRET & wrote.keys():
            assert again == {**wrote, "submission_key": "k"}, route
        else:
            assert again == {}, route
    assert seen > 80
