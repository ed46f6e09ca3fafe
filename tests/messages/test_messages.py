"""Threads beside applications and work: who reads them, who writes, and how far they were read."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from market.access import Actor, Role
from market.errors import Forbidden, NotFound
from market.messages import queries, rules, service
from market.messages.models import About, Message, Thread
from market.messages.queries import MOST
from tests.applications import scene as applications
from tests.engagements import scene as works
from tests.support.client import Client, words
from tests.support.world import Known, World


def say(make: World, who: Known | Actor, kind: About, public_id: str, text: str) -> None:
    actor = who if isinstance(who, Actor) else make.actor(who)
    with make.write() as db:
        service.send(db, actor, queries.subject_of(db, actor, kind, public_id), text)


@pytest.fixture
def work(make: World) -> str:
    return works.work(make, make.engagement(**works.mentored(make))).public_id


def test_the_two_sides_write_and_nobody_else_learns_that_there_is_a_thread(make: World, work: str) -> None:
    wrote = set()
    for who, actor in works.cast(make).items():
        try:
            say(make, actor, About.ENGAGEMENT, work, f"I am the {who}.")
            wrote.add(who)
        except NotFound:
            continue
    assert wrote == {"talent", "owner", "recruiter", "mentor"}
    with make.read() as db:
        assert len(db.exec(select(Thread)).all()) == 1
    assert len(make.events("message.sent")) == 4


def test_a_mentor_has_no_part_in_applications_and_other_work(make: World) -> None:
    application = applications.state(make, make.application()).public_id
    say(make, make.amara, About.APPLICATION, application, "Is the sheet in English?")
    not_given = works.work(make, make.engagement(who=make.person())).public_id
    for kind, where in ((About.APPLICATION, application), (About.ENGAGEMENT, not_given)):
        with pytest.raises(NotFound):
            say(make, make.mira, kind, where, "Hello.")
    for kind, where in (
        ("application", "aaaaaaaaaaaaaaaa"),
        ("engagement", "aaaaaaaaaaaaaaaa"),
        ("person", make.amara.public_id),
    ):
        with pytest.raises(NotFound), make.read() as db:
            queries.subject_of(db, make.actor(make.bruno), kind, where)


@pytest.mark.parametrize("blocker", ["amara", "recruiter"])
def test_where_one_has_blocked_the_other_nothing_more_is_written(
    make: World, client: Client, work: str, blocker: str
) -> None:
    recruiter = make.member(make.bakery, Role.RECRUITER)
    say(make, recruiter, About.ENGAGEMENT, work, "See you on Tuesday.")
    if blocker == "amara":
        make.block(make.amara, organisation=make.bakery)
    else:
        make.block(recruiter, person=make.amara)
    with pytest.raises(Forbidden, match="blocked"):
        say(make, recruiter, About.ENGAGEMENT, work, "Are you there?")
    page = client.as_(recruiter).get(f"/work/{work}")
    assert "See you on Tuesday." in words(page)
    assert "nothing more can be written here" in words(page)
    assert client.as_(recruiter).post(f"/threads/engagement/{work}", {"say": "Hello?"}).status_code == 403


def test_a_visitor_is_on_no_side() -> None:
    assert rules.side_of(Actor(), 0, 1) == ""
    assert "Only the two sides" in rules.may_write("", blocked=False).reason
    assert rules.may_write("talent", blocked=False)


def test_what_was_shown_counts_as_read_once_it_was_sent(make: World, client: Client, work: str) -> None:
    say(make, make.bruno, About.ENGAGEMENT, work, "The keys are with Ines.")
    amara = client.as_(make.amara)
    for page in (f"/work/{work}", f"/threads/engagement/{work}"):
        first, second = amara.get(page), amara.get(page)
        assert "<span>new</span>" in first.text, page
        assert "<span>new</span>" not in second.text, page
        say(make, make.bruno, About.ENGAGEMENT, work, "And the oven is on.")


def test_an_empty_or_endless_message_comes_back_with_its_words(
    make: World, client: Client, work: str
) -> None:
    amara = client.as_(make.amara)
    where = f"/threads/engagement/{work}"
    assert amara.post(where, {"say": " \n "}).status_code == 422
    long = amara.post(where, {"say": "x" * 4001})
    assert long.status_code == 422
    assert "x" * 4001 in long.text
    with make.read() as db:
        assert db.exec(select(Message)).all() == []
    sent = amara.post(where, {"say": "<script>alert(1)</script> \u202eolleh"})
    page = amara.follow(sent)
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_message_sent_twice_by_one_click_is_one_message(make: World, client: Client, work: str) -> None:
    amara = client.as_(make.amara)
    from market.web.submission import KEY_FIELD

    form = {"say": "Good morning.", KEY_FIELD: "k" * 24}
    first, second = (
        amara.post(f"/threads/engagement/{work}", form),
        amara.post(f"/threads/engagement/{work}", form),
    )
    assert first.headers["location"] == second.headers["location"]
    with make.read() as db:
        assert len(db.exec(select(Message)).all()) == 1


def test_a_long_conversation_is_read_to_its_beginning(make: World, client: Client, work: str) -> None:
    for number in range(MOST + 3):
        say(make, make.bruno, About.ENGAGEMENT, work, f"Line {number:03}.")
    amara = client.as_(make.amara)
    page = amara.get(f"/work/{work}")
    assert "Line 002." not in page.text
    assert "Line 003." in page.text
    link = page.text.split('href="/threads/engagement/')[1].split('"')[0]
    earlier = amara.get(f"/threads/engagement/{link}")
    assert "Line 000." in earlier.text
    assert "Line 003." not in earlier.text
    assert "Earlier messages" not in earlier.text
    assert amara.get(f"/threads/engagement/{work}?before=nonsense").status_code == 200


def test_first_messages_are_limited_and_a_talk_that_began_is_not(
    make: World, clients: Callable[..., Client], work: str
) -> None:
    visitor = clients(limits=True)
    bruno, there = visitor.as_(make.bruno), works.work(make, make.engagement(who=make.chidi)).public_id
    assert bruno.post(f"/threads/engagement/{work}", {"say": "Hello."}).status_code == 303
    for _number in range(19):
        visitor.app.state.kit.limiter.hit("first_messages", f"person:{make.bruno.id}")
    assert bruno.post(f"/threads/engagement/{there}", {"say": "Hello."}).status_code == 429
    assert bruno.post(f"/threads/engagement/{work}", {"say": "And this."}).status_code == 303


def test_a_message_that_a_moderator_took_down_leaves_a_line(make: World, client: Client, work: str) -> None:
    say(make, make.bruno, About.ENGAGEMENT, work, "Something unkind.")
    with make.write() as db:
        message = db.exec(select(Message)).one()
        with pytest.raises(Forbidden):
            service.remove(db, make.actor(make.amara), message)
        service.remove(db, make.actor(make.dana), message)
    page = client.as_(make.amara).get(f"/work/{work}")
    assert "Something unkind." not in page.text
    assert "A moderator took this message down." in words(page)


def test_foreign_threads_and_missing_ones_answer_the_same(make: World, client: Client, work: str) -> None:
    chidi = client.as_(make.chidi)
    for where in (
        f"/threads/engagement/{work}",
        "/threads/engagement/aaaaaaaaaaaaaaaa",
        "/threads/nothing/aaaaaaaaaaaaaaaa",
    ):
        assert chidi.get(where).status_code == 404
        assert chidi.post(where, {"say": "Hello."}).status_code == 404
