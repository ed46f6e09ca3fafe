"""Uploads are refused by size before anything is done with them."""

from collections.abc import AsyncIterator, Callable

import pytest
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from market.access import Actor, anyone
from market.web.routing import action
from market.web.uploads import uploads_of
from tests.support.client import Client, words

Given = list[tuple[str, tuple[str, bytes, str]]]


def _take(request: Request, db: Session, actor: Actor) -> Response:
    return PlainTextResponse(" ".join(f"{u.name}:{len(u.content)}" for u in uploads_of(request, "file", 3)))


@pytest.fixture
def uploading(clients: Callable[..., Client]) -> Client:
    """A site that takes three files of 1 MB, in requests of 4 MB."""
    client = clients(upload_max_bytes=1_048_576, request_max_bytes=4 * 1_048_576)
    client.app.router.routes.insert(0, action("/try", _take, name="try", allow=anyone))
    return client


def _given(*sizes: int) -> Given:
    return [("file", (f"{n}.txt", b"a" * size, "text/plain")) for n, size in enumerate(sizes)]


def test_files_within_the_limits_come_whole(uploading: Client) -> None:
    assert uploading.post("/try", {"x": "1"}, files=_given(5, 1_048_576)).text == "0.txt:5 1.txt:1048576"


def test_an_empty_input_is_no_file(uploading: Client) -> None:
    assert (
        uploading.post("/try", {"x": "1"}, files=[("file", ("", b"", "application/octet-stream"))]).text == ""
    )


@pytest.mark.parametrize("sizes", [(1_048_577,), (1, 1, 1, 1), (1_500_000, 1_500_000, 1_500_000)])
def test_what_is_too_large_or_too_many_is_refused_with_413(uploading: Client, sizes: tuple[int, ...]) -> None:
    answer = uploading.post("/try", {"x": "1"}, files=_given(*sizes))
    assert answer.status_code == 413
    assert "That is too large" in words(answer)


def test_a_body_that_does_not_say_its_size_is_cut_off_as_well(uploading: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for _ in range(5):
            yield b"x" * 1_048_576

    form = {"content-type": "multipart/form-data; boundary=b"}
    answer = uploading.send_body("/try", pieces(), form)
    assert answer.status_code == 413
    assert "That is too large" in words(answer)
