"""A hostile receiver, through the real transport: nothing private is reached, and nothing is held up or kept."""

import logging
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest

from market import clock
from market.config import Settings
from market.net.fetch import Policy
from market.webhooks.rules import HandOverStatus
from market.webhooks.sending import Sender
from tests.net.hostile import Misbehaviour, Names, Server, Watch, answer, go_to, raw
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World
from tests.webhooks import scene

PolicyFor = Callable[..., Policy]


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    """The watch stops every connection, a database server's too."""
    return sqlite_files


def sent(make: World, policy: Policy) -> tuple[HandOverStatus, int | None, str | None]:
    Sender(Settings(), policy=policy).run(make.engine)
    [one] = scene.in_line(make)
    return one.status, one.answer, one.trouble


def in_line(make: World, url: str) -> str:
    _made, secret = scene.hook(make, url)
    scene.try_in_line(make)
    return secret


def endless(server: Server, sock: socket.socket) -> None:
    server.drip(sock, b"x" * 65536, times=10_000, every=0)


def slow(server: Server, sock: socket.socket) -> None:
    server.drip(sock, b"H", times=1000, every=0.05)


def test_it_is_taken_by_a_receiver_that_behaves(make: World, server: Server, policy_for: PolicyFor) -> None:
    server.routes["/hook"] = answer(b"thanks")
    in_line(make, server.url("good.example", "/hook"))
    assert sent(make, policy_for(server)) == (HandOverStatus.DONE, 200, None)
    [asked] = server.asked
    assert asked.line == "POST /hook HTTP/1.1"
    assert asked.all("webhook-signature")[0].startswith("v1,")
    assert asked.all("cookie") == []


@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/latest", "https://127.0.0.1/", "https://other.example/x"]
)
def test_a_redirect_is_not_followed(
    to: str, make: World, server: Server, watch: Watch, policy_for: PolicyFor
) -> None:
    server.routes["/hook"] = go_to(to, "307 Temporary Redirect")
    in_line(make, server.url("good.example", "/hook"))
    assert sent(make, policy_for(server)) == (HandOverStatus.WAITING, 307, "moved")
    assert (server.contacts, watch.contacts) == (1, [])


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "100.64.0.1", "::ffff:192.168.0.1"]
)
def test_a_name_that_leads_inside_is_given_up_and_nothing_is_contacted(
    address: str,
    make: World,
    watch: Watch,
) -> None:
    in_line(make, "https://hr.example/hook")
    policy = Policy(resolver=Names(hr_example=[[address]]))
    assert sent(make, policy) == (HandOverStatus.DEAD, None, "not_public")
    assert watch.contacts == []


def test_a_name_that_turns_inside_later_is_refused_there(
    make: World,
    server: Server,
    watch: Watch,
    policy_for: PolicyFor,
) -> None:
    server.routes["/hook"] = answer(b"", "500 Oh")
    in_line(make, server.url("good.example", "/hook"))
    names = Names(good_example=[["127.0.0.1"], ["10.0.0.5"]])
    policy = policy_for(server, resolver=names)
    assert sent(make, policy) == (HandOverStatus.WAITING, 500, None)
    clock.move(timedelta(minutes=1))
    assert sent(make, policy) == (HandOverStatus.DEAD, None, "not_public")
    assert watch.contacts == []


@pytest.mark.parametrize(
    ("how", "seconds", "trouble"),
    [
        (slow, 0.7, "too_slow"),
        (endless, 60, "headers_too_large"),
        (answer(b"x" * 100_000), 60, "too_large"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n"), 60, "headers_too_large"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), 60, "encoded"),
        (raw(b""), 60, "broken"),
    ],
)
def test_an_answer_that_is_slow_huge_or_broken_ends_the_try(
    how: Misbehaviour,
    seconds: float,
    trouble: str,
    make: World,
    server: Server,
    policy_for: PolicyFor,
) -> None:
    server.routes["/hook"] = how
    in_line(make, server.url("good.example", "/hook"))
    policy = policy_for(server, seconds=seconds)
    assert sent(make, policy) == (HandOverStatus.WAITING, None, trouble)


def test_plain_http_is_never_used_even_where_the_site_may_fetch_it(make: World, watch: Watch) -> None:
    in_line(make, "http://hr.example/hook")
    policy = Policy(allow_http=True, resolver=Names(hr_example=[["203.0.113.9"]]))
    assert sent(make, policy) == (HandOverStatus.DEAD, None, "scheme")
    assert watch.contacts == []


def test_neither_secret_nor_words_get_into_the_log(
    make: World,
    server: Server,
    policy_for: PolicyFor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.routes["/hook"] = answer(b"private words of theirs", "500 Oh")
    secret = in_line(make, server.url("good.example", "/hook"))
    with caplog.at_level(logging.DEBUG):
        sent(make, policy_for(server))
    told = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith("market"))
    assert told
    for private in (secret.removeprefix("whsec_"), "v1,", "private words", "good.example"):
        assert private not in told
