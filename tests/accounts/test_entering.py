"""Signing up, in and out: whoever asks learns nothing about who has an account."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from market.accounts import links, queries
from market.accounts.models import Person, SignInSession, TokenPurpose
from tests.support.client import Client, words
from tests.support.world import Known, Standing, World

PASSWORD = "three blue horses walk"
NEW = {"name": "Una Novak", "email": "una@example.net", "password": PASSWORD}


@pytest.fixture
def una(client: Client, make: World) -> Known:
    """Someone who has signed up and not opened the mail yet."""
    assert client.post("/sign-up", NEW).status_code == 303
    with make.read() as db:
        person = db.exec(select(Person).where(Person.display_name == "Una Novak")).one()
    return Known(person.id, person.public_id, "Una Novak", NEW["email"])


def _link(make: World, who: Known, purpose: TokenPurpose = TokenPurpose.VERIFY_EMAIL) -> str:
    """The token that the mail to this person carries."""
    with make.write() as db:
        email = queries.addresses(db, who.id)[0]
        return links.mint_token(db, purpose, person_id=who.id, email_id=email.id)


def test_signing_up_asks_for_the_mail_and_announces_ids_only(client: Client, make: World, una: Known) -> None:
    (asked,) = [e for e in make.events("account.verification_asked") if e.payload["person_id"] == una.id]
    assert set(asked.payload) == {"person_id", "email_id"}
    assert not make.actor(una).is_verified


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(client: Client, make: World) -> None:
    fresh = client.post("/sign-up", NEW)
    known = client.post("/sign-up", {**NEW, "email": "AMARA@example.org"})
    assert (fresh.status_code, fresh.headers["location"]) == (known.status_code, known.headers["location"])
    assert client.follow(fresh).text == client.follow(known).text
    (told,) = make.events("account.sign_up_repeated")
    assert told.payload["person_id"] == make.amara.id
    with make.read() as db:
        assert len(db.exec(select(Person).where(Person.display_name == "Una Novak")).all()) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Fill this in"),
        ("name", "12", "Write a name with letters"),
        ("name", "x" * 81, "Shorten it to 80"),
        ("email", "una", "Write an e-mail address"),
        ("password", "short", "Take 12 or more"),
        ("password", "Una-Novak-2026", "guessed first"),
    ],
)
def test_a_refused_sign_up_keeps_the_words_and_says_what_to_mend(
    client: Client, make: World, field: str, value: str, said: str
) -> None:
    before = len(make.events())
    answer = client.post("/sign-up", {**NEW, field: value})
    assert answer.status_code == 422
    assert said in words(answer)
    assert PASSWORD not in answer.text
    assert ('value="una@example.net"' in answer.text) == (field != "email")
    assert len(make.events()) == before


def test_the_address_is_confirmed_by_a_button_and_the_password(
    client: Client, make: World, una: Known
) -> None:
    path = f"/verify/{_link(make, una)}"
    for _ in range(3):  # a mail scanner opens links; nothing happens
        assert "una@example.net" in words(client.get(path))
    assert not make.actor(una).is_verified
    answer = client.post(path, {"password": PASSWORD})
    assert answer.status_code == 303
    assert make.actor(una).is_verified
    assert "Una Novak" in words(client.get("/settings"))
    assert client.get(path).status_code == 404


def test_a_link_without_the_password_ties_no_address_to_a_stranger_s_account(
    client: Client, make: World, una: Known
) -> None:
    path = f"/verify/{_link(make, una)}"
    assert client.post(path, {"password": "not the password"}).status_code == 422
    assert client.as_(make.chidi).post(path, {}).status_code == 422
    assert not make.actor(una).is_verified
    assert client.as_(una).post(path).status_code == 303
    assert make.actor(una).is_verified


def test_a_link_is_good_once_for_one_purpose_and_for_a_time(
    client: Client, make: World, una: Known, standing_clock: Standing
) -> None:
    token = _link(make, una)
    assert client.get(f"/reset/{token}").status_code == 404
    standing_clock.move(days=3, seconds=1)
    assert client.get(f"/verify/{token}").status_code == 404
    answer = client.post(f"/verify/{token}", {"password": PASSWORD})
    assert answer.status_code == 404
    assert "no longer works" in words(answer)


def test_signing_in_gives_a_session_of_which_only_the_hash_is_kept(
    client: Client, make: World, una: Known
) -> None:
    answer = client.post("/sign-in", {"email": " UNA@example.net", "password": PASSWORD})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = client.cookies["session"]
    with make.read() as db:
        (kept,) = db.exec(select(SignInSession).where(SignInSession.person_id == una.id))
    assert token not in (kept.token_sha256, kept.public_id)
    assert len(token) >= 43
    first = token
    client.post("/sign-in", {"email": una.email, "password": PASSWORD})
    assert client.cookies["session"] != first
    with make.read() as db:
        assert len(db.exec(select(SignInSession).where(SignInSession.person_id == una.id)).all()) == 1


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(client: Client, una: Known) -> None:
    wrong = client.post("/sign-in", {"email": "una@example.net", "password": "three blue horses talk"})
    unknown = client.post("/sign-in", {"email": "una@example.com", "password": "three blue horses talk"})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert words(wrong) == words(unknown)


@pytest.mark.parametrize(
    ("wanted", "led"),
    [("/settings", "/settings"), ("//evil.example", "/"), ("https://evil.example/", "/"), ("/\\evil.example", "/"), ("/a\tb", "/")],
)  # fmt: skip
def test_next_leads_to_pages_of_this_site_only(client: Client, una: Known, wanted: str, led: str) -> None:
    form = {"email": una.email, "password": PASSWORD, "next": wanted}
    location = client.post("/sign-in", form).headers["location"]
    assert location == led if led != "/" else "evil" not in location and location.startswith("/")


def test_a_visitor_is_led_to_sign_in_and_back(client: Client, una: Known) -> None:
    asked = client.get("/settings")
    assert asked.headers["location"] == "/sign-in?next=/settings"
    assert 'name="next" value="/settings"' in client.follow(asked).text


def test_signing_out_ends_the_session_and_clears_what_the_browser_kept(client: Client, make: World) -> None:
    browser = client.as_(make.amara)
    token = browser.cookies["session"]
    answer = browser.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    browser.cookies.set("session", token, domain="testserver.local", path="/")
    assert browser.get("/settings").status_code == 303


def test_a_new_password_by_mail_ends_every_session_and_every_other_link(
    client: Client, make: World, una: Known
) -> None:
    stolen = client.as_(una)
    tokens = [_link(make, una, TokenPurpose.RESET_PASSWORD) for _ in range(2)]
    assert "una@example.net" in words(client.get(f"/reset/{tokens[0]}"))
    assert client.post(f"/reset/{tokens[0]}", {"password": "short"}).status_code == 422
    answer = client.post(f"/reset/{tokens[0]}", {"password": "four green birds sing"})
    assert answer.status_code == 303
    assert client.get("/settings").status_code == 200
    assert stolen.get("/settings").status_code == 303
    assert [client.get(f"/reset/{token}").status_code for token in tokens] == [404, 404]
    assert make.actor(una).is_verified
    assert client.new().post("/sign-in", {"email": una.email, "password": PASSWORD}).status_code == 422
    assert (
        client.new().post("/sign-in", {"email": una.email, "password": "four green birds sing"}).status_code
        == 303
    )


def test_a_link_to_a_new_password_is_good_for_an_hour(
    client: Client, make: World, una: Known, standing_clock: Standing
) -> None:
    token = _link(make, una, TokenPurpose.RESET_PASSWORD)
    standing_clock.move(hours=1)
    answer = client.post(f"/reset/{token}", {"password": "four green birds sing"})
    assert answer.status_code == 404


def test_asking_for_a_reset_answers_and_writes_alike_for_known_and_unknown(
    client: Client, make: World
) -> None:
    before = len(make.events())
    known = client.post("/reset", {"email": "amara@example.org"})
    unknown = client.post("/reset", {"email": "nobody@example.org"})
    assert (known.status_code, known.headers["location"]) == (
        unknown.status_code,
        unknown.headers["location"],
    )
    asked = make.events("account.reset_asked")
    assert [e.payload["person_id"] for e in asked] == [make.amara.id, None]
    assert len(make.events()) == before + 2


def test_too_many_tries_are_answered_with_how_long_to_wait(
    clients: Callable[..., Client], make: World
) -> None:
    browser = clients(limits=True)
    form = {"email": "amara@example.org", "password": "three blue horses talk"}
    answers = [browser.post("/sign-in", form) for _ in range(11)]
    assert [a.status_code for a in answers] == [422] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 300


def test_a_limit_stops_a_sign_in_before_its_hash(
    clients: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from market.accounts import passwords

    browser = clients(limits=True)
    asked: list[str | None] = []

    def matches(kept: str | None, _password: str) -> bool:
        asked.append(kept)
        return False

    monkeypatch.setattr(passwords, "matches", matches)
    for _ in range(14):
        browser.post("/sign-in", {"email": "amara@example.org", "password": "x"})
    assert len(asked) == 10


def test_a_suspended_person_cannot_sign_in(client: Client, make: World, una: Known) -> None:
    from market.accounts.models import PersonStatus

    with make.write() as db:
        person = db.get_one(Person, una.id)
        person.status = PersonStatus.SUSPENDED
        db.add(person)
    assert client.post("/sign-in", {"email": una.email, "password": PASSWORD}).status_code == 422


def test_someone_signed_in_needs_no_second_account(client: Client, make: World) -> None:
    assert client.as_(make.amara).get("/sign-up").headers["location"] == "/home"
    assert client.as_(make.amara).get("/sign-in").status_code == 303


def test_a_sign_up_that_nobody_confirms_is_forgotten_after_thirty_days(
    client: Client, make: World, una: Known, standing_clock: Standing
) -> None:
    standing_clock.move(days=29, hours=23)
    make.sweep()
    assert client.post("/sign-in", {"email": una.email, "password": PASSWORD}).status_code == 303
    standing_clock.move(hours=1)
    make.sweep()
    assert client.new().post("/sign-in", {"email": una.email, "password": PASSWORD}).status_code == 422
    with make.read() as db:
        assert queries.addresses(db, una.id) == []
        assert db.get_one(Person, una.id).display_name is None
        assert db.get_one(Person, make.amara.id).display_name == "Amara Okafor"
    assert [e.payload["person_id"] for e in make.events("account.lapsed")] == [una.id]
