"""Sealed until both are in or the time is up; then open at one moment, and fixed."""

from datetime import timedelta
from typing import Any

import pytest

from market import clock, transitions
from market.access import Role
from market.accounts.models import Membership
from market.errors import Conflict, Forbidden, Invalid
from market.reviews import reading, rules, service
from market.reviews.models import ReviewPair
from market.reviews.rules import LIFECYCLE, Side, Status
from market.reviews.scales import name_of, steps_of
from tests.engagements import scene as works
from tests.reviews import scene
from tests.support.client import Client, words
from tests.support.world import Standing, World

END = {"talent": Side.TALENT, "owner": Side.EMPLOYER}


def test_a_pair_opens_once_when_work_has_ended_and_closes_14_days_later(make: World) -> None:
    work = make.finished()
    make.drain()
    one = scene.pair(make, work)
    assert one.deadline_at - timedelta(days=14) == works.work(make, work).ended_at
    with make.write() as db:
        for event in make.events("engagement.completed"):
            service.open_pair(db, event)
    assert len(make.events("review.opened")) == 1


def test_every_step_is_taken_by_its_parties_and_by_nobody_else(make: World) -> None:
    work = make.finished(**works.mentored(make))
    actors, pair_id = works.cast(make), scene.pair(make, work).id
    party = {
        "talent": "talent",
        "system": "system",
        "owner": "employer",
        "recruiter": "employer",
        "mentor": "employer",
        "other mentor": "employer",
    }
    for step in sorted({s.name for s in LIFECYCLE.steps}):
        for status in Status:
            for who in works.WHO:
                with make.read() as db:
                    row = db.get_one(ReviewPair, pair_id)
                    row.status = status
                    db.add(row)
                    db.flush()
                    got = "done"
                    try:
                        transitions.take(db, actors[who], row, step)
                    except Conflict:
                        got = "conflict"
                    except Forbidden:
                        got = "forbidden"
                known = LIFECYCLE.has_step(status, step)
                may = known and party.get(who) in LIFECYCLE.step(status, step).by
                assert got == ("done" if may else "forbidden" if known else "conflict"), (step, status, who)


def test_only_the_two_sides_write_and_a_mentor_only_where_the_work_was_given(make: World) -> None:
    work = make.finished(**works.mentored(make))
    make.organisation(owner=make.chidi)
    other_mentor = make.member(make.bakery, Role.MENTOR)
    for who in (make.chidi, make.dana, other_mentor, make.person()):
        with pytest.raises(Forbidden):
            scene.write(make, who, work)
    assert scene.pair(make, work).status is Status.OPEN
    scene.write(make, make.mira, work)
    assert scene.pair(make, work).status is Status.SEALED_BY_EMPLOYER


def test_both_open_at_the_moment_the_second_is_in(make: World, standing_clock: Standing) -> None:
    work = make.finished()
    scene.write(make, make.amara, work)
    standing_clock.move(days=3, minutes=7)
    scene.write(make, make.bruno, work)
    assert (scene.pair(make, work).status, scene.pair(make, work).revealed_at) == (
        Status.REVEALED,
        clock.now(),
    )
    for who in (make.amara, make.bruno):
        with pytest.raises(Forbidden, match="cannot be changed"):
            scene.write(make, who, work)


@pytest.mark.parametrize("who", ["amara", "bruno"])
def test_a_review_that_stands_alone_opens_at_the_deadline_to_the_second(
    make: World, standing_clock: Standing, who: str
) -> None:
    work = make.finished()
    scene.write(make, getattr(make, who), work)
    standing_clock.move(days=14, seconds=-1)
    make.sweep()
    assert scene.pair(make, work).status is not Status.REVEALED
    scene.write(make, getattr(make, who), work, text="Edited in the last second, which is still in time.")
    standing_clock.move(seconds=1)
    with pytest.raises(Forbidden, match="is over"):
        scene.write(make, getattr(make, who), work)
    standing_clock.move(hours=2)  # the sweep comes late; what is told is the deadline
    make.sweep()
    make.sweep()
    one = scene.pair(make, work)
    assert (one.status, one.revealed_at) == (Status.REVEALED, one.deadline_at)
    assert len(make.events("review.revealed")) == 1


def test_without_any_review_the_pair_lapses(make: World, standing_clock: Standing) -> None:
    work = make.finished()
    standing_clock.move(days=14)
    make.sweep()
    assert scene.pair(make, work).status is Status.LAPSED
    with pytest.raises(Forbidden, match="is over"):
        scene.write(make, make.amara, work)


def test_a_sealed_review_is_edited_by_its_author_or_by_an_owner_once_the_author_has_left(make: World) -> None:
    work = make.finished()
    author = make.member(make.bakery, Role.RECRUITER)
    colleague = make.member(make.bakery, Role.RECRUITER)
    scene.write(make, author, work, 3)
    scene.write(make, author, work, 4)
    for who in (colleague, make.bruno):
        with pytest.raises(Forbidden, match="Its author can still"):
            scene.write(make, who, work, 1)
    with make.write() as db:
        membership = next(m for m in make.actor(author).memberships)
        db.get_one(Membership, membership.id).ended_at = clock.now()
    with pytest.raises(Forbidden, match="An owner"):
        scene.write(make, colleague, work, 1)
    scene.write(make, make.bruno, work, 5, "He was a pleasure to work with, and careful.")
    kept = scene.review(make, work, Side.EMPLOYER)
    assert kept is not None
    assert (kept.author_id, kept.edited_at) == (make.bruno.id, clock.now())
    assert len(make.events("review.sealed")) == 1


