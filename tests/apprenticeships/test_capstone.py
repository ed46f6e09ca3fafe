"""The capstone on both databases: judged by who was named, tried twice, appealed once, and what comes of it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from market import clock
from market.access import Role
from market.apprenticeships import capstone, naming
from market.apprenticeships.models import Appeal
from market.apprenticeships.rules import AppealStatus
from market.credentials.models import Achievement, AchievementSkill, Issued
from market.engagements import assessments, milestones
from market.engagements import service as work_service
from market.engagements.models import Engagement, Milestone
from market.engagements.queries import milestones_of
from market.errors import Forbidden, Invalid
from market.evidence.models import Evidence
from market.rubrics.queries import RubricView, rubric_with_criteria
from tests.apprenticeships.scene import held, running
from tests.engagements.scene import do, work
from tests.support.client import Client, words
from tests.support.world import Known, World

WHY = "The differing line was the supplier's, and the sheet says so."


def rubric_of(make: World, e: int) -> RubricView:
    with make.read() as db:
        return rubric_with_criteria(db, work(make, e).rubric_id or 0)


def steps(make: World, e: int, *chosen: int | None) -> dict[int, tuple[int, str]]:
    """One step for each criterion; None leaves it out."""
    criteria = rubric_of(make, e).criteria
    return {c.id: (step, "") for c, step in zip(criteria, chosen, strict=True) if step is not None}


def hand_in(make: World, e: int, *, only_capstone: bool = False) -> None:
    """Amara hands in every part that is open, and Bruno accepts the tasks."""
    for part in parts(make, e):
        if only_capstone and part.phase != "capstone":
            continue
        with make.write() as db:
            engagement, one = db.get_one(Engagement, e), db.get_one(Milestone, part.id)
            milestones.hand_in(
                db, make.actor(make.amara), engagement, one,
                note="Done.", link="https://example.org/sheet", uploads=(), as_evidence=True,
            )  # fmt: skip
            if one.phase != "capstone":
                milestones.approve(db, make.actor(make.bruno), engagement, one)


def accept_capstone(make: World, e: int) -> None:
    with make.write() as db:
        part = milestones_of(db, e)[-1]
        milestones.approve(db, make.actor(make.bruno), db.get_one(Engagement, e), part)


def parts(make: World, e: int) -> list[Milestone]:
    with make.read() as db:
        return milestones_of(db, e)


def judge(make: World, e: int, *chosen: int | None, who: Known | None = None) -> None:
    """Bruno, who was named for it, puts in his steps and signs them."""
    who, rubric, given = who or make.bruno, rubric_of(make, e), steps(make, e, *chosen)
    do(make, who, e, assessments.submit, rubric, given)
    do(make, who, e, assessments.sign, rubric, given, "Counted well.")
    make.drain()


def issued(make: World) -> list[tuple[str, int]]:
    """The names of Amara's credentials, and of how many skills each."""
    with make.read() as db:
        rows = db.exec(
            select(Achievement.id, Achievement.name)
            .join(Issued, Issued.achievement_id == Achievement.id)  # type: ignore[arg-type]
            .where(Issued.person_id == make.amara.id)
            .order_by(Issued.id)  # type: ignore[arg-type]
        ).all()
        return [
            (name, len(db.exec(select(AchievementSkill).where(AchievementSkill.achievement_id == a)).all()))
            for a, name in rows
        ]


def test_a_passed_capstone_completes_the_programme_and_issues_its_credential(make: World) -> None:
    e = running(make)
    with pytest.raises(Forbidden, match="not been handed in"):
        judge(make, e, 3, 3)
    hand_in(make, e)
    with pytest.raises(Forbidden, match="named to judge"):
        judge(make, e, 3, 3, who=make.mira)
    held(make, e, 3)
    with pytest.raises(Forbidden, match="not settled yet"):
        do(make, make.amara, e, work_service.finish)
    judge(make, e, 3, 4)
    assert work(make, e).capstone_passed
    accept_capstone(make, e)
    do(make, make.amara, e, work_service.finish)
    make.drain()
    assert [name for name, _n in issued(make)] == ["Stores and stock"]
    with make.read() as db:
        one = db.exec(select(Issued)).one()
        assert [r["step"] for r in one.facts["results"]] == [3, 4]
        assert len(db.exec(select(Evidence).where(Evidence.source_kind == "assessment")).all()) == 2


