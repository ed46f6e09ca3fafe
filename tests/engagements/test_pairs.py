"""Two assessors of one capstone, on both databases: blind, then agreed, then signed by the first; and what is kept."""

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select, update

from market.access import Role
from market.accounts import members
from market.accounts.models import Membership
from market.accounts.sessions import actor_for
from market.apprenticeships import capstone
from market.engagements import assessments, pairs, rules
from market.engagements.models import AssessmentSide, AssessmentStatus, BlindStep, Engagement
from market.errors import Conflict, Forbidden, Invalid
from market.programmes import queries as programmes
from market.programmes.drafts import Named
from market.programmes.rules import Function
from tests.apprenticeships.scene import running
from tests.apprenticeships.test_capstone import WHY, hand_in, rubric_of
from tests.engagements.scene import do, ledger, work
from tests.programmes import plans
from tests.support.client import Client, words
from tests.support.world import Known, World

SAW = "Two lines of twenty differed."
AGREED = "We counted the shelf again, and it was one line."


def paired(make: World) -> tuple[int, Known]:
    """A programme that Bruno and Ada assess, with everything handed in; and Ada."""
    ada = make.member(make.bakery, Role.MENTOR, person=make.person("Ada Lund"))
    people = plans.people_of(make, make.bakery, make.mira, make.bruno)
    with make.read() as db:
        ids = {public_id: m for m, public_id, _name in programmes.may_be_named(db, make.bakery.id)}
    second = Named(ids[ada.public_id], Function.SECOND_ASSESSOR)
    e = running(make, people=(*people, second))
    hand_in(make, e)
    return e, ada


def put_in(make: World, who: Known, e: int, *chosen: int, why: str = SAW, act: Any = None) -> None:
    rubric = rubric_of(make, e)
    given = {c.id: (step, why) for c, step in zip(rubric.criteria, chosen, strict=True)}
    do(make, who, e, act or assessments.submit, rubric, given)


def sign(make: World, who: Known, e: int, *chosen: tuple[int, str]) -> None:
    rubric = rubric_of(make, e)
    given = {c.id: one for c, one in zip(rubric.criteria, chosen, strict=True)}
    do(make, who, e, assessments.sign, rubric, given, "Counted well.")


def seen(make: World, who: Known, e: int) -> assessments.Open:
    with make.read() as db:
        return assessments.open_to(db, make.actor(who), db.get_one(Engagement, e))


def leaves(make: World, who: Known) -> None:
    with make.write() as db:
        row = db.exec(
            select(Membership).where(Membership.person_id == who.id, Membership.org_id == make.bakery.id)
        ).one()
        members.end_membership(db, actor_for(db, make.bruno.id), make.bakery.id, row.id)


@pytest.mark.parametrize("first", ["bruno", "ada"])
def test_neither_of_two_sees_the_others_steps_before_their_own_are_in(make: World, first: str) -> None:
    e, ada = paired(make)
    one, other = (make.bruno, ada) if first == "bruno" else (ada, make.bruno)
    colleague = make.member(make.bakery, Role.RECRUITER)
    put_in(make, one, e, 2, 3)
    put_in(make, make.amara, e, 3, 3)
    assert seen(make, other, e).fellow is None
    put_in(make, other, e, 3, 3, act=assessments.save)
    assert seen(make, other, e).fellow is None
    for who in (make.amara, colleague):  # nobody could tell the other
        assert (seen(make, who, e).fellow, bool(seen(make, who, e).theirs)) == (None, False)
    assert not seen(make, make.amara, e).theirs_in
    put_in(make, other, e, 3, 3)
    for who in (one, other):
        assert seen(make, who, e).fellow is not None
    for who in (make.amara, colleague):
        assert seen(make, who, e).fellow is not None
        assert seen(make, who, e).theirs is not None


def test_the_first_signs_once_both_are_in_with_a_word_wherever_they_differed(make: World) -> None:
    e, ada = paired(make)
    put_in(make, make.bruno, e, 2, 3)
    with pytest.raises(Conflict, match="second assessor has not put in"):
        sign(make, make.bruno, e, (3, AGREED), (3, SAW))
    put_in(make, ada, e, 3, 3)
    with pytest.raises(Conflict, match="first assessor signs"):
        sign(make, ada, e, (3, AGREED), (3, SAW))
    for silent in ((2, ""), (2, SAW), (3, "")):
        with pytest.raises(Invalid) as refused:
            sign(make, make.bruno, e, silent, (3, SAW))
        assert list(refused.value.fields) == ["why-1"]
    sign(make, make.bruno, e, (3, AGREED), (3, SAW))
    make.drain()
    assert work(make, e).capstone_passed
    assert {s.row.status for s in (seen(make, ada, e).fellow, seen(make, make.bruno, e).mine) if s} == {
        AssessmentStatus.SIGNED
    }
    with pytest.raises(Conflict):
        sign(make, make.bruno, e, (3, AGREED), (3, SAW))


def test_what_each_chose_blind_stays_as_it_was(make: World) -> None:
    e, ada = paired(make)
    put_in(make, make.bruno, e, 2, 3)
    put_in(make, ada, e, 4, 3)
    sign(make, make.bruno, e, (3, AGREED), (3, SAW))
    with make.read() as db:
        kept = pairs.blind_of(db, db.get_one(Engagement, e))
    one, two = AssessmentSide.ASSESSOR1, AssessmentSide.ASSESSOR2
    assert list(kept.values()) == [{one: 2, two: 4}, {one: 3, two: 3}]
    with pytest.raises(DBAPIError), make.write() as db:
        db.exec(update(BlindStep).values(step=3))
    assert ledger(make, make.amara.id, 4) == []  # the work has not ended


