"""What a fetch sends, what it gives back, and how it ends when the other side misbehaves.

Nothing here measures time: a server that goes on for half a minute is cut off by the deadline, or the answer it
gives in the end fails the test.
"""

import datetime as dt
import gzip
import socket
import threading
from collections.abc import Callable, Sequence

import pytest

from market import clock
from market.net.errors import FetchError, Unreachable, Unusable
from market.net.fetch import MAX_BYTES, Policy, fetch, post
from tests.net.hostile import Names, Server, Watch, answer, go_to, raw

PolicyFor = Callable[..., Policy]
FOR_EVER = {"times": 600, "every": 0.05}  # half a minute
SHORT = 0.4


def failure(server: Server, policy: Policy, *, max_bytes: int = MAX_BYTES) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(server.url("good.example"), policy=policy, max_bytes=max_bytes)
    return caught.value


# --- what is sent ---------------------------------------------------------------------------------------------


def test_the_answer_comes_back_whole(server: Server, policy_for: PolicyFor) -> None:
    server.routes["/badge"] = answer(b'{"a": 1}', headers=[("Content-Type", "Application/JSON; charset=x")])
    now = dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)
    with clock.standing(now):
        got = fetch(server.url("good.example", "/badge?id=ä#proof"), policy=policy_for(server))
    assert (got.status, got.ok, got.body, got.media_type) == (200, True, b'{"a": 1}', "application/json")
    assert (got.url, got.hops, got.at) == (server.url("good.example", "/badge?id=%C3%A4"), (), now)


def test_another_status_is_an_answer_too(server: Server, policy_for: PolicyFor) -> None:
    server.routes["/"] = answer(b"revoked", "410 Gone")
    got = fetch(server.url("good.example"), policy=policy_for(server))
    assert (got.status, got.ok, got.body) == (410, False, b"revoked")


def test_the_request_names_the_site_and_asks_for_a_plain_answer(
    server: Server, policy_for: PolicyFor
) -> None:
    server.routes["/x"] = answer()
    policy = policy_for(server, resolver=Names(**{"xn--mnchen-3ya_example": [["127.0.0.1"]]}))
    fetch(server.url("MÜNCHEN.example.", "/x#y"), policy=policy, accept="application/json")
    [asked] = server.asked
    assert asked.line == "GET /x HTTP/1.1"
    assert sorted((key.lower(), value) for key, value in asked.headers) == [
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("connection", "close"),
        ("host", f"xn--mnchen-3ya.example:{server.port}"),
        ("user-agent", "Foothold"),
    ]
    assert server.names == ["xn--mnchen-3ya.example"]


def test_proxies_and_passwords_of_the_environment_are_not_used(
    server: Server,
    plain_server: Server,
    policy_for: PolicyFor,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: object,
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, plain_server.url("127.0.0.1"))
    netrc = f"{tmp_path}/netrc"
    with open(netrc, "w") as file:
        file.write("machine good.example login amara password secret\ndefault login amara password secret\n")
    monkeypatch.setenv("NETRC", netrc)
    server.routes["/"] = answer()
    fetch(server.url("good.example"), policy=policy_for(server))
    assert (plain_server.contacts, server.asked[0].all("authorization")) == (0, [])


def test_nothing_is_kept_between_fetches_or_hops(server: Server, policy_for: PolicyFor) -> None:
    cookie = ("Set-Cookie", "who=amara; Path=/")
    server.routes["/"] = answer(b"", "302 Found", [("Location", "/there"), cookie])
    server.routes["/there"] = answer(headers=[cookie, ("Connection", "keep-alive")])
    policy = policy_for(server)
    got = fetch(server.url("good.example"), policy=policy)
    assert got.hops == (server.url("good.example"),)
    fetch(got.url, policy=policy)
    assert server.contacts == len(server.asked) == 3
    assert all(asked.all("cookie") == [] for asked in server.asked)


def test_three_redirects_are_followed_and_a_fourth_is_not(server: Server, policy_for: PolicyFor) -> None:
    server.routes["/"] = go_to("/1")
    server.routes["/1"] = go_to("2")
    server.routes["/2"] = go_to(server.url("other.example", "/3"))
    server.routes["/3"] = answer(b"arrived")
    got = fetch(server.url("good.example"), policy=policy_for(server))
    paths = [server.url("good.example", path) for path in ("/", "/1", "/2")]
    assert (got.body, got.url, got.hops) == (b"arrived", server.url("other.example", "/3"), tuple(paths))
    assert server.asked[3].all("host") == [f"other.example:{server.port}"]
    server.routes["/3"] = go_to("/4")
    assert failure(server, policy_for(server)).code == "too_many_redirects"
    assert server.contacts == 8


