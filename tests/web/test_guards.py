"""What stands at the door: where a request comes from, how often, with which headers and cookies."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.requests import Request

from market.app import feature_routes
from market.errors import TooMany
from market.web.headers import ALWAYS
from market.web.kit import Kit
from market.web.limits import LIMITS, Limiter, _span
from market.web.origin import is_own
from market.web.routing import _network_of, address_of
from tests.support.client import Client, words
from tests.support.databases import Databases, SqliteFiles
from tests.support.world import World
from tests.web.conftest import answering, rung


@pytest.fixture(scope="session")
def databases(sqlite_files: SqliteFiles) -> Databases:
    return sqlite_files


OWN = {"host": "jobs.example.org"}
ORIGINS: list[tuple[dict[str, str], bool]] = [
    ({}, True),  # no browser page: curl, a script; it has nobody's cookies
    ({"sec-fetch-site": "same-origin"}, True),
    ({"sec-fetch-site": "none"}, True),  # typed or reloaded by the person
    ({"sec-fetch-site": "same-site"}, False),  # another host of the same domain
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": ""}, False),
    ({"sec-fetch-site": "something new"}, False),
    (
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
        True,
    ),  # a page cannot set the former
    ({"sec-fetch-site": "cross-site", "origin": "https://jobs.example.org"}, False),
    ({"origin": "https://jobs.example.org"}, True),
    ({"origin": "http://jobs.example.org"}, True),  # behind a proxy that speaks https
    ({"origin": "https://jobs.example.org:8443"}, False),
    ({"origin": "https://jobs.example.org.evil.example"}, False),
    ({"origin": "https://evil.example"}, False),
    ({"origin": "https://evil.example/jobs.example.org"}, False),
    ({"origin": "https://jobs.example.org@evil.example"}, False),
    ({"origin": "null"}, False),
    ({"origin": ""}, False),
]


@pytest.mark.parametrize(("headers", "own"), ORIGINS)
def test_a_write_is_taken_from_our_own_pages_only(headers: dict[str, str], own: bool) -> None:
    assert is_own("POST", Headers({**OWN, **headers})) is own
    assert is_own("DELETE", Headers({**OWN, **headers})) is own
    for safe in ("GET", "HEAD", "OPTIONS"):
        assert is_own(safe, Headers({**OWN, **headers})), "a link from anywhere may lead here"


def test_a_write_from_another_site_does_nothing(site: Client, make: World) -> None:
    said = {"words": "Call this number at once."}
    answer = site.post("/try/ring", said, headers={"sec-fetch-site": "cross-site"})
    assert "Call this number" not in answer.text, "another site puts no words into our pages"
    assert answer.status_code == 403
    assert "sent from another site, so nothing was done" in answer.text
    assert "Go to the first page" in words(answer)
    assert rung(make) == 0
    assert site.post("/try/ring", {"words": "x"}, headers={"origin": "http://testserver"}).status_code == 303


ANSWERS = {
    "a page": "/",
    "no such address": "/nowhere",
    "a wrong method": "/try/ring",
    "a refusal": "/try/fail/403",
    "a crash": "/try/crash",
    "a redirect": "/try/mine",
    "health": "/healthz",
    "a file that is missing": "/static/x/missing.css",
}


@pytest.mark.parametrize("which", ANSWERS)
@pytest.mark.parametrize("public_url", ["http://testserver", "https://testserver"])
def test_every_answer_carries_the_policy_and_its_id(
    sites: Callable[..., Client], which: str, public_url: str
) -> None:
    answer = sites(public_url=public_url).get(ANSWERS[which])
    for name, value in ALWAYS.items():
        assert answer.headers.get(name) == value, (which, name)
    assert ("strict-transport-security" in answer.headers) == public_url.startswith("https")
    assert len(answer.headers["x-request-id"]) == 16
    assert answer.headers["cache-control"]


def test_the_policy_is_the_one_that_was_decided() -> None:
    assert ALWAYS["Content-Security-Policy"] == (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
    assert ALWAYS["X-Content-Type-Options"] == "nosniff"
    assert ALWAYS["Referrer-Policy"] == "same-origin"


def test_a_refused_host_and_a_foreign_write_carry_the_policy_too(sites: Callable[..., Client]) -> None:
    elsewhere = sites(trusted_hosts=("jobs.example.org",)).get("/")
    foreign = sites().post("/try/ring", headers={"sec-fetch-site": "cross-site"})
    assert (elsewhere.status_code, foreign.status_code) == (400, 403)
    for answer in (elsewhere, foreign):
        assert answer.headers["content-security-policy"] == ALWAYS["Content-Security-Policy"]


def test_nothing_of_a_signed_in_person_is_stored_by_a_cache(site: Client, make: World) -> None:
    amara = answering(site.as_(make.amara))
    for path in ("/", "/try/show", "/try/fail/404", "/try/fail/403", "/try/crash", "/nowhere"):
        assert amara.get(path).headers["cache-control"] == "no-store", path
        assert site.get(path).headers["cache-control"] == ("no-store" if path.endswith("403") else "no-cache")


def cookies_of(answer: httpx.Response) -> SimpleCookie:
    told = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        told.load(line)
    return told


@pytest.mark.parametrize("https", [True, False])
def test_cookies_are_for_this_host_alone_and_under_https_only(
    sites: Callable[..., Client], make: World, https: bool
) -> None:
    browser = sites(public_url="https://testserver" if https else "http://testserver")
    person = make.person(email="secret@example.org", password="a long enough password")
    given = {"email": person.email, "password": "a long enough password"}
    signed_in = cookies_of(browser.post("/sign-in", given))
    name = "__Host-session" if https else "session"
    assert set(signed_in) >= {name}
    said = cookies_of(browser.post("/try/ring", {"words": "x"}))
    themed = cookies_of(browser.post("/theme", {"theme": "dark"}))
    for one in (signed_in[name], said["said"], themed["theme"]):
        assert (one["path"], one["domain"], one["samesite"].lower(), one["httponly"]) == (
            "/",
            "",
            "lax",
            True,
        )
        assert bool(one["secure"]) is https


def test_under_https_a_session_in_a_cookie_without_the_prefix_is_none(
    sites: Callable[..., Client], make: World
) -> None:
    browser = sites(public_url="https://testserver")
    token = browser.as_(make.amara).cookies["session"]
    assert browser.get("/try/show", headers={"cookie": f"session={token}"}).text == "|"
    assert browser.get("/try/show", headers={"cookie": f"__Host-session={token}"}).text == "Amara Okafor|"


def test_what_is_asked_too_often_is_told_when_it_opens_again(
    sites: Callable[..., Client], make: World
) -> None:
    browser = sites(limits=True)
    answers = [browser.post("/try/ring-seldom", {"words": "x"}) for _ in range(6)]
    assert [a.status_code for a in answers] == [303] * 5 + [429]
    assert 86_000 < int(answers[-1].headers["retry-after"]) <= 86_400
    assert "It opens again in 24 hours." in words(answers[-1])
    assert rung(make) == 5


def test_people_are_counted_each_by_themselves(sites: Callable[..., Client], make: World) -> None:
    browser = sites(limits=True)
    amara, chidi = answering(browser.as_(make.amara)), answering(browser.as_(make.chidi))
    for _ in range(5):
        assert amara.post("/try/ring-seldom", {"words": "x"}).status_code == 303
    assert amara.post("/try/ring-seldom", {"words": "x"}).status_code == 429
    assert chidi.post("/try/ring-seldom", {"words": "x"}).status_code == 303
    assert browser.post("/try/ring-seldom", {"words": "x"}).status_code == 303


def test_an_address_of_e_mail_is_counted_whoever_asks(sites: Callable[..., Client]) -> None:
    browser = sites(limits=True, trusted_proxies=("127.0.0.1",))
    told = []
    for n in range(6):
        origin = {"x-forwarded-for": f"198.51.100.{n}"}
        form = {"words": "x", "email": [" Amara@Example.org", "amara@example.ORG"][n % 2]}
        told.append(browser.post("/try/ring-seldom", form, headers=origin).status_code)
    assert told == [303] * 5 + [429]


def test_limits_can_be_left_out_for_a_demo(sites: Callable[..., Client]) -> None:
    browser = sites()
    assert {browser.post("/try/ring-seldom", {"words": "x"}).status_code for _ in range(9)} == {303}


def test_a_key_that_has_had_enough_is_refused_and_others_are_not() -> None:
    limiter = Limiter()
    for _ in range(10):
        limiter.hit("sign_in", "a")
    with pytest.raises(TooMany) as refused:
        limiter.hit("sign_in", "b", "a")
    assert 1 <= refused.value.retry_after <= 300
    limiter.hit("sign_up", "a")
    limiter.hit("sign_in", "c")


def test_every_rate_holds_somewhere() -> None:
    used = {route.limit for route in feature_routes()} - {None}
    asked_by_name = {
        "first_messages",
        "endorsements",
    }  # in the handler: it depends on what was written before
    assert used | asked_by_name == set(LIMITS)


def test_every_rate_of_the_site_is_one_that_the_design_names() -> None:
    named = {
        "sign_in": "10 per 5 minutes",
        "reset": "5 per day",
        "invitations": "20 per day",
        "applications": "30 per day",
        "first_messages": "20 per day",
        "endorsements": "10 per day",
    }
    assert {name: LIMITS[name] for name in named} == named


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "1 second"), (89, "89 seconds"), (90, "2 minutes"), (5399, "90 minutes"), (86_400, "24 hours")],
)
def test_a_wait_is_said_in_a_unit_one_can_picture(seconds: int, told: str) -> None:
    assert _span(seconds) == told


PROXY, OTHER = "10.0.0.1", "10.0.0.2"
HOPS: list[tuple[str, list[str], str]] = [
    ("203.0.113.9", [], "203.0.113.9"),
    ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # not a proxy of ours: it may say what it likes
    (PROXY, [], PROXY),
    (PROXY, ["198.51.100.1"], "198.51.100.1"),
    (PROXY, ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # the left was written by the sender
    (PROXY, ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),  # a proxy that adds a line of its own
    (PROXY, [f"1.1.1.1, 198.51.100.1, {OTHER}"], "198.51.100.1"),
    (PROXY, [f" , {OTHER} "], PROXY),
]


@pytest.mark.parametrize(("direct", "forwarded", "found"), HOPS)
def test_a_forwarded_address_counts_only_from_proxies_that_are_named(
    site: Client, direct: str, forwarded: list[str], found: str
) -> None:
    import dataclasses

    kit: Kit = site.app.state.kit
    kit = dataclasses.replace(kit, settings=dataclasses.replace(kit.settings, trusted_proxies=(PROXY, OTHER)))
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    assert address_of(Request({"type": "http", "headers": headers, "client": (direct, 1)}), kit) == found


def test_someone_with_a_whole_network_of_addresses_counts_once() -> None:
    assert _network_of("2001:db8:1:2:3::9") == _network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert _network_of("2001:db8:1:3::9") != _network_of("2001:db8:1:2::9")
    assert _network_of("198.51.100.7") == "198.51.100.7"
    assert _network_of("not an address") == "not an address"
    assert _network_of("") == ""
