"""A site with a few routes of the tests' own: what each does is said in its docstring."""

import html
import re
from collections.abc import Callable

import httpx
import pytest
from pydantic import Field
from sqlalchemy import Engine, insert, text
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from market import outbox
from market.access import Actor, anyone, signed_in
from market.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unavailable
from market.web.forms import Form, read
from market.web.render import see_other
from market.web.routing import action, after, page
from market.web.submission import Submission
from tests.support.client import Client
from tests.support.world import World

ERRORS = {
    "404": NotFound("There is no such thing."),
    "403": Forbidden("Only the owner may do that."),
    "409": Conflict("Someone moved first."),
    "422": Invalid("Something is missing.", name="Write a name."),
    "429": TooMany("Often.", 7),
    "503": Unavailable("The mail is away."),
}


_HANDED_BACK = re.compile(
    r'<label for="(sent-\d+)">(.*?)</label>(?:<textarea readonly id="\1"[^>]*>(.*?)</textarea>'
    r'|<input readonly type="text" id="\1" value="([^"]*)">)',
    re.S,
)


def handed_back(page: httpx.Response) -> list[tuple[str, str]]:
    """The fields, and what was written in each, that an error page shows."""
    found = _HANDED_BACK.findall(page.text)
    return [(html.unescape(label), html.unescape(long or short)) for _id, label, long, short in found]


class Short(Form):
    words: str = Field(max_length=5)


def rung(world: World) -> int:
    """How often a route of ours had its effect."""
    return len(world.events("bell.rung"))


def _show(request: Request, db: Session, actor: Actor) -> Response:
    """A page that is so bold as to write."""
    outbox.announce(db, "bell.rung", actor)
    return PlainTextResponse(f"{actor.name}|{request.path_params.get('id', '')}")


def _ring(request: Request, db: Session, actor: Actor) -> Response:
    """Rings, and leads on; a form with too many words is refused after the ringing."""
    outbox.announce(db, "bell.rung", actor)
    entry = read(Short, request.state.form)
    if entry.errors:
        return PlainTextResponse(entry.errors["words"], entry.status)
    return see_other(request, "home.front", said="It rang.", anchor=entry.data.words)


def _quiet(request: Request, db: Session, actor: Actor) -> Response:
    """Does its work and answers without leading on."""
    outbox.announce(db, "bell.rung", actor)
    return PlainTextResponse("done")


def _fail(request: Request, db: Session, actor: Actor) -> Response:
    raise ERRORS[request.path_params["kind"]]


def _crash(request: Request, db: Session, actor: Actor) -> Response:
    outbox.announce(db, "bell.rung", actor)
    raise RuntimeError("the secret insides of the site")


def _logged(request: Request, db: Session, actor: Actor) -> Response:
    """A page that keeps a log of its own, in two entries."""
    for _ in range(2):
        after(request, lambda log: outbox.announce(log, "bell.rung", actor) and None)  # type: ignore[func-returns-value]
    return PlainTextResponse("shown")


def _ends_with_the_database(request: Request, db: Session, actor: Actor) -> Response:
    db.connection().execute(text("INSERT INTO probe_missing VALUES (1)"))
    return PlainTextResponse("never")


def _twice(request: Request, db: Session, actor: Actor) -> Response:
    """Writes what may be there once, a second time, as whoever came a moment too late does."""
    key = Submission(key="once", route="try")
    db.connection().execute(insert(Submission), [key.model_dump(), key.model_dump()])
    return PlainTextResponse("never")


def _without(request: Request, db: Session, actor: Actor) -> Response:
    """A fault of ours: leaves out what the database needs, beside words that could be the database's own."""
    db.connection().execute(insert(Submission).values(key="a unique chance", route=None))
    return PlainTextResponse("never")


def _cut(request: Request, db: Session, actor: Actor) -> Response:
    """PostgreSQL ends this very connection, as when it is restarted."""
    db.connection().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    return PlainTextResponse("never")


ROUTES = [
    action("/try/twice", _twice, name="try.twice", allow=anyone),
    action("/try/without", _without, name="try.without", allow=anyone),
    page("/try/cut", _cut, name="try.cut", allow=anyone),
    page("/try/show", _show, name="try.show", allow=anyone),
    page("/try/show/{id}", _show, name="try.show_one", allow=anyone),
    page("/try/mine", _show, name="try.mine", allow=signed_in),
    action("/try/ring", _ring, name="try.ring", allow=anyone),
    action("/try/ring-too", _ring, name="try.ring_too", allow=anyone),
    action("/try/ring-mine", _ring, name="try.ring_mine", allow=signed_in),
    action("/try/ring-seldom", _ring, name="try.ring_seldom", allow=anyone, limit="reset"),
    action("/try/quiet", _quiet, name="try.quiet", allow=anyone),
    page("/try/fail/{kind}", _fail, name="try.fail", allow=anyone),
    action("/try/fail/{kind}", _fail, name="try.fail_post", allow=anyone),
    page("/try/crash", _crash, name="try.crash", allow=anyone),
    action("/try/crash", _crash, name="try.crash_post", allow=anyone),
    page("/try/logged", _logged, name="try.logged", allow=anyone),
    page("/try/missing-table", _ends_with_the_database, name="try.missing_table", allow=anyone),
]


@pytest.fixture
def sites(clients: Callable[..., Client]) -> Callable[..., Client]:
    """As `clients`, with the routes above; errors come back as answers, as a browser gets them."""

    def browser(**chosen: object) -> Client:
        client = clients(**chosen)
        client.app.router.routes[:0] = ROUTES
        return answering(client)

    return browser


def answering(client: Client) -> Client:
    """A browser that is shown the error page instead of the test the error."""
    client._http._transport.raise_app_exceptions = False  # type: ignore[attr-defined]
    return client


@pytest.fixture
def site(sites: Callable[..., Client]) -> Client:
    return sites()


@pytest.fixture
def read_only(make: World) -> Callable[[], None]:
    """Call it, and the database takes no writes any more until the test is over."""
    engine: Engine = make.engine
    name = engine.url.database

    def shut() -> None:
        if engine.dialect.name == "sqlite":
            from sqlalchemy import event

            @event.listens_for(engine, "connect", insert=False)
            def _only(connection: object, _record: object) -> None:
                connection.execute("PRAGMA query_only=ON")  # type: ignore[attr-defined]

        else:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
        engine.dispose()

    return shut