def test_http_is_fetched_where_it_is_allowed_and_may_go_on_to_https(
    plain_server: Server, server: Server, policy_for: PolicyFor
) -> None:
    plain_server.routes["/"] = go_to(server.url("good.example", "/safe"))
    server.routes["/safe"] = answer(b"safe")
    policy = policy_for(server, allowed=frozenset({server.end, plain_server.end}), allow_http=True)
    assert fetch(plain_server.url("other.example"), policy=policy).body == b"safe"


def test_a_webhook_is_posted_with_its_headers(server: Server, policy_for: PolicyFor) -> None:
    server.routes["/hook"] = answer(b"", "204 No Content")
    headers = {"Content-Type": "application/json", "X-Signature": "abc"}
    got = post(server.url("good.example", "/hook"), b'{"a":1}', policy=policy_for(server), headers=headers)
    [asked] = server.asked
    assert (got.status, asked.line, asked.body) == (204, "POST /hook HTTP/1.1", b'{"a":1}')
    assert (asked.all("content-type"), asked.all("x-signature")) == (["application/json"], ["abc"])
    assert asked.all("content-length") == ["7"]


def test_a_webhook_is_not_sent_on_elsewhere(server: Server, policy_for: PolicyFor) -> None:
    elsewhere = server.url("other.example", "/elsewhere")
    server.routes["/hook"] = answer(b"moved", "307 Temporary Redirect", [("Location", elsewhere)])
    got = post(server.url("good.example", "/hook"), b"{}", policy=policy_for(server))
    assert (got.status, got.headers["location"], got.body, server.contacts) == (307, elsewhere, b"moved", 1)


@pytest.mark.parametrize("headers", [{"Host": "x"}, {"COOKIE": "a=b"}, {"Transfer-Encoding": "chunked"}])
def test_a_webhook_cannot_set_the_transport_s_own_headers(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="itself"):
        post("https://good.example/", b"", headers=headers)


def test_a_dead_address_is_followed_by_the_next(server: Server, watch: Watch, policy_for: PolicyFor) -> None:
    server.routes["/"] = answer(b"second")
    watch.permitted.add(("127.0.0.3", server.port))
    policy = policy_for(
        server,
        allowed=frozenset({server.end, ("127.0.0.3", server.port)}),
        resolver=Names(good_example=[["127.0.0.3", "::ffff:127.0.0.1"]]),
    )
    assert fetch(server.url("good.example"), policy=policy).body == b"second"
    assert watch.connections == [("127.0.0.3", server.port), ("127.0.0.1", server.port)]


# --- too much -------------------------------------------------------------------------------------------------


def test_a_body_of_just_the_limit_is_taken_and_one_byte_more_is_not(
    server: Server, policy_for: PolicyFor
) -> None:
    policy = policy_for(server)
    for framing in (answer, _chunked, _until_close):
        server.routes["/"] = framing(b"x" * 5000)
        assert len(fetch(server.url("good.example"), policy=policy, max_bytes=5000).body) == 5000
        assert failure(server, policy, max_bytes=4999).code == "too_large"


