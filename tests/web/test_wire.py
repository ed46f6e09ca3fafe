"""Over a real connection: whoever sends more than is taken gets an answer and is cut off."""

import dataclasses
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.serving import Site, serving
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World

if TYPE_CHECKING:
    from market.config import Settings

MB = 1_048_576
GIVING_UP = 200 * MB
ROOM = (
    40 * MB
)  # what the machine itself holds on the way, at the most, and what is read until the line is cut


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


@pytest.fixture
def served(make: World, site_settings: "Settings") -> Iterator[Site]:
    """A site that takes requests of 2 MB."""
    small = dataclasses.replace(site_settings, upload_max_bytes=MB, request_max_bytes=2 * MB)
    with serving(small, make.engine, with_worker=False) as found:
        yield found


def sends_on(site: Site, head: bytes, piece: bytes) -> tuple[int, bytes]:
    """How many bytes of a body without end were taken before the line was cut, and what was answered."""
    address, _, port = site.address.removeprefix("http://").partition(":")
    sent, answer = 0, b""
    with socket.create_connection((address, int(port)), timeout=60) as line:
        line.sendall(head)
        try:
            while sent < GIVING_UP:
                sent += line.send(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while read := line.recv(65_536):
                answer += read
        except ConnectionResetError:
            pass
    return sent, answer


FORM = b"Content-Type: multipart/form-data; boundary=b\r\n"
PIECE = b"a" * 65_536
CHUNK = b"10000\r\n" + PIECE + b"\r\n"


@pytest.mark.parametrize(
    ("path", "headers", "piece", "status"),
    [
        ("/sign-in", FORM + b"Content-Length: 10737418240\r\n", PIECE, b"413"),
        ("/sign-in", b"Content-Length: 10737418240\r\n", PIECE, b"422"),  # no form: nothing of it is read
        ("/nowhere", FORM + b"Content-Length: 10737418240\r\n", PIECE, b"404"),
        ("/nowhere", FORM + b"Transfer-Encoding: chunked\r\n", CHUNK, b"404"),
        ("/sign-in", FORM + b"Origin: null\r\nTransfer-Encoding: chunked\r\n", CHUNK, b"403"),
        ("/sign-in", FORM + b"Transfer-Encoding: chunked\r\n", CHUNK, b"400"),
        (
            "/sign-in",
            b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n",
            CHUNK,
            b"413",
        ),
    ],
)
def test_who_sends_without_end_is_answered_and_cut_off(
    served: Site, path: str, headers: bytes, piece: bytes, status: bytes
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: testserver\r\n".encode() + headers + b"\r\n"
    sent, answer = sends_on(served, head, piece)
    assert sent < ROOM
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"connection: close" in answer.lower()
    assert answer.rstrip().endswith(b"</html>")
