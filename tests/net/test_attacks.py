"""The attack list against `fetch`: the right refusal each time, and nothing contacted that should not be."""

from collections.abc import Callable
from ipaddress import ip_address

import pytest

from market.net.errors import SENTENCES, FetchError, Refused
from market.net.fetch import Policy, fetch, post
from tests.net.attacks import PRIVATE_ADDRESSES, SPELLINGS
from tests.net.hostile import Names, Server, Watch, go_to

PolicyFor = Callable[..., Policy]
PUBLIC = "93.184.215.14"


def refusal(url: str, policy: Policy) -> FetchError:
    with pytest.raises(Refused) as caught:
        fetch(url, policy=policy)
    return caught.value


@pytest.mark.parametrize(("url", "code"), SPELLINGS)
def test_a_bad_address_is_refused_before_anything_is_looked_up(watch: Watch, url: str, code: str) -> None:
    names = Names(good_example=[["127.0.0.1"]])
    assert refusal(url, Policy(resolver=names)).code == code
    with pytest.raises(Refused, check=lambda error: error.code == code):
        post(url, b"{}", policy=Policy(resolver=names))
    assert names.asked == []
    assert watch.contacts == []


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_a_name_that_leads_to_a_private_address_is_refused(watch: Watch, address: str) -> None:
    assert (
        refusal("https://bad.example/", Policy(resolver=Names(bad_example=[[address]]))).code == "not_public"
    )
    assert watch.contacts == []


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
@pytest.mark.parametrize("turn", ["first", "last", "middle"])
def test_one_private_address_among_public_ones_refuses_the_name(
    watch: Watch, address: str, turn: str
) -> None:
    others = [PUBLIC, "2606:4700::1111"]
    others.insert({"first": 0, "middle": 1, "last": 2}[turn], address)
    assert refusal("https://bad.example/", Policy(resolver=Names(bad_example=[others]))).code == "not_public"
    assert watch.contacts == []


def test_an_address_of_our_own_is_refused_though_public(watch: Watch) -> None:
    ours = frozenset({ip_address(PUBLIC)})
    for answer in (PUBLIC, f"::ffff:{PUBLIC}"):
        policy = Policy(resolver=Names(us_example=[[answer]]), own_addresses=ours)
        assert refusal("https://us.example/", policy).code == "not_public"
    assert refusal(f"https://{PUBLIC}/", Policy(own_addresses=ours)).code == "not_public"
    assert watch.contacts == []


