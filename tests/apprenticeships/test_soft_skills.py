"""Soft skills: who is asked of whom and when, that all of it opens at once, and what stays of it; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from market import clock
from market.access import Role
from market.accounts.models import Membership, Person, PersonStatus
from market.accounts.sessions import actor_for
from market.apprenticeships import naming, soft_rounds
from market.apprenticeships.models import SoftRating, SoftResult
from market.apprenticeships.soft_rules import VARIANCE_MILLI, RoundStatus, Side, SoftSkill
from market.engagements.models import Engagement
from market.engagements.rules import Status
from market.errors import Forbidden, Invalid
from market.evidence.models import SOFT_MENTOR, SOFT_PEERS, Kind
from market.notifications.models import Notification
from tests.apprenticeships.soft_scene import (
    asked,
    due,
    end,
    every,
    evidence,
    five,
    group,
    over,
    ratings,
    results,
    round_,
    say,
)
from tests.support.world import Known, World

M, P = Side.MENTOR, Side.PEER


def who_is_asked(make: World) -> set[tuple[int, int, Side]]:
    return {(one.by_person, one.of_person, one.side) for one in ratings(make)}


def told(make: World, who: Known, kind: str) -> int:
    with make.read() as db:
        rows = db.exec(select(Notification).where(Notification.person_id == who.id)).all()
    return sum(row.kind.startswith(kind) for row in rows)


def test_a_group_of_four_is_asked_of_each_other_and_its_mentor_of_everybody(make: World) -> None:
    made = group(make, 4)
    clock.move(timedelta(days=27))
    assert due(make) == 0
    clock.move(timedelta(days=1))
    assert due(make) == 1
    assert due(make) == 0
    people = [one.who.id for one in made]
    assert who_is_asked(make) == {(make.mira.id, one, M) for one in people} | {
        (by, of, P) for by in people for of in people if by != of
    }
    assert round_(make).deadline_at == clock.now() + timedelta(days=21)
    assert [told(make, one.who, "soft_skills.asked") for one in made] == [1, 1, 1, 1]
    assert told(make, make.mira, "soft_skills.asked") == 4
    assert told(make, make.bruno, "soft_skills") == 0


@pytest.mark.parametrize("n", [1, 3])
def test_in_a_small_group_only_the_mentor_is_asked(make: World, n: int) -> None:
    made = asked(make, n)
    assert who_is_asked(make) == {(make.mira.id, one.who.id, M) for one in made}
    assert told(make, make.amara, "soft_skills") == 0


def test_with_a_rolling_start_there_are_no_peers(make: World) -> None:
    made = asked(make, 4, rolling=True)
    assert who_is_asked(make) == {(make.mira.id, one.who.id, M) for one in made}


def test_who_left_early_is_spoken_of_by_the_mentor_alone_and_at_once(make: World) -> None:
    made = group(make, 5)
    clock.move(timedelta(days=5))
    end(make, made[3], Status.ENDED_EARLY)  # after five days: nobody is asked
    clock.move(timedelta(days=10))
    end(make, made[4], Status.ENDED_EARLY)
    assert due(make) == 1
    assert who_is_asked(make) == {(make.mira.id, made[4].who.id, M)}
    clock.move(timedelta(days=13))
    assert due(make) == 1  # the three who are left
    left = {one.who.id for one in made[:3]}
    assert who_is_asked(make) == {(make.mira.id, of, M) for of in (made[4].who.id, *left)}


def test_who_finished_before_the_others_waits_for_them(make: World) -> None:
    made = group(make, 4)
    clock.move(timedelta(days=10))
    end(make, made[0])
    assert due(make) == 0
    clock.move(timedelta(days=18))
    assert due(make) == 1
    assert len(ratings(make)) == 4 + 12


def test_what_ended_long_ago_is_asked_no_more(make: World) -> None:
    made = group(make, 1)
    end(make, made[0])
    clock.move(timedelta(days=15))
    assert due(make) == 0


def test_nothing_is_opened_where_there_is_nobody_to_ask(make: World) -> None:
    group(make, 1)
    with make.write() as db:
        row = db.exec(select(Membership).where(Membership.person_id == make.mira.id)).one()
        row.ended_at = clock.now()
        db.add(row)
    clock.move(timedelta(days=28))
    assert due(make) == 0


def test_all_of_it_opens_at_once_and_of_peers_only_the_middle_stays(make: World) -> None:
    known = five(make)
    made = asked(make, 5)
    first = made[0]
    say(make, make.mira, first, every(3, leadership=None))
    for by, step in zip(made[1:], (1, 4, 4, None), strict=True):
        say(make, by.who, first, every(step, teamwork=None if step == 1 else step))
    assert results(make, first) == {}
    assert evidence(make, first) == []
    over(make)
    found = results(make, first)
    assert {one: found[M, one] for one in SoftSkill if (M, one) in found} == {
        one: (3, 1) for one in SoftSkill if one is not SoftSkill.LEADERSHIP
    }
    assert {one: found[P, one] for one in SoftSkill if (P, one) in found} == {
        one: (4, 3)
        for one in SoftSkill
        if one is not SoftSkill.TEAMWORK  # two saw that
    }
    assert [(row.side, row.by_person) for row in ratings(make)] == [(M, make.mira.id)]
    rows = evidence(make, first)
    assert {(r.source_kind, r.source_id, r.kind, r.tier, r.variance_milli) for r in rows} == {
        (SOFT_MENTOR, first.work, Kind.ASSESSMENT, 4, VARIANCE_MILLI[M]),
        (SOFT_PEERS, first.work, Kind.ENDORSEMENT, 2, VARIANCE_MILLI[P]),
    }
    assert {(r.skill_id, r.reading_milli) for r in rows if r.source_kind == SOFT_PEERS} == {
        (known[one], 4000) for one in SoftSkill if one is not SoftSkill.TEAMWORK
    }
    assert {(r.party_kind, r.party_id) for r in rows} == {("organisation", make.bakery.id)}
    assert told(make, first.who, "soft_skills.shown") == 1
    assert [told(make, one.who, "soft_skills.shown") for one in made[1:]] == [0, 0, 0, 0]
    assert len(make.events("soft_skills.unsaid")) == 4


def test_a_round_closes_before_its_time_once_all_have_answered_and_nobody_works_there(make: World) -> None:
    (one,) = asked(make, 1)
    say(make, make.mira, one, every(2))
    assert due(make) == 0  # the work goes on, and the mentor may see more of it
    end(make, one)
    assert due(make) == 1
    assert round_(make).status is RoundStatus.CLOSED
    assert results(make, one)[M, SoftSkill.TEAMWORK] == (2, 1)
    assert due(make) == 0


def test_an_answer_may_be_put_right_until_the_round_closes_and_counts_once(make: World) -> None:
    (one,) = asked(make, 1)
    say(make, make.mira, one, every(0))
    say(make, make.mira, one, every(4))
    over(make)
    assert set(results(make, one).values()) == {(4, 1)}
    with pytest.raises(Forbidden, match="The time for this is over"):
        say(make, make.mira, one, every(0))


def test_nobody_says_it_of_themselves_and_only_who_is_asked_does(make: World) -> None:
    made = group(make, 4)
    with pytest.raises(Forbidden, match="Nobody is asked this yet"):
        say(make, make.mira, made[0], every(4))
    clock.move(timedelta(days=28))
    due(make)
    with pytest.raises(Forbidden, match="Nobody says this of themselves"):
        say(make, made[0].who, made[0], every(4))
    for who in (make.bruno, make.chidi, make.dana):
        with pytest.raises(Forbidden, match="Only mentors, and people who learn in the same group"):
            say(make, who, made[0], every(4))
    with pytest.raises(Invalid) as refused:
        say(make, make.mira, made[0], {SoftSkill.TEAMWORK: 3})
    assert set(refused.value.fields) == {one.value for one in SoftSkill if one is not SoftSkill.TEAMWORK}
    assert all(row.answered_at is None for row in ratings(make))


def test_the_database_itself_refuses_a_word_on_oneself_and_two_peers(make: World) -> None:
    made = asked(make, 1)[0]
    me, number = made.who.id, round_(make).id
    of_oneself = SoftRating(round_id=number, engagement_id=made.work, of_person=me, by_person=me, side=M)
    of_two = SoftResult(engagement_id=made.work, side=P, skill=SoftSkill.TEAMWORK, step=3, n=2)
    for row in (of_oneself, of_two):
        with make.write() as db:
            db.add(row)
            with pytest.raises(IntegrityError):
                db.flush()
            db.rollback()


def test_people_whom_a_block_parts_are_not_asked_of_each_other(make: World) -> None:
    made = group(make, 5)
    one, other = made[1], made[2]
    make.block(one.who, person=other.who)
    clock.move(timedelta(days=28))
    due(make)
    pair = {one.who.id, other.who.id}
    assert len(ratings(make)) == 5 + 18
    assert not [row for row in ratings(make) if {row.by_person, row.of_person} == pair]
    with pytest.raises(Forbidden):
        say(make, one.who, other, every(0))


def test_a_block_takes_back_what_two_people_said_and_no_more(make: World) -> None:
    made = asked(make, 5)
    one, other = made[1], made[2]
    for by in (make.mira, *(x.who for x in made if x is not other)):
        say(make, by, other, every(0 if by is one.who else 4))
    make.block(one.who, person=other.who)
    with pytest.raises(Forbidden):
        say(make, one.who, other, every(0))
    make.drain()
    assert not [row for row in ratings(make) if {row.by_person, row.of_person} == {one.who.id, other.who.id}]
    make.block(other.who, person=make.mira)  # a learner does not undo what a mentor says of their work
    over(make)
    assert results(make, other) == {
        (side, skill): (4, n) for side, n in ((M, 1), (P, 3)) for skill in SoftSkill
    }


def test_a_block_counts_even_before_the_worker_has_heard_of_it(make: World) -> None:
    made = asked(make, 4)
    one, other = made[1], made[2]
    for by in (x.who for x in made if x is not other):
        say(make, by, other, every(4))
    make.block(other.who, person=one.who)
    clock.move(timedelta(days=22))
    with make.write() as db:
        soft_rounds.close_due(db, clock.now())
    assert results(make, other) == {}  # two are left, and two are too few


def test_who_mentors_now_is_asked_and_what_the_one_before_said_stands(make: World) -> None:
    made = asked(make, 2)
    ruth = make.member(make.bakery, Role.MENTOR, person=make.person("Ruth Other"))
    say(make, make.mira, made[0], every(1))
    for one in made:
        with make.write() as db:
            actor = actor_for(db, make.bruno.id)
            naming.change_mentor(db, actor, db.get_one(Engagement, one.work), ruth.public_id)
    make.drain()
    of = {(row.by_person, row.of_person) for row in ratings(make)}
    first, second = made[0].who.id, made[1].who.id
    assert of == {(make.mira.id, first), (ruth.id, first), (ruth.id, second)}
    say(make, ruth, made[0], every(3))
    over(make)
    assert set(results(make, made[0]).values()) == {(1, 2)}


def test_who_has_not_answered_is_reminded_once(make: World) -> None:
    made = asked(make, 4)
    for one in made[1:]:
        say(make, made[0].who, one, every(2))
    clock.move(timedelta(days=17))
    due(make)
    assert told(make, made[0].who, "soft_skills.ends_soon") == 0
    clock.move(timedelta(days=1))
    due(make)
    due(make)
    assert [told(make, one.who, "soft_skills.ends_soon") for one in made] == [0, 1, 1, 1]
    assert told(make, make.mira, "soft_skills.ends_soon") == 4


def test_what_an_organisation_says_of_its_own_people_is_no_evidence(make: World) -> None:
    five(make)
    (one,) = asked(make, 1, rolling=True, for_members=True)
    say(make, make.mira, one, every(4))
    over(make)
    assert set(results(make, one).values()) == {(4, 1)}
    assert evidence(make, one) == []


def test_a_skill_that_the_site_does_not_list_is_shown_and_counts_nowhere(make: World) -> None:
    known = five(make)
    with make.write() as db:
        db.connection().execute(text("DELETE FROM skill WHERE key = 'leadership'"))
    (one,) = asked(make, 1)
    say(make, make.mira, one, every(3))
    over(make)
    assert len(results(make, one)) == 5
    assert {row.skill_id for row in evidence(make, one)} == set(known.values()) - {
        known[SoftSkill.LEADERSHIP]
    }


def test_an_erased_person_is_spoken_of_no_more(make: World) -> None:
    made = asked(make, 1)[0]
    say(make, make.mira, made, every(3))
    with make.write() as db:
        row = db.get_one(Person, made.who.id)
        row.status, row.display_name, row.erased_at = PersonStatus.ERASED, None, clock.now()
        db.add(row)
    over(make)
    assert results(make, made) == {}
    assert evidence(make, made) == []


def test_a_ring_that_praises_itself_stays_below_its_mentor(make: World) -> None:
    """Four friends who give each other 4 in everything, with a mentor who says nothing: at most level 2."""
    five(make)
    made = asked(make, 4)
    for of in made:
        for by in made:
            if by is not of:
                say(make, by.who, of, every(4))
    over(make)
    with make.read() as db:
        rows = db.connection().execute(text("SELECT level, tier FROM person_skill")).all()
    assert len(rows) == 4 * 5
    assert {((level + 25) // 51, tier) for level, tier in rows} == {(2, 2)}
