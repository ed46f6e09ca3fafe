"""Who judges a capstone is named anew when somebody left, and everyone concerned hears of it; on both databases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from market import clock
from market.access import Role
from market.apprenticeships import capstone, naming, rules
from market.engagements import pairs
from market.engagements import service as work_service
from market.engagements.models import AssessmentSide, Engagement, EngagementMember
from market.errors import Forbidden, Invalid
from market.home import due_employer
from market.home.due import Kind
from market.home.todo import Todo, for_employer
from market.notifications.models import Notification
from market.notifications.queries import tell
from tests.apprenticeships.scene import running
from tests.apprenticeships.test_capstone import appealed, hand_in, judge, on_appeal
from tests.engagements.scene import do, work
from tests.engagements.test_pairs import leaves, paired, put_in, sign
from tests.support.client import Client, words
from tests.support.world import Known, Standing, World

SEEN = "We looked at it together."


def told(make: World, who: Known) -> list[str]:
    make.drain()
    with make.read() as db:
        wanted = select(Notification.kind).where(Notification.person_id == who.id)
        return list(db.exec(wanted.order_by(col(Notification.id))))


def todos(make: World, who: Known) -> dict[Kind, Todo]:
    with make.read() as db:
        return {
            one.kind: for_employer(one, clock.now()) for one in due_employer.for_employer(db, make.actor(who))
        }


def judging(make: World, who: Known) -> set[Kind]:
    return set(todos(make, who)) & {
        Kind.ASSESS, Kind.SIGN_ASSESSMENT, Kind.NAME_ASSESSOR, Kind.NAME_FOR_APPEAL, Kind.ANSWER_APPEAL
    }  # fmt: skip


def name(make: World, e: int, *who: Known, by: Known | None = None) -> None:
    do(make, by or make.bruno, e, naming.name_assessors, *(one.public_id for one in who))


def test_each_of_two_is_asked_for_their_own_steps_by_a_day_and_then_the_first_to_sign(make: World) -> None:
    e, ada = paired(make)
    day = clock.now() + timedelta(days=14)
    assert "milestone.submitted:capstone_assessors" in told(make, ada)
    assert (todos(make, ada)[Kind.ASSESS].by, todos(make, make.bruno)[Kind.ASSESS].by) == (day, day)
    assert not judging(make, make.mira)  # she mentors, and was not named for it
    put_in(make, make.bruno, e, 3, 3)
    assert told(make, ada)[-1] == "assessment.submitted:fellow_assessor"
    assert (judging(make, make.bruno), judging(make, ada)) == (set(), {Kind.ASSESS})
    put_in(make, ada, e, 3, 2)
    assert told(make, make.bruno)[-1] == "assessment.submitted:signing_assessor"
    assert (judging(make, make.bruno), judging(make, ada)) == ({Kind.SIGN_ASSESSMENT}, set())
    sign(make, make.bruno, e, (3, SEEN), (2, SEEN))
    assert not judging(make, make.bruno)
    do(make, make.amara, e, capstone.try_again, clock.today() + timedelta(days=14))
    assert not judging(make, ada)  # nothing is handed in of the second attempt
    hand_in(make, e, only_capstone=True)
    assert (judging(make, make.bruno), judging(make, ada)) == ({Kind.ASSESS}, {Kind.ASSESS})


def test_where_everyone_named_has_left_somebody_else_is_named_and_can_judge(make: World) -> None:
    e, ada = paired(make)
    owner = make.member(make.bakery, Role.OWNER)
    name(make, e, ada)
    leaves(make, ada)
    assert judging(make, owner) == judging(make, make.bruno) == {Kind.NAME_ASSESSOR}
    with pytest.raises(Forbidden, match="named to judge"):
        judge(make, e, 3, 3, who=make.mira)
    with pytest.raises(Forbidden, match="choose people"):
        name(make, e, make.mira, by=make.mira)
    name(make, e, make.mira)
    assert judging(make, make.bruno) == set()
    assert told(make, make.amara)[-1] == "engagement.assessors_changed:person"
    assert told(make, make.mira)[-1] == "engagement.assessors_changed:now_named"
    assert todos(make, make.mira)[Kind.ASSESS].by == clock.now() + timedelta(days=14)
    judge(make, e, 3, 3, who=make.mira)
    assert work(make, e).capstone_passed
    with pytest.raises(Forbidden, match="It is signed"):
        name(make, e, make.bruno)


def test_whoever_is_replaced_hears_of_it_and_loses_the_work(make: World) -> None:
    e, ada = paired(make)
    name(make, e, make.bruno, make.mira)
    assert told(make, ada)[-1] == "engagement.assessors_changed:replaced"
    assert told(make, make.mira)[-1] == "engagement.assessors_changed:now_named"
    assert "engagement.assessors_changed" not in {kind.partition(":")[0] for kind in told(make, make.bruno)}
    found = work(make, e)
    assert found.assessor_ids == [make.bruno.id, make.mira.id]
    assert ada.id not in found.supervisor_ids
    assert not judging(make, ada)


def test_whoever_has_put_in_their_steps_stays_where_they_are(make: World) -> None:
    e, ada = paired(make)
    put_in(make, ada, e, 3, 3)
    for others in ((make.bruno, make.mira), (make.bruno,), (ada, make.bruno), (ada,)):
        with pytest.raises(Invalid, match="stays where they are"):
            name(make, e, *others)
    name(make, e, make.mira, ada)
    put_in(make, make.mira, e, 3, 3)
    sign(make, make.mira, e, (3, SEEN), (3, SEEN))


@pytest.mark.parametrize(
    ("chosen", "field", "why"),
    [
        (lambda m: (m.bruno,), "first", "judge it already"),
        (lambda m: (m.mira, m.mira), "second", "two people"),
        (lambda m: (m.chidi,), "first", "Only a member"),
        (lambda m: (m.mira, m.amara), "second", "their own work"),
    ],
)
def test_bad_choices_are_refused_beside_their_field(
    make: World, chosen: Callable[[World], tuple[Known, ...]], field: str, why: str
) -> None:
    e = running(make)
    with pytest.raises(Invalid, match=why) as refused:
        name(make, e, *chosen(make))
    assert list(refused.value.fields) == [field]


def test_nobody_whom_the_learner_wants_nothing_to_do_with_is_named(make: World) -> None:
    e = running(make)
    ada = make.member(make.bakery, Role.MENTOR, person=make.person("Ada Lund"))
    make.block(make.amara, person=ada)
    with pytest.raises(Invalid, match="cannot be named here"):
        name(make, e, ada)
    with pytest.raises(Forbidden, match="cannot be named here"):
        do(make, make.bruno, e, naming.change_mentor, ada.public_id)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("begun", "told when it is handed in."),
        ("handed in", "judge it by 30 November."),
        ("ended", "judge it by 10 December."),  # two weeks from the end, as its page says
    ],
)
def test_the_news_to_whoever_is_named_has_a_day_once_the_capstone_is_handed_in(
    make: World, standing_clock: Standing, when: str, said: str
) -> None:
    e = running(make)
    if when != "begun":
        hand_in(make, e)
    if when == "ended":
        standing_clock.move(days=10)
        do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    name(make, e, make.mira)
    make.drain()
    with make.read() as db:
        one = db.exec(select(Notification).where(col(Notification.kind).endswith(":now_named"))).one()
        (news,) = tell(db, [one], "UTC")
    assert news.title == "You judge the capstone of “Stores and stock”"
    assert news.line.endswith(said)


def test_a_learner_who_was_named_is_not_on_the_bench(make: World) -> None:
    e, ada = paired(make)
    with make.write() as db:
        db.exec(update(Engagement).values(assessor_ids=[make.amara.id, ada.id]))
    with make.read() as db:
        found = db.get_one(Engagement, e)
        assert pairs.bench_of(db, found) == (ada.id,)
        assert pairs.side_of(make.actor(ada), found, (ada.id,)) is AssessmentSide.ASSESSOR1


def test_a_programme_without_a_mentor_waits_for_one_to_be_named(make: World) -> None:
    e = running(make)
    assert Kind.NAME_MENTOR not in todos(make, make.bruno)
    leaves(make, make.mira)
    assert todos(make, make.bruno)[Kind.NAME_MENTOR].route == "apprenticeships.mentoring"
    stand_in = make.member(make.bakery, Role.MENTOR)
    do(make, make.bruno, e, naming.change_mentor, stand_in.public_id)
    assert Kind.NAME_MENTOR not in todos(make, make.bruno)
    assert told(make, stand_in)[-1] == "engagement.mentor_changed:now_named"
    do(make, make.bruno, e, naming.change_mentor, make.bruno.public_id)
    assert told(make, stand_in)[-1] == "engagement.mentor_changed:replaced"
    assert work(make, e).supervisor_ids == [make.bruno.id]
    with make.read() as db:
        assert len(db.exec(select(EngagementMember)).all()) == 2  # he mentors, and he judges


def test_an_appeal_waits_for_a_name_and_then_for_an_answer(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 2, 2)
    appealed(make, e)
    assert judging(make, make.bruno) == {Kind.NAME_FOR_APPEAL}
    on_appeal(make, make.bruno, e, capstone.give, make.mira.public_id)
    assert (judging(make, make.bruno), judging(make, make.mira)) == (set(), {Kind.ANSWER_APPEAL})
    assert todos(make, make.mira)[Kind.ANSWER_APPEAL].route == "apprenticeships.capstone"


def test_an_appeal_whose_assessor_left_waits_for_another_name(client: Client, make: World) -> None:
    e = running(make)
    ada = make.member(make.bakery, Role.MENTOR, person=make.person("Ada Lund"))
    make.organisation("Hollow Lane Garage", owner=ada)  # she acts for another one still
    hand_in(make, e)
    judge(make, e, 2, 2)
    appealed(make, e)
    on_appeal(make, make.bruno, e, capstone.give, ada.public_id)
    assert judging(make, ada) == {Kind.ANSWER_APPEAL}
    path = f"/work/{work(make, e).public_id}/capstone"
    assert "Somebody else has it." in words(client.as_(make.amara).get(path))
    leaves(make, ada)
    assert "look at it has left. It waits until Nettle" in words(client.as_(make.amara).get(path))
    assert (judging(make, make.bruno), judging(make, ada)) == ({Kind.NAME_FOR_APPEAL}, set())
    on_appeal(make, make.bruno, e, capstone.give, make.mira.public_id)
    assert (judging(make, make.bruno), judging(make, make.mira)) == (set(), {Kind.ANSWER_APPEAL})


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ((True, False, False, False), ""),
        ((False, False, False, False), "no capstone"),
        ((True, True, False, False), "over"),
        ((True, False, True, False), "over"),
        ((True, False, False, True), "signed"),
    ],
)
def test_assessors_are_named_as_long_as_there_is_something_to_judge(
    asked: tuple[bool, ...], why: str
) -> None:
    allowed = rules.may_name_assessors(*asked)
    assert (bool(allowed), why in allowed.reason) == (not why, True)


def test_nobody_judges_their_own_work_and_only_members_judge() -> None:
    assert rules.may_be_assessor(2, 1, True)
    assert "their own work" in rules.may_be_assessor(1, 1, True).reason
    assert "Only a member" in rules.may_be_assessor(2, 1, False).reason
    assert "cannot be named" in rules.may_be_assessor(2, 1, True, True).reason
    assert rules.may_mentor(2, 1, True)
    assert "cannot be named" in rules.may_mentor(2, 1, True, True).reason


def test_the_page_says_who_judges_and_that_it_waits_when_nobody_does(client: Client, make: World) -> None:
    e, ada = paired(make)
    path = f"/work/{work(make, e).public_id}/capstone"
    said = words(client.as_(make.amara).get(path))
    assert "Ada Lund" in said
    assert "Second assessor" in said
    assert "Name them" not in said
    name(make, e, ada)
    leaves(make, ada)
    said = words(client.as_(make.amara).get(path))
    assert "Nobody is there to judge it. Whoever was named has left. It waits for Nettle & Rye Bakery" in said
    bruno = client.as_(make.bruno)
    assert "until then it waits for you" in words(bruno.get(path))
    refused = bruno.post(f"{path}/assessors", {"first": make.mira.public_id, "second": make.mira.public_id})
    assert refused.status_code == 422
    assert "Two assessors are two people." in words(refused)
    assert bruno.post(f"{path}/assessors", {"first": make.mira.public_id}).status_code == 303
    assert "Mira Lindqvist" in words(client.as_(make.amara).get(path))
