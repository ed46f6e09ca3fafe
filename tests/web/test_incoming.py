"""What is read of a form that is too large, and that nothing written beside its files is lost."""

import tracemalloc
from collections.abc import AsyncIterator, Callable

import anyio
import httpx
import pytest
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from market import outbox
from market.access import Actor, anyone
from market.errors import TooLarge
from market.web.body import READ_ON, BodyLimit
from market.web.routing import action
from market.web.uploads import uploads_of
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.loop import Loop
from tests.support.world import World
from tests.web.conftest import handed_back, rung

MB = 1_048_576
NOTE = {"note": "All the flour, counted twice.", "link": "https://example.org/flour"}


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


def _hand_in(request: Request, db: Session, actor: Actor) -> Response:
    """A form with a note and files, which says what is wrong with them beside what was written."""
    outbox.announce(db, "bell.rung", actor)
    try:
        given = uploads_of(request, "files")
    except TooLarge as refused:
        form = request.state.form
        return PlainTextResponse(f"{form['note']}|{form['link']}|{refused.reason}", refused.status_code)
    return PlainTextResponse(" ".join(f"{one.name}:{len(one.content)}" for one in given))


@pytest.fixture
def site(sites: Callable[..., Client]) -> Client:
    """A site that takes files of 1 MB, in requests of 4 MB."""
    client = sites(upload_max_bytes=MB, request_max_bytes=4 * MB)
    client.app.router.routes.insert(0, action("/try/files", _hand_in, name="try.files", allow=anyone))
    return client


def files(*sizes: int) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", (f"{n}.csv", b"a" * size, "text/csv")) for n, size in enumerate(sizes)]


def sent(site: Client, *sizes: int) -> httpx.Response:
    return site.post("/try/files", NOTE, files=files(*sizes))


@pytest.mark.parametrize(
    ("sizes", "complaint"),
    [
        ((5 * MB,), "0.csv has more than 1 MB. Make it smaller and send it again."),
        ((1, 15 * MB, 1), "1.csv has more than 1 MB. Make it smaller and send it again."),
        ((MB,) * 5, "These files together have more than 4 MB. Send fewer at once."),
        ((1,) * 21, "These are 21 files. Send at most 20 at once."),
        ((MB,) * 10 + (1,) * 20, "These are 30 files. Send at most 20 at once."),
    ],
)
def test_what_is_wrong_with_the_files_is_said_beside_what_was_written(
    site: Client, make: World, sizes: tuple[int, ...], complaint: str
) -> None:
    answer = sent(site, *sizes)
    assert (answer.status_code, answer.text) == (413, f"{NOTE['note']}|{NOTE['link']}|{complaint}")
    assert rung(make) == 0
    assert sent(site, MB, MB, MB).text == f"0.csv:{MB} 1.csv:{MB} 2.csv:{MB}", (
        "what is within the limits comes whole"
    )


def test_files_that_were_not_asked_for_do_nothing_when_they_are_too_large(site: Client, make: World) -> None:
    answer = site.post("/try/quiet", NOTE, files=files(5 * MB))
    assert answer.status_code == 413
    assert "larger than the site takes" in words(answer)
    assert ("Note", NOTE["note"]) in handed_back(answer)
    assert rung(make) == 0
    assert site.post("/try/quiet", NOTE, files=files(MB)).text == "done"


@pytest.mark.parametrize("given", [None, files(1), files(5 * MB)], ids=["plain", "a file", "a large file"])
def test_a_text_too_long_is_named_and_everything_else_handed_back(
    site: Client, make: World, given: object
) -> None:
    answer = site.post(
        "/try/quiet", {"note": "x" * 300_000, "due_on": "2026-12-01", "pay": "16.50"}, files=given
    )
    assert answer.status_code == 413
    assert "“Note” is longer than 256 KB, so nothing was done." in words(answer)
    assert handed_back(answer) == [("Due on", "2026-12-01"), ("Pay", "16.50")]
    assert "xxxx" not in answer.text
    assert rung(make) == 0


@pytest.mark.parametrize("given", [None, files(1)], ids=["plain", "a file"])
def test_of_fields_without_end_the_first_come_back(site: Client, make: World, given: object) -> None:
    answer = site.post("/try/quiet", {**NOTE, **{f"f{n}": "x" for n in range(600)}}, files=given)
    assert answer.status_code == 413
    assert ("Note", NOTE["note"]) in handed_back(answer)
    assert rung(make) == 0