def test_without_a_passed_capstone_it_does_not_complete_and_there_are_two_attempts(make: World) -> None:
    e = running(make)
    held(make, e, 3)
    hand_in(make, e)
    due = clock.today() + timedelta(days=14)
    with pytest.raises(Forbidden, match="not judged yet"):
        do(make, make.amara, e, capstone.try_again, due)
    judge(make, e, 3, 2)
    accept_capstone(make, e)
    with pytest.raises(Forbidden, match="capstone is not passed"):
        do(make, make.amara, e, work_service.finish)
    with pytest.raises(Forbidden, match="Only the person who learns"):
        do(make, make.bruno, e, capstone.try_again, due)
    with pytest.raises(Invalid, match="twelve weeks"):
        do(make, make.amara, e, capstone.try_again, clock.today())
    do(make, make.amara, e, capstone.try_again, due)
    assert (parts(make, e)[-1].status, parts(make, e)[-1].due_on) == ("in_progress", due)
    with pytest.raises(Forbidden, match="not been handed in"):
        judge(make, e, 3, 3)
    hand_in_again(make, e)
    judge(make, e, 2, 2)
    with pytest.raises(Forbidden, match="Both attempts were used"):
        do(make, make.amara, e, capstone.try_again, due)
    accept_capstone(make, e)
    with pytest.raises(Forbidden, match="capstone is not passed"):
        do(make, make.amara, e, work_service.finish)


def hand_in_again(make: World, e: int) -> None:
    hand_in(make, e, only_capstone=True)


def test_a_second_attempt_that_passes_counts(make: World) -> None:
    e = running(make)
    held(make, e, 3)
    hand_in(make, e)
    judge(make, e, 1, 1)
    do(make, make.amara, e, capstone.try_again, clock.today() + timedelta(days=14))
    hand_in_again(make, e)
    judge(make, e, 3, 3)
    accept_capstone(make, e)
    do(make, make.amara, e, work_service.finish)
    make.drain()
    assert [name for name, _n in issued(make)] == ["Stores and stock"]


def appealed(make: World, e: int) -> Appeal:
    made: Appeal = do(make, make.amara, e, capstone.appeal, WHY)
    return made


def on_appeal(make: World, who: Known, e: int, step: object, *given: object) -> None:
    with make.write() as db:
        engagement = db.get_one(Engagement, e)
        step(db, make.actor(who), engagement, capstone.get_appeal(db, engagement), *given)  # type: ignore[operator]


def test_an_appeal_goes_to_somebody_else_and_what_they_say_counts(make: World) -> None:
    e = running(make)
    held(make, e, 3)
    hand_in(make, e)
    with pytest.raises(Forbidden, match="Nothing is signed"):
        appealed(make, e)
    judge(make, e, 3, 2)
    with pytest.raises(Forbidden, match="Only the person who was judged"):
        do(make, make.mira, e, capstone.appeal, WHY)
    appealed(make, e)
    with pytest.raises(Forbidden, match="before"):
        appealed(make, e)
    with pytest.raises(Forbidden, match="being looked at"):
        do(make, make.amara, e, capstone.try_again, clock.today() + timedelta(days=14))
    with pytest.raises(Invalid, match="other than who judged"):
        on_appeal(make, make.bruno, e, capstone.give, make.bruno.public_id)
    with pytest.raises(Invalid, match="own work"):
        on_appeal(make, make.bruno, e, capstone.give, make.amara.public_id)
    with pytest.raises(Invalid, match="Only a member"):
        on_appeal(make, make.bruno, e, capstone.give, make.chidi.public_id)
    other = make.member(make.bakery, Role.MENTOR)
    on_appeal(make, make.bruno, e, capstone.give, other.public_id)
    rubric, given = rubric_of(make, e), steps(make, e, 3, 3)
    with pytest.raises(Forbidden):
        on_appeal(make, make.bruno, e, capstone.decide, rubric, given, "It was right.")
    on_appeal(make, other, e, capstone.decide, rubric, given, "The line was the supplier's.")
    assert work(make, e).capstone_passed
    with make.read() as db:
        assert db.exec(select(Appeal)).one().status is AppealStatus.CHANGED
    with pytest.raises(Forbidden, match="last word"):
        appealed(make, e)
    accept_capstone(make, e)
    do(make, make.amara, e, work_service.finish)
    make.drain()
    assert [name for name, _n in issued(make)] == ["Stores and stock"]