def test_a_public_address_of_this_machine_is_refused_without_being_told(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loopback stands in for a public interface: with the address table switched off, only the interfaces are asked."""
    monkeypatch.setattr("market.net.connect.why_not_public", lambda address, ours: None)
    for address in ("127.0.0.1", "127.0.0.9", "::1"):
        error = refusal("https://us.example/", Policy(resolver=Names(us_example=[[address]])))
        assert (error.code, "our own" in error.detail) == ("not_public", True)
    assert watch.contacts == []


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
def test_each_kind_of_redirect_is_checked(
    server: Server, watch: Watch, policy_for: PolicyFor, status: str
) -> None:
    server.routes["/"] = go_to("https://10.0.0.1/", status)
    error = refusal(server.url("good.example"), policy_for(server))
    assert (error.code, error.url) == ("not_public", "https://10.0.0.1/")
    assert (server.contacts, watch.contacts) == (1, [])


# A header cannot hold a line end or a NUL; empty and relative spellings lead back to the site, and are no attack.
IN_A_HEADER = [
    (url, "downgrade" if url.startswith("http:") else code)
    for url, code in SPELLINGS
    if code != "not_a_url" and not set(url) & {"\r", "\n", "\x00", "\ud800"} and not url.startswith("\t")
]


def test_a_redirect_to_any_of_them_is_refused_and_the_target_not_contacted(
    server: Server, watch: Watch, policy_for: PolicyFor
) -> None:
    names = Names(good_example=[["127.0.0.1"]])
    policy = policy_for(server, resolver=names)
    for url, code in IN_A_HEADER:
        server.routes["/"] = lambda s, sock, url=url: sock.sendall(  # type: ignore[misc]
            b"HTTP/1.1 302 Found\r\nLocation: " + url.encode() + b"\r\nContent-Length: 0\r\n\r\n"
        )
        server.contacts = 0
        names.asked.clear()
        error = refusal(server.url("good.example"), policy)
        assert (url, error.code, server.contacts, names.asked) == (url, code, 1, ["good.example"])
    assert watch.contacts == []
    assert len(IN_A_HEADER) > 150


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("//10.0.0.1/", "not_public"),
        ("//127.1/", "odd_address"),
        ("//good.example@10.0.0.1/", "userinfo"),
        ("/\t/10.0.0.1/", "control_characters"),  # urljoin drops the tab, and two slashes are a site
        ("/x\ty", "control_characters"),
        ("\\\\10.0.0.1\\", "backslash"),
        ("/\\10.0.0.1/", "backslash"),
        ("//[::1", "bad_redirect"),
        ("", "bad_redirect"),
    ],
)
def test_a_relative_redirect_is_checked_as_it_was_sent(
    server: Server, watch: Watch, policy_for: PolicyFor, location: str, code: str
) -> None:
    server.routes["/"] = go_to(location)
    assert refusal(server.url("good.example"), policy_for(server)).code == code
    assert (server.contacts, watch.contacts) == (1, [])


@pytest.mark.parametrize("address", PRIVATE_ADDRESSES)
def test_a_redirect_to_a_name_that_leads_inside_is_refused(
    server: Server, watch: Watch, policy_for: PolicyFor, address: str
) -> None:
    server.routes["/"] = go_to("https://bad.example/secret")
    names = Names(good_example=[["127.0.0.1"]], bad_example=[[address]])
    error = refusal(server.url("good.example"), policy_for(server, resolver=names))
    assert (error.code, error.url) == ("not_public", "https://bad.example/secret")
    assert (server.contacts, watch.contacts) == (1, [])


def test_a_name_is_looked_up_once_for_each_request(
    server: Server, watch: Watch, policy_for: PolicyFor
) -> None:
    names = Names(good_example=[["127.0.0.1"], ["10.0.0.1"]])
    assert fetch(server.url("good.example", "/gone"), policy=policy_for(server, resolver=names)).status == 404
    assert names.asked == ["good.example"]
    assert watch.contacts == []


@pytest.mark.parametrize("turns_inside_at", [2, 3])
def test_a_name_that_turns_inside_at_a_later_look_up_is_refused_there(
    server: Server, watch: Watch, policy_for: PolicyFor, turns_inside_at: int
) -> None:
    server.routes["/"] = go_to("/again")
    server.routes["/again"] = go_to("/and-again")
    turns = [["127.0.0.1"]] * (turns_inside_at - 1) + [["169.254.169.254"]]
    names = Names(good_example=turns)
    error = refusal(server.url("good.example"), policy_for(server, resolver=names))
    assert error.code == "not_public"
    assert len(names.asked) == turns_inside_at
    assert (server.contacts, watch.contacts) == (turns_inside_at - 1, [])


def test_an_allowance_is_for_one_address_and_one_port(
    server: Server, plain_server: Server, watch: Watch, policy_for: PolicyFor
) -> None:
    policy = policy_for(server)
    assert refusal(f"https://127.0.0.1:{plain_server.port}/", policy).code == "port"
    assert refusal("https://127.0.0.1/", policy).code == "not_public"
    assert refusal(f"https://127.0.0.2:{server.port}/", policy).code == "not_public"
    assert refusal(f"https://{PUBLIC}:{server.port}/", policy).code == "port"
    assert (server.contacts, plain_server.contacts, watch.contacts) == (0, 0, [])


def test_https_never_goes_on_to_http_even_where_http_is_allowed(
    server: Server, plain_server: Server, watch: Watch, policy_for: PolicyFor
) -> None:
    server.routes["/"] = go_to(plain_server.url("other.example"))
    allowed = frozenset({server.end, plain_server.end})
    policy = policy_for(server, allowed=allowed, allow_http=True)
    assert refusal(server.url("good.example"), policy).code == "downgrade"
    assert plain_server.contacts == 0


def test_a_refusal_says_so_in_a_sentence_without_the_private_address(watch: Watch) -> None:
    error = refusal("https://bad.example/", Policy(resolver=Names(bad_example=[["10.9.8.7"]])))
    assert error.reason == SENTENCES["not_public"]
    assert "10.9.8.7" not in error.reason
    assert "10.9.8.7" in str(error)


def test_every_code_has_a_sentence_that_ends_as_one() -> None:
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in SENTENCES.values())