def test_a_review_needs_a_step_on_each_scale_and_words(make: World) -> None:
    work = make.finished()
    with pytest.raises(Invalid) as refused:
        scene.write(make, make.amara, work, 6)
    assert set(refused.value.fields) == {"clarity", "responsiveness", "support", "fairness"}
    assert scene.review(make, work, Side.TALENT) is None


def test_the_scales_have_five_words_each() -> None:
    for side in Side:
        for axis in rules.AXES[side]:
            assert name_of(axis)
            assert len(set(steps_of(axis))) == 5


def every_page(make: World, work: int) -> list[str]:
    at = works.work(make, work).public_id
    person, org = make.amara.public_id, make.bakery.public_id
    opening = make.opening()
    from tests.applications.scene import public_id

    return [
        f"/work/{at}", f"/work/{at}/review", f"/work/{at}/reviews", f"/work/{at}/terms", f"/work/{at}/assess",
        "/work", "/team", "/home", "/employer", "/", "/news", f"/people/{person}", f"/people/{person}/reviews",
        f"/organisations/{org}", f"/organisations/{org}/reviews", f"/openings/{public_id(make, opening)}", "/people", "/openings",
    ]  # fmt: skip


def without_keys(text: str) -> str:
    """A page without what differs at every visit: the keys of its forms."""
    import re

    return re.sub(r'name="(_key|key|submission)[^>]*value="[^"]*"|value="[A-Za-z0-9_-]{16,64}"', "", text)


Shown = dict[tuple[str, str], tuple[int, str]]


def differing(before: Shown, after: Shown) -> list[tuple[tuple[str, str], str]]:
    """Each line of a page that became another."""
    return [
        (page, line)
        for page in before
        for line in set(before[page][1].splitlines()) ^ set(after[page][1].splitlines())
    ] + [(page, "status") for page in before if before[page][0] != after[page][0]]


@pytest.mark.parametrize("first", ["amara", "bruno"])
def test_nothing_about_a_sealed_review_leaks_but_that_it_is_in(
    make: World, client: Client, first: str
) -> None:
    """Pages of the other side, the public and a moderator are the same to the letter, whatever was sealed."""
    work = make.finished()
    author, other = (make.amara, make.bruno) if first == "amara" else (make.bruno, make.amara)
    pages = every_page(make, work)
    readers = {
        "other": client.as_(other),
        "public": client.new(),
        "moderator": client.as_(make.dana),
        "stranger": client.as_(make.chidi),
    }
    if first == "bruno":
        readers["colleague"] = client.as_(make.member(make.bakery, Role.RECRUITER))
    more: dict[str, Any] = {"statements": {scene.skill(make, work): (5, "")}} if first == "bruno" else {}

    def shown() -> Shown:
        return {
            (name, page): (answer.status_code, without_keys(answer.text) if answer.status_code == 200 else "")
            for name, reader in readers.items()
            for page in pages
            for answer in [reader.get(page)]
        }

    make.sweep()
    before = shown()
    scene.write(make, author, work, 1, "Kept to the letter of the brief, and to nothing else at all.", **more)
    make.drain()
    make.sweep()
    sealed = shown()
    scene.write(make, author, work, 5, "The best weeks of the year, and I would do every one again.", **more)
    make.drain()
    make.sweep()
    edited = shown()
    assert differing(sealed, edited) == []  # neither words, numbers nor the time of an edit
    for (name, page), (status, text) in sealed.items():
        assert "brief, and to nothing" not in text, (name, page)
        assert "weeks of the year" not in text, (name, page)
        if name in ("public", "stranger", "moderator"):
            assert (status, text) == before[name, page], (name, page)
    assert scene.review(make, work, Side.TALENT if first == "amara" else Side.EMPLOYER) is not None
    assert works.ledger(make, make.amara.id, 2) == []
    with make.read() as db:
        assert reading.about_person(db, make.amara.id).reputation.is_new
        assert reading.about_organisation(db, make.bakery.id).reputation.is_new
        assert (
            reading.about_person(db, make.amara.id).reviews
            == reading.about_organisation(db, make.bakery.id).reviews
            == []
        )
        assert reading.of_pair(db, scene.pair(make, work).id) == {}
        assert reading.site_mean(db, Side.TALENT) == reading.site_mean(db, Side.EMPLOYER)
    assert "The other side has sealed its review." in words(
        readers["other"].get(f"/work/{works.work(make, work).public_id}/review")
    )
    for event in make.events():
        assert not set(event.payload) & {"step", "text", "stars", "axes", "level"}, event.name
    assert [e.name for e in make.events() if e.name.startswith("review.")] == [
        "review.opened",
        "review.sealed",
    ]