@pytest.mark.parametrize("announced", [True, False])
def test_of_300_megabytes_hardly_any_are_read(server: Server, policy_for: PolicyFor, announced: bool) -> None:
    def pour(server: Server, sock: socket.socket) -> None:
        length = b"Content-Length: 314572800\r\n" if announced else b""
        sock.sendall(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n")
        server.drip(sock, b"x" * 65536, times=4800, every=0)

    server.routes["/"] = pour
    assert failure(server, policy_for(server)).code == "too_large"
    server.close()
    assert server.sent < 16 * MAX_BYTES  # what the sockets' buffers swallowed; the rest was never sent


def test_an_announced_length_is_believed_when_it_is_too_much(server: Server, policy_for: PolicyFor) -> None:
    def announce(server: Server, sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 314572800\r\n\r\n")
        server.closing.wait(30)

    server.routes["/"] = announce
    assert failure(server, policy_for(server)).code == "too_large"  # without waiting for a byte of it


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", "gzip, identity", "GZIP"])
def test_a_compressed_answer_is_refused_and_never_unpacked(
    server: Server, policy_for: PolicyFor, encoding: str
) -> None:
    bomb = gzip.compress(bytes(20 * MAX_BYTES))
    server.routes["/"] = answer(bomb, headers=[("Content-Encoding", encoding)])
    assert failure(server, policy_for(server)).code == "encoded"


def test_a_compressed_file_that_does_not_say_so_stays_as_it_is(server: Server, policy_for: PolicyFor) -> None:
    bomb = gzip.compress(bytes(20 * MAX_BYTES))
    server.routes["/"] = answer(bomb)
    assert fetch(server.url("good.example"), policy=policy_for(server)).body == bomb


@pytest.mark.parametrize(
    "piece",
    [b"X: " + b"y" * 1000 + b"\r\n", b"y" * 1000, b"X:\r\n" * 250, b"HTTP/1.1 100 Continue\r\n\r\n" * 40],
    ids=["long headers", "one endless header", "many headers", "endless 1xx"],
)
def test_headers_without_end_are_cut_off(server: Server, policy_for: PolicyFor, piece: bytes) -> None:
    def pour(server: Server, sock: socket.socket) -> None:
        if not piece.startswith(b"HTTP"):
            sock.sendall(b"HTTP/1.1 200 OK\r\nA: ")
        server.drip(sock, piece, times=100_000, every=0)

    server.routes["/"] = pour
    assert failure(server, policy_for(server)).code == "headers_too_large"
    server.close()
    assert server.sent < 16 * MAX_BYTES


def test_a_hundred_headers_are_taken_and_more_are_not(server: Server, policy_for: PolicyFor) -> None:
    server.routes["/"] = answer(headers=[("X-Many", "y")] * 99)
    assert len(fetch(server.url("good.example"), policy=policy_for(server)).headers["x-many"]) == 99 * 3 - 2
    server.routes["/"] = answer(headers=[("X-Many", "y")] * 100)
    assert failure(server, policy_for(server)).code == "headers_too_large"


def test_framing_counts_too(server: Server, policy_for: PolicyFor) -> None:
    """Chunks of one byte with long extensions: little body, endless bytes."""
    chunk = b"1;" + b"e" * 3000 + b"\r\nx\r\n"

    def pour(server: Server, sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        server.drip(sock, chunk, times=100_000, every=0)

    server.routes["/"] = pour
    assert failure(server, policy_for(server)).code == "too_large"


# --- too slow -------------------------------------------------------------------------------------------------


def test_a_slow_look_up_ends_by_its_own_limit(watch: Watch) -> None:
    done = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        done.wait(30)
        return ["10.0.0.1"]

    try:
        with pytest.raises(Unreachable, check=lambda error: error.code == "dns_slow"):
            fetch("https://good.example/", policy=Policy(resolver=slow, dns_seconds=SHORT))
    finally:
        done.set()
    assert watch.contacts == []


def test_look_ups_that_hang_do_not_pile_up_without_end(watch: Watch) -> None:
    done = threading.Event()
    started: list[str] = []

    def hang(host: str, port: int) -> Sequence[str]:
        started.append(host)
        done.wait(30)
        return []

    policy = Policy(resolver=hang, dns_seconds=0.01)
    try:
        for _ in range(40):
            with pytest.raises(Unreachable, check=lambda error: error.code == "dns_slow"):
                fetch("https://good.example/", policy=policy)
        assert len(started) <= 16
    finally:
        done.set()
        for thread in threading.enumerate():
            if thread.name.startswith("look up"):
                thread.join(timeout=5)


def test_a_site_that_never_takes_the_connection_is_given_up(watch: Watch) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        end = full.getsockname()
        watch.permitted.add(end)
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:  # fill its queue, so that the next one gets no answer
            sock.setblocking(False)
            sock.connect_ex(end)
        policy = Policy(allowed=frozenset({end}), resolver=Names(good_example=[["127.0.0.1"]]), seconds=SHORT)
        with pytest.raises(Unreachable, check=lambda error: error.code == "too_slow"):
            fetch(f"https://good.example:{end[1]}/", policy=policy)
        for sock in waiting:
            sock.close()


def _silent(server: Server, sock: socket.socket) -> None:
    server.closing.wait(30)
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def _slow_headers(server: Server, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    server.drip(sock, b"X: y\r\n", **FOR_EVER)  # type: ignore[arg-type]
    sock.sendall(b"Content-Length: 0\r\n\r\n")


def _slow_body(server: Server, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 600\r\n\r\n")
    server.drip(sock, b"x", **FOR_EVER)  # type: ignore[arg-type]


def _slow_chunks(server: Server, sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    server.drip(sock, b"1\r\nx\r\n", **FOR_EVER)  # type: ignore[arg-type]
    sock.sendall(b"0\r\n\r\n")


def _slow_interim(server: Server, sock: socket.socket) -> None:
    server.drip(sock, b"HTTP/1.1 102 Processing\r\n\r\n", **FOR_EVER)  # type: ignore[arg-type]
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("slow", [_silent, _slow_headers, _slow_body, _slow_chunks, _slow_interim])
def test_an_answer_in_drips_ends_at_the_deadline(
    server: Server, policy_for: PolicyFor, slow: Callable[[Server, socket.socket], None]
) -> None:
    server.routes["/"] = slow
    assert failure(server, policy_for(server, seconds=SHORT)).code == "too_slow"


@pytest.mark.parametrize("piece", [b"", b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"], ids=["silent", "in drips"])
def test_a_slow_handshake_ends_at_the_deadline(server: Server, policy_for: PolicyFor, piece: bytes) -> None:
    def crawl(server: Server, sock: socket.socket) -> None:
        for byte in piece:  # the start of a long server hello, then a byte of it now and then
            sock.sendall(bytes([byte]))
        server.drip(sock, b"\x00" if piece else b"", **FOR_EVER)  # type: ignore[arg-type]

    server.routes["handshake"] = crawl
    assert failure(server, policy_for(server, seconds=SHORT)).code == "too_slow"


def test_the_deadline_is_one_for_all_redirects(server: Server, policy_for: PolicyFor) -> None:
    """Each hop takes 0.3 s of the 0.7: none is too slow alone, three are."""

    def next_hop(server: Server, sock: socket.socket) -> None:
        server.closing.wait(0.3)
        go_to("/")(server, sock)

    server.routes["/"] = next_hop
    error = failure(server, policy_for(server, seconds=0.7))
    assert error.code == "too_slow"  # and not too_many_redirects
    assert server.contacts <= 3


def test_a_server_that_does_not_read_the_webhook_ends_at_the_deadline(
    server: Server, policy_for: PolicyFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(server: Server, sock: socket.socket) -> None:
        server.closing.wait(30)
        raise OSError("gone")

    monkeypatch.setattr(Server, "_read", deaf)
    with pytest.raises(Unreachable, check=lambda error: error.code == "too_slow"):
        post(server.url("good.example"), bytes(32 * MAX_BYTES), policy=policy_for(server, seconds=SHORT))


# --- broken ---------------------------------------------------------------------------------------------------

BROKEN = {
    "hangs up": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.9\r\n",
    "HTTP 0.9": b"<html>hello</html>",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "cut off in a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n",
    "another transfer encoding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
    "a NUL in a header": b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "a status of four figures": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_is_called_broken(server: Server, policy_for: PolicyFor, data: bytes) -> None:
    server.routes["/"] = raw(data)
    with pytest.raises(Unusable, check=lambda error: error.code == "broken"):
        fetch(server.url("good.example"), policy=policy_for(server))


def test_a_redirect_without_an_address_is_an_answer(server: Server, policy_for: PolicyFor) -> None:
    server.routes["/"] = answer(b"", "302 Found")
    assert fetch(server.url("good.example"), policy=policy_for(server)).status == 302


def test_no_site_and_no_listener_are_told_apart(watch: Watch) -> None:
    with pytest.raises(Unreachable, check=lambda error: error.code == "no_such_name"):
        fetch("https://good.example/", policy=Policy(resolver=Names()))
    with pytest.raises(Unreachable, check=lambda error: error.code == "no_such_name"):
        fetch("https://good.example/", policy=Policy(resolver=Names(good_example=[[]])))
    with pytest.raises(Unreachable, check=lambda error: error.code == "no_such_name"):
        fetch("https://good.example/", policy=Policy(resolver=Names(good_example=[["nonsense"]])))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        end = closed.getsockname()
    watch.permitted.add(end)
    policy = Policy(resolver=Names(good_example=[["127.0.0.1"]]), allowed=frozenset({end}))
    with pytest.raises(Unreachable, check=lambda error: error.code == "no_connection"):
        fetch(f"https://good.example:{end[1]}/", policy=policy)


def _chunked(body: bytes) -> Callable[[Server, socket.socket], None]:
    return raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    )


def _until_close(body: bytes) -> Callable[[Server, socket.socket], None]:
    return raw(b"HTTP/1.1 200 OK\r\n\r\n" + body)
