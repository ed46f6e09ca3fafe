"""The page of news, its settings, and the demo's mail."""

from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from market.accounts.models import Person
from market.notifications import queries
from market.notifications.models import Notification, OutgoingMail
from market.notifications.rules import Channel, Topic
from market.outbox import announce
from tests.applications import scene
from tests.support import html
from tests.support.client import Client, words
from tests.support.world import World


@pytest.fixture
def told(make: World) -> str:
    """Amara has news: her application is being read. The public id of its notification."""
    scene.reviewed(make, scene.applied(make, scene.opening(make)))
    make.drain()
    with make.read() as db:
        return queries.latest(db, make.amara.id, 1)[0].public_id


def test_news_stands_day_by_day_with_its_number_in_the_head(client: Client, make: World, told: str) -> None:
    page = client.as_(make.amara).get("/news")
    said = words(page)
    assert page.status_code == 200
    assert "One thing is new." in said
    assert "Today" in said
    assert "Nettle & Rye Bakery is reading your application" in said
    assert "News (1)" in said


def test_opening_one_leads_on_and_marks_it_read_once(client: Client, make: World, told: str) -> None:
    browser = client.as_(make.amara)
    first = browser.get(f"/news/{told}")
    assert first.status_code == 303
    assert "/applications/" in first.headers["location"]
    browser.get(f"/news/{told}")
    assert "Nothing is new" in words(browser.get("/news"))
    with make.read() as db:
        assert db.get_one(Person, make.amara.id).unread_count == 0


def test_nobody_opens_the_news_of_another(client: Client, make: World, told: str) -> None:
    assert client.as_(make.chidi).get(f"/news/{told}").status_code == 404
    assert client.as_(make.chidi).get("/news/aaaaaaaaaaaaaaaa").status_code == 404
    assert client.get(f"/news/{told}").headers["location"].startswith("/sign-in")
    with make.read() as db:
        assert db.get_one(Person, make.amara.id).unread_count == 1


def test_everything_can_be_marked_as_read(client: Client, make: World, told: str) -> None:
    browser = client.as_(make.amara)
    said = words(browser.follow(browser.post("/news/read")))
    assert "Everything is marked as read." in said
    assert "News (" not in said


def test_someone_without_news_reads_what_will_be_there(client: Client, make: World) -> None:
    assert "No news yet" in words(client.as_(make.chidi).get("/news"))


def test_the_list_is_cut_into_pages_that_neither_repeat_nor_skip(
    client: Client, make: World, told: str
) -> None:
    with make.write() as db:
        one = queries.own(db, make.amara.id, told)
        for _n in range(45):
            made = announce(db, "account.verified")
            db.add(Notification(person_id=make.amara.id, event_id=made.id, kind=one.kind, params=one.params))
    with make.read() as db:
        many = len(db.exec(select(Notification).where(Notification.person_id == make.amara.id)).all())
    browser, seen, path = client.as_(make.amara), 0, "/news"
    while path:
        page = browser.get(path).text
        seen += page.count('class="notice')
        path = page.partition('href="/news?after=')[2].partition('"')[0]
        path = f"/news?after={path}" if path else ""
    assert seen == many == 46
    assert browser.get("/news?after=nonsense").status_code == 200


def test_the_list_takes_two_statements_beside_the_sessions(client: Client, make: World, told: str) -> None:
    browser, statements = client.as_(make.amara), list[str]()

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(make.engine, "before_cursor_execute", note)
    try:
        browser.get("/news")
    finally:
        event.remove(make.engine, "before_cursor_execute", note)
    assert len([s for s in statements if "FROM session" not in s and s.lstrip().startswith("SELECT")]) <= 2


def test_how_one_hears_of_things_is_ones_own_choice(client: Client, make: World) -> None:
    browser = client.as_(make.amara)
    chosen = {str(t): "app" for t in Topic if t is not Topic.MODERATION} | {"hour": "18"}
    saved = browser.post("/settings/news", chosen)
    assert "Saved." in words(browser.follow(saved))
    with make.read() as db:
        kept = queries.channels_of(db, make.amara.id)
        assert {c for t, c in kept.items() if t is not Topic.MODERATION} == {Channel.APP}
        assert queries.hour_of(db, make.amara.id) == 18


@pytest.mark.parametrize(
    "wrong", [{"due": "none"}, {"due": ""}, {"hour": "3"}, {"hour": "soon"}, {"answers": "digest"}]
)
def test_an_answer_that_was_not_offered_is_shown_again_and_nothing_kept(
    client: Client, make: World, wrong: dict[str, str]
) -> None:
    chosen = {str(t): "app" for t in Topic if t is not Topic.MODERATION} | {"hour": "18"} | wrong
    refused = client.as_(make.amara).post("/settings/news", chosen)
    assert refused.status_code == 422
    assert "One thing needs mending" in words(refused)
    with make.read() as db:
        assert queries.hour_of(db, make.amara.id) == 7


def test_the_demo_shows_the_mail_it_does_not_send_and_a_real_site_shows_none(
    clients: Callable[..., Client], make: World
) -> None:
    make.person("Una Novak", email="una@example.net", verified=False)
    make.drain()
    assert clients().get("/demo/mail").status_code == 404
    page = clients(demo=True).get("/demo/mail")
    assert "Confirm your e-mail address" in words(page)
    assert "una@example.net" in words(page)
    with make.read() as db:
        newest = db.exec(select(OutgoingMail).order_by(col(OutgoingMail.id).desc())).first()
        assert newest is not None
    link = page.text.partition("/verify/")[2].partition('"')[0]
    assert f"/verify/{link}" in newest.text
    assert f'href="http://testserver/verify/{link}"' in page.text


def test_the_pages_are_valid_html(clients: Callable[..., Client], make: World, told: str) -> None:
    if reason := html.why_not():
        pytest.skip(reason)
    browser = clients(demo=True).as_(make.amara)
    pages = {p: browser.get(p).text for p in ("/news", "/settings/news", "/demo/mail")}
    pages["empty news"] = clients().as_(make.chidi).get("/news").text
    pages["refused"] = browser.post("/settings/news", {"hour": "3"}).text
    assert not html.complaints(pages)