def test_an_appeal_that_is_answered_alike_leaves_it_as_it_was(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 3, 2)
    appealed(make, e)
    on_appeal(make, make.bruno, e, capstone.give, make.mira.public_id)
    rubric = rubric_of(make, e)
    on_appeal(make, make.mira, e, capstone.decide, rubric, steps(make, e, 3, 2), "I see the same.")
    with make.read() as db:
        assert db.exec(select(Appeal)).one().status is AppealStatus.UPHELD
    assert not work(make, e).capstone_passed
    do(make, make.amara, e, capstone.try_again, clock.today() + timedelta(days=14))


def test_a_mentor_whom_an_appeal_is_given_to_reaches_it_and_answers_it_on_its_page(
    make: World, client: Client
) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 3, 2)
    appealed(make, e)
    other = make.member(make.bakery, Role.MENTOR, person=make.person("Ada Lund"))
    path = f"/work/{work(make, e).public_id}/capstone"
    assert client.as_(other).get(path).status_code == 404, "it was not given to her"
    on_appeal(make, make.bruno, e, capstone.give, other.public_id)
    do(make, make.bruno, e, naming.change_mentor, make.bruno.public_id)  # who else is named changes nothing
    assert "Judge it by the same rubric" in words(client.as_(other).get(path))
    said = {f"step-{c.position}": "3" for c in rubric_of(make, e).criteria} | {"comment": WHY}
    assert client.as_(other).post(f"{path}/answer", said).status_code == 303
    assert work(make, e).capstone_passed
    assert client.as_(other).get(path).status_code == 200


def test_an_appeal_is_given_to_nobody_whom_the_learner_wants_nothing_to_do_with(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 3, 2)
    ada = make.member(make.bakery, Role.MENTOR, person=make.person("Ada Lund"))
    made = appealed(make, e)
    with make.read() as db:
        found = capstone.others(db, db.get_one(Engagement, e), made)
    assert ada.public_id in dict(found)
    make.block(make.amara, person=ada)
    with make.read() as db:
        found = capstone.others(db, db.get_one(Engagement, e), made)
    assert ada.public_id not in dict(found)
    with pytest.raises(Invalid, match="cannot be named here"):
        on_appeal(make, make.bruno, e, capstone.give, ada.public_id)


def test_an_appeal_is_open_for_seven_days(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 3, 2)
    clock.move(timedelta(days=7, minutes=1))
    with pytest.raises(Forbidden, match="seven days"):
        appealed(make, e)


def test_ended_early_by_the_employer_the_skills_that_were_assessed_are_issued(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    do(make, make.bruno, e, work_service.end_early, "The oven broke for good, and we close.", "employer")
    make.drain()
    judge(make, e, 3, None)
    names = issued(make)
    assert [n for _name, n in names] == [0, 1] or [n for _name, n in names] == [1]
    assert names[-1][0].startswith("Stock control")
    with make.read() as db:
        assert len(db.exec(select(Evidence).where(Evidence.source_kind == "assessment")).all()) == 1


def test_whoever_leaves_without_blame_keeps_that_they_took_part_which_claims_no_skill(make: World) -> None:
    e = running(make)
    held(make, e)
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    make.drain()
    assert issued(make) == [("Took part in Stores and stock", 0)]


def test_whoever_never_began_gets_nothing(make: World) -> None:
    e = running(make)
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    make.drain()
    assert issued(make) == []


def test_an_appeal_answered_after_the_end_rewrites_the_evidence(make: World) -> None:
    e = running(make)
    hand_in(make, e)
    judge(make, e, 2, 2)
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    make.drain()
    appealed(make, e)
    on_appeal(make, make.bruno, e, capstone.give, make.mira.public_id)
    on_appeal(
        make, make.mira, e, capstone.decide, rubric_of(make, e), steps(make, e, 4, 2), "More than that."
    )
    make.drain()
    with make.read() as db:
        rows = db.exec(select(Evidence).where(Evidence.source_kind == "assessment")).all()
    voided = {row.voids_id for row in rows if row.voids_id}
    assert len([row for row in rows if row.voids_id is None and row.id not in voided]) == 2
    assert [name for name, _n in issued(make)] == ["Stock control, in Stores and stock"]