def test_where_the_second_has_left_the_first_signs_alone(make: World) -> None:
    e, ada = paired(make)
    put_in(make, make.bruno, e, 3, 3)
    leaves(make, ada)
    sign(make, make.bruno, e, (3, SAW), (3, SAW))
    with make.read() as db:
        assert pairs.agreement(db).pairs == 0


def test_where_the_first_has_left_the_second_judges_and_signs_and_agrees_with_nobody(make: World) -> None:
    e, ada = paired(make)
    put_in(make, ada, e, 3, 3)
    with make.write() as db:
        db.exec(update(Engagement).values(assessor_ids=[make.chidi.id, ada.id]))  # who is no member
    put_in(make, ada, e, 3, 3)
    sign(make, ada, e, (3, SAW), (3, SAW))
    assert work(make, e).capstone_passed
    with make.read() as db:
        assert pairs.agreement(db).pairs == 0


def test_neither_of_the_two_answers_the_appeal(make: World) -> None:
    e, ada = paired(make)
    put_in(make, make.bruno, e, 2, 2)
    put_in(make, ada, e, 2, 2)
    sign(make, make.bruno, e, (2, SAW), (2, SAW))
    do(make, make.amara, e, capstone.appeal, WHY)

    def give(db: Session, who: Known) -> None:
        engagement = db.get_one(Engagement, e)
        appeal = capstone.get_appeal(db, engagement)
        assert {p for p, _name in capstone.others(db, engagement, appeal)} == {make.mira.public_id}
        capstone.give(db, make.actor(make.bruno), engagement, appeal, who.public_id)

    with pytest.raises(Invalid, match="other than who judged"), make.write() as db:
        give(db, ada)
    with make.write() as db:
        give(db, make.mira)


def test_agreement_over_the_site_is_counted_and_said_from_twenty_works_on(
    make: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    e, ada = paired(make)
    put_in(make, make.bruno, e, 2, 3)
    put_in(make, ada, e, 4, 3)
    with make.read() as db:
        found = pairs.agreement(db)
        assert found == pairs.Agreement(1, 2, 1, 1, None)
        assert not found.is_enough
        monkeypatch.setattr(pairs, "LEAST_WORKS", 1)
        assert pairs.agreement(db).kappa == pytest.approx(-1 / 3)
        assert pairs.agreement(db).is_enough


def test_the_public_page_says_when_there_is_not_enough_and_else_how_far_they_agree(
    make: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    e, ada = paired(make)
    put_in(make, make.bruno, e, 2, 3)
    put_in(make, ada, e, 4, 3)
    said = words(client.get("/how/agreement"))
    assert "Not enough yet: one piece of work was judged by two, and the figure is shown from 20 on" in said
    assert "0.33" not in said
    monkeypatch.setattr(pairs, "LEAST_WORKS", 1)
    said = words(client.get("/how/agreement"))
    assert "-0.33" in said
    assert "1 of 2" in said
    assert "Judged twice 1 piece of work 2 criteria" in said


def test_the_pages_keep_the_two_apart_and_then_show_both(make: World, client: Client) -> None:
    e, ada = paired(make)
    at = f"/work/{work(make, e).public_id}"
    bruno, second, amara = client.as_(make.bruno), client.as_(ada), client.as_(make.amara)
    assert "You and Ada Lund both judge this work" in words(bruno.get(f"{at}/assess"))
    put_in(make, make.bruno, e, 2, 3)
    assert SAW not in second.get(f"{at}/assess").text
    assert "Those of Ada Lund are not" in words(bruno.get(f"{at}/assessment"))
    refused = bruno.post(f"{at}/assessment", {"step-1": "3", "why-1": AGREED, "step-2": "3"})
    assert refused.status_code == 409
    put_in(make, ada, e, 3, 3, why="I saw one line.")
    assert "Bruno Keller signs what you agree on" in words(second.get(f"{at}/assessment"))
    page = words(bruno.get(f"{at}/assessment"))
    assert "You differ here." in page
    assert "I saw one line." in page
    refused = bruno.post(f"{at}/assessment", {"step-1": "3", "why-1": "", "step-2": "3"})
    assert refused.status_code == 422
    assert "Say how you agreed on “Criterion 1”" in words(refused)
    bruno.post(f"{at}/assessment", {"step-1": "3", "why-1": AGREED, "step-2": "3", "why-2": SAW})
    said = words(amara.get(f"{at}/assessment"))
    assert "Chosen blind: 2 and 3. Agreed on 3." in said
    assert "Both chose 3, blind." in said
    assert AGREED in said


@pytest.mark.parametrize(
    ("is_second", "is_two", "second_in", "may"),
    [
        (False, False, False, True),
        (False, True, False, False),
        (False, True, True, True),
        (True, True, True, False),
        (True, True, False, False),
    ],
)
def test_who_signs_and_when(*, is_second: bool, is_two: bool, second_in: bool, may: bool) -> None:
    assert bool(rules.may_sign(is_second, is_two, second_in)) is may


@pytest.mark.parametrize(("bench", "is_pair"), [((), False), ((1,), False), ((1, 1), False), ((1, 2), True)])
def test_a_pair_is_two_people(bench: tuple[int, ...], is_pair: bool) -> None:
    assert rules.is_pair(bench) is is_pair


def test_a_third_member_judges_nothing(make: World) -> None:
    e, _ada = paired(make)
    with pytest.raises(Forbidden, match="named to judge"):
        put_in(make, make.mira, e, 3, 3)