def test_texts_alone_do_not_fill_more_than_a_request_may_hold(site: Client) -> None:
    answer = site.post("/try/quiet", {f"t{n}": f"{n} " * 60_000 for n in range(60)}, files=files(1))
    assert answer.status_code == 413
    assert len(answer.content) < 5 * MB


def test_a_form_that_breaks_off_is_not_taken(site: Client, make: World) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nAll the flour\r\n--b\r\n'
        yield b'Content-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\na,b'

    answer = site.send_body("/try/files", half(), {"content-type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 400
    assert rung(make) == 0


class Hose:
    """A body that never ends, and how much of it was taken."""

    def __init__(self, head: bytes) -> None:
        self.head, self.taken = head, 0

    async def flow(self) -> AsyncIterator[bytes]:
        yield self.head
        while True:
            self.taken += 65_536
            yield b"a" * 65_536


PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
TEXT = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n'


@pytest.mark.parametrize(
    ("head", "kind", "most", "status"),
    [
        (PART, "multipart/form-data; boundary=b", (READ_ON + 1) * 4 * MB, 413),
        (TEXT, "multipart/form-data; boundary=b", (READ_ON + 1) * 4 * MB, 413),
        (b"nothing like it", "multipart/form-data; boundary=b", 4 * MB, 400),
        (b"note=", "application/x-www-form-urlencoded", 2 * 4 * MB, 413),
        (b"", "application/x-www-form-urlencoded", 2 * 4 * MB, 413),
        (b"{", "application/json", 4 * MB, 200),
        (b"", "", 4 * MB, 200),
    ],
)
def test_a_body_without_end_is_read_up_to_a_bound_and_hardly_kept(
    site: Client, make: World, head: bytes, kind: str, most: int, status: int
) -> None:
    site.post("/try/fail/409", NOTE)  # what is loaded once is there
    hose = Hose(head)
    tracemalloc.start()
    answer = site.send_body("/try/files", hose.flow(), {"content-type": kind})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert hose.taken <= most + 2 * 65_536
    assert peak < 8 * MB
    assert answer.headers["connection"] == "close"
    assert answer.status_code == status
    assert rung(make) == (1 if status == 200 else 0), "what is no form is not read before the answer"


def through(limit: BodyLimit, receive: Receive) -> list[Message]:
    """What is answered to a body that comes through `receive`."""
    out: list[Message] = []

    async def send(message: Message) -> None:
        out.append(message)

    scope = {"type": "http", "headers": [(b"transfer-encoding", b"chunked")]}
    with Loop() as runner:
        runner.run(limit(scope, receive, send))
    return out


async def _reads_it(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads its body, and answers with the status."""
    status = 200
    try:
        while (await receive()).get("more_body", False):
            pass
    except HTTPException as refused:
        status = refused.status_code
    await PlainTextResponse("read", status)(scope, receive, send)


@pytest.mark.parametrize("pause", [0.005, 3600])
def test_who_sends_slowly_without_end_or_not_at_all_is_not_waited_for(pause: float) -> None:
    async def trickle() -> Message:
        await anyio.sleep(pause)
        return {"type": "http.request", "body": b"a", "more_body": True}

    start, *_body = through(BodyLimit(_reads_it, 1000, silence=0.05), trickle)
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]


def test_after_its_body_a_request_may_last() -> None:
    messages: list[Message] = [{"type": "http.request", "body": b"a", "more_body": False}]

    async def whole() -> Message:
        if not messages:
            await anyio.sleep(0.1)
            return {"type": "http.disconnect"}
        return messages.pop()

    async def listens_on(scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        await PlainTextResponse("done")(scope, receive, send)

    start, *_body = through(BodyLimit(listens_on, 1000, silence=0.01), whole)
    assert start["status"] == 200
    assert (b"connection", b"close") not in start["headers"]


def test_who_goes_away_while_sending_leaves_no_crash_in_the_log(
    site: Client, make: World, caplog: pytest.LogCaptureFixture
) -> None:
    gone: list[Message] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"note=All the", "more_body": True},
    ]

    async def receive() -> Message:
        return gone.pop()

    async def send(message: Message) -> None:
        pass

    scope = {
        "type": "http", "method": "POST", "path": "/try/quiet", "query_string": b"", "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"testserver"), (b"content-type", b"application/x-www-form-urlencoded"),
                    (b"transfer-encoding", b"chunked")],
    }  # fmt: skip
    site._runner.run(site.app(scope, receive, send))
    assert rung(make) == 0
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
