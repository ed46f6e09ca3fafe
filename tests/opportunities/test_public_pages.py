"""What is open, for everyone: the list with its search and facets, and one opening."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, Select, event, literal, select

from market import clock
from market.access import Role
from market.opportunities import service
from market.opportunities.browsing import Order
from market.opportunities.queries import get_opportunity
from market.web.pagination import encode
from tests.opportunities.postings import FLOOR, draft, published, skills, trial
from tests.support.client import Client, words
from tests.support.world import World


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements sent to the database, transactions and session look-ups left out."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")) and " session" not in statement:
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_visitor_reads_what_is_open_newest_first(client: Client, make: World) -> None:
    known = skills(make)
    published(make, known=known, title="The older one")
    clock.move(timedelta(hours=1))
    published(make, known=known, title="The newer one")
    draft(make, known=known, title="Only a draft")
    said = words(client.get("/openings"))
    assert said.index("The newer one") < said.index("The older one")
    assert "Only a draft" not in said
    assert "£288, £16 an hour" in said
    assert "Asked: Spreadsheets 3, Data cleaning 2, Stock control 2" in said


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Ledger", "Rota", "Labels"}),
        ("?q=ledger", {"Ledger"}),
        ("?q=STOCK+control", {"Ledger", "Rota", "Labels"}),
        ("?q=nettle+rota", {"Rota"}),
        ("?q=100%25", set()),
        ("?kind=trial", {"Rota"}),
        ("?kind=gig&kind=trial", {"Ledger", "Rota", "Labels"}),
        ("?mode=on_site", {"Labels"}),
        ("?skill=data+cleaning", {"Ledger", "Rota", "Labels"}),
        ("?place=weir", {"Labels"}),
        ("?place=WEIR+LANE&mode=on_site", {"Labels"}),
        ("?place=weir&skill=data+cleaning", {"Labels"}),
        ("?place=eir%25ane", set()),
        ("?pay_from=17", {"Labels"}),
        ("?hours_to=10", {"Labels"}),
        ("?language=cy", {"Rota"}),
        ("?start_from=2026-12-10", {"Labels"}),
        ("?answer_within=5", {"Ledger", "Labels"}),
        ("?kind=nonsense&language=xx", {"Ledger", "Rota", "Labels"}),
    ],
)
def test_search_and_facets(client: Client, make: World, query: str, found: set[str]) -> None:
    known = skills(make)
    plain = {"summary": "Short."}
    published(make, known=known, title="Ledger", **plain)
    published(make, known=known, title="Rota", language="cy", answer_days=14, **trial(**plain))
    published(
        make, known=known, title="Labels", mode="on_site", place="Weir Lane", hours=10, pay_minor=18_000,
        starts_on=date(2026, 12, 1), starts_by=date(2026, 12, 20), **plain,
    )  # fmt: skip
    page = client.get(f"/openings{query}")
    assert page.status_code == 200
    assert {title for title in ("Ledger", "Rota", "Labels") if f">{title}</a></h2>" in page.text} == found
    if not found:
        assert "Nothing open matches all of this" in words(page)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("hours_to", "x", "Give a whole number from 1 to 99,999."),
        ("hours_to", "0000010000000000000000000000", "Give a whole number from 1 to 99,999."),
        ("pay_from", "-3", "Give a whole number from 1 to 99,999."),
        ("pay_from", "0", "Give a whole number from 1 to 99,999."),
        ("start_from", "2026-99-99", "Give a day, such as 2026-12-01."),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field_and_narrows_nothing(
    client: Client, make: World, field: str, typed: str, said: str
) -> None:
    published(make, title="Ledger")
    page = client.get(f"/openings?{field}={typed}")
    assert page.status_code == 422
    assert said in page.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert f'value="{typed}"' in page.text
    assert ">Ledger</a></h2>" in page.text
    assert "more--wide" in page.text.partition("open>")[0].rpartition("<details")[2]


def test_a_skill_of_another_name_is_offered_and_one_that_is_unknown_is_told(
    client: Client, make: World
) -> None:
    published(make, title="Ledger")
    near = client.get("/openings?skill=Stock&hours_to=40")
    assert "Nothing open asks for “Stock”" in words(near)
    assert 'href="/openings?hours_to=40&amp;skill=Stock+control"' in near.text
    assert ">Ledger</a></h2>" in client.get("/openings?hours_to=40&skill=Stock+control").text
    unknown = words(client.get("/openings?skill=qqqq+zzzz"))
    assert "No skill here has that name." in unknown
    assert "Do you mean" not in unknown
    known = client.get("/openings?skill=Stock+control&q=nowhere")
    assert "Nothing open matches all of this" in words(known)


def test_an_empty_site_says_what_comes(client: Client, make: World) -> None:
    assert "Nothing is open at the moment" in words(client.get("/openings"))


def test_pages_go_on_without_repeating_or_skipping(client: Client, make: World) -> None:
    known = skills(make)
    titles = {
        published(make, known=known, title=f"Opening number {n:02}.") and f"Opening number {n:02}."
        for n in range(23)
    }
    first = client.get("/openings?kind=gig")
    link = first.text.split('href="/openings?')[-1].split('"')[0].replace("&amp;", "&")
    assert "kind=gig" in link
    second = client.get(f"/openings?{link}")
    seen = [t for page in (first, second) for t in titles if t in page.text]
    assert sorted(seen) == sorted(titles)
    assert client.get("/openings?after=garbage").status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        ["0001-01-01T00:00:00+14:00", 1],
        ["9999-12-31T23:59:00-14:00", 1],
        ["soon", 1],
        ["2026-11-16", 1],
        [1, "x"],
        ["2026-11-16T10:00:00+00:00", 10**40],
    ],
)
def test_a_cursor_that_makes_no_sense_begins_anew(client: Client, make: World, key: list[Any]) -> None:
    published(make, title="Still here")
    page = client.get("/openings", params={"after": encode(key)})
    assert page.status_code == 200
    assert "Still here" in page.text


def test_the_list_costs_one_statement_also_with_the_readers_fit(
    client: Client, make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = skills(make)
    for n in range(3):
        published(make, known=known, title=f"Opening {n}")
    with statements(make.engine) as seen:
        client.get("/openings?q=opening&kind=gig")
    assert len(seen) == 1
    object.__setattr__(client.app.state.kit, "browse_order", OLDEST_FIRST)
    amara = client.as_(make.amara)
    for query in ("", "?sort=new"):
        with statements(make.engine) as seen:
            page = amara.get(f"/openings{query}")
        assert page.status_code == 200
        feature = [s for s in seen if "opportunity" in s]
        assert len(feature) == 1, feature


class Strip(NamedTuple):
    """A fit without parts, as the drawing takes it."""

    met: int
    of: int
    coverage: int
    parts: tuple[Any, ...] = ()


def oldest_first(openings: Select[Any]) -> Select[Any]:
    chosen = openings.subquery()
    return select(chosen.c.id, (-chosen.c.id).label("place")).order_by(chosen.c.id)


OLDEST_FIRST = Order(
    oldest_first, literal("what is asked"), lambda beside: (Strip(1, 2, 50), f"Words for {beside}.")
)


def test_someone_signed_in_reads_in_the_order_of_their_evidence_or_by_newest(
    client: Client, make: World
) -> None:
    known = skills(make)
    for n in range(22):
        published(make, known=known, title=f"Opening number {n:02}.")
    object.__setattr__(client.app.state.kit, "browse_order", OLDEST_FIRST)
    amara = client.as_(make.amara)
    said = words(amara.get("/openings"))
    assert "in the order of your evidence" in said
    assert said.index("number 00.") < said.index("number 01.")
    assert "Words for what is asked." in said
    following = amara.get("/openings").text.split('href="/openings?after=')[1].split('"')[0]
    assert "Opening number 21." in amara.get(f"/openings?after={following}").text
    said = words(amara.get("/openings?sort=new"))
    assert "newest first" in said
    assert said.index("number 21.") < said.index("number 20.")
    assert "in the order of your evidence" not in words(client.get("/openings"))


def test_one_opening_says_all_that_was_promised(client: Client, make: World) -> None:
    made = published(
        make, mode="hybrid", place="Weir Lane", access_needs="A laptop.", ip_note="Yours to show.",
        learner_cost_minor=500, overlap_hours=2, **trial(),
    )  # fmt: skip
    said = words(client.get(f"/openings/{made}"))
    for words_of_it in (
        "Trial project",
        "Open until 27 November",
        "£288",
        "That is £16 an hour",
        "30 November to 7 December",
        "Part on site, part remote, Weir Lane",
        "A laptop.",
        "Costs you £5",
        "2 people to this trial",
        "By 2 December 5 days after the deadline, promised",
        "Twenty items that we pick at random match the shelf.",
        "By a rubric of one criterion",
        "Yours to show.",
        "Tell us about a list that other people used.",
        "Pay £15.72 an hour, at or above the floor of £13.20",
        "No mentor needed for a trial project",
        "Terms frozen.",
    ):
        assert words_of_it in said, words_of_it
    rubric = words(client.get(f"/openings/{made}/rubric"))
    assert "It takes step 3 in Accuracy to pass." in rubric
    assert "One of 20 is wrong." in rubric


def test_drafts_are_for_those_who_post_and_reviews_for_moderators_too(client: Client, make: World) -> None:
    owner = make.person()
    org = make.organisation("Kettle Repairs", owner=owner, verified=False)
    made = draft(make, actor=make.actor(owner), org=org)
    path = f"/openings/{made}"
    recruiter = make.member(org, Role.RECRUITER)
    mentor = make.member(org, Role.MENTOR)

    def seen() -> dict[str, int]:
        people = {
            "owner": owner,
            "recruiter": recruiter,
            "mentor": mentor,
            "chidi": make.chidi,
            "dana": make.dana,
        }
        return {name: client.as_(who).get(path).status_code for name, who in people.items()}

    assert seen() == {"owner": 200, "recruiter": 200, "mentor": 404, "chidi": 404, "dana": 404}
    assert client.get(path).status_code == 404
    with make.write() as db:
        service.submit(db, make.actor(owner), get_opportunity(db, made), FLOOR)
    assert seen() == {"owner": 200, "recruiter": 200, "mentor": 404, "chidi": 404, "dana": 200}
    assert "Not public yet" in words(client.as_(make.dana).get(path))
    with make.write() as db:
        service.approve(db, make.actor(make.dana), get_opportunity(db, made))
    assert set(seen().values()) == {200}
    assert client.get(path).status_code == 200


def test_an_old_link_to_a_cancelled_opening_says_why_and_shows_no_terms(client: Client, make: World) -> None:
    made = published(make, title="Count the flour")
    never_out = draft(make, title="Only a draft")
    with make.write() as db:
        for one in (made, never_out):
            service.cancel(db, make.actor(make.bruno), get_opportunity(db, one), note="The oven broke.")
    for reader in (client, client.as_(make.amara)):
        page = reader.get(f"/openings/{made}")
        assert page.status_code == 200
        assert "This opening was cancelled" in words(page)
        assert "The oven broke." in words(page)
        assert "Count the flour" not in words(page)
        assert reader.get(f"/openings/{made}/rubric").status_code == 404
        assert reader.get(f"/openings/{never_out}").status_code == 404
    assert "Count the flour" in words(client.as_(make.bruno).get(f"/openings/{made}"))


def test_watching_is_begun_and_ended_by_a_button(client: Client, make: World) -> None:
    made = published(make)
    amara = client.as_(make.amara)
    page = amara.follow(amara.post(f"/openings/{made}/watch", {"watch": "start"}))
    assert "You are told when this changes" in words(page)
    amara.post(f"/openings/{made}/watch", {"watch": "start"})
    with make.read() as db:
        assert service.watcher_ids(db, get_opportunity(db, made).id) == [make.amara.id]
    page = amara.follow(amara.post(f"/openings/{made}/watch", {"watch": "stop"}))
    assert "Tell me when this changes" in words(page)
    assert client.post(f"/openings/{made}/watch").headers["location"].startswith("/sign-in")


def test_what_people_wrote_cannot_become_part_of_the_page(client: Client, make: World) -> None:
    made = published(
        make, title="<script>alert(1)</script>", summary="[here](javascript:alert(1)) <b onclick=x>bold</b>"
    )
    for path in ("/openings", f"/openings/{made}"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert 'href="javascript' not in text
        assert "<b onclick" not in text
