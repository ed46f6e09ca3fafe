"""What happens to agreed work: starting, pausing, changing dates, ending, and what falls due."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from market import clock
from market.engagements import dates, milestones, outcomes, queries, rules, service
from market.engagements.models import Engagement, Milestone, TermsChange
from market.engagements.rules import Fault, MilestoneStatus, Status
from market.errors import Conflict, Forbidden, Invalid
from market.evidence.models import Evidence
from market.opportunities import service as openings
from market.opportunities.models import Opportunity
from market.opportunities.rules import Status as OpeningStatus
from market.profiles.models import Project, TalentProfile
from tests.engagements import scene
from tests.support.world import Standing, World


def states(make: World, work: int) -> list[str]:
    return [str(m.status) for m in scene.parts(make, work)]


def seats(make: World, work: int) -> int:
    with make.read() as db:
        return db.get_one(Opportunity, scene.work(make, work).opportunity_id).seats_taken


def test_work_that_both_are_ready_for_begins_before_its_day(make: World) -> None:
    work = make.engagement(started=False)
    scene.do(make, make.amara, work, service.ready)
    assert scene.work(make, work).status is Status.SCHEDULED
    assert len(make.events("engagement.side_ready")) == 1
    scene.do(make, make.bruno, work, service.ready)
    assert scene.work(make, work).status is Status.ACTIVE
    assert states(make, work) == ["in_progress", "planned"]
    with pytest.raises(Conflict):
        scene.do(make, make.amara, work, service.ready)
    with pytest.raises(Forbidden):
        scene.do(make, make.dana, work, service.ready)


def test_on_its_day_work_starts_by_itself_and_waits_for_someone_to_begin(
    make: World, standing_clock: Standing
) -> None:
    work = make.engagement(started=False)
    standing_clock.move(days=13)
    make.sweep()
    assert scene.work(make, work).status is Status.SCHEDULED
    standing_clock.move(days=1)
    make.sweep()
    assert scene.work(make, work).status is Status.ACTIVE
    assert states(make, work) == ["planned", "planned"]
    scene.on_part(make, make.amara, work, 0, milestones.begin)
    assert states(make, work) == ["in_progress", "planned"]


def test_nobody_came_frees_the_place_but_not_once_work_has_begun(
    make: World, standing_clock: Standing
) -> None:
    work = make.engagement(started=False)
    standing_clock.move(days=14)
    make.sweep()
    with pytest.raises(Forbidden, match="a week after"):
        scene.do(make, make.bruno, work, service.no_show)
    standing_clock.move(days=7)
    assert seats(make, work) == 1
    scene.do(make, make.bruno, work, service.no_show)
    assert scene.work(make, work).status is Status.CALLED_OFF
    assert states(make, work) == ["cancelled", "cancelled"]
    assert seats(make, work) == 0


def test_nobody_came_cannot_be_said_of_someone_who_has_begun(make: World, standing_clock: Standing) -> None:
    work = make.engagement()
    standing_clock.move(days=30)
    with pytest.raises(Forbidden, match="Work has begun"):
        scene.do(make, make.bruno, work, service.no_show)
    assert scene.work(make, work).status is Status.ACTIVE


def test_calling_it_off_frees_the_place_and_the_opening_can_be_opened_again(make: World) -> None:
    work = make.engagement(started=False)
    engagement = scene.work(make, work)
    with make.read() as db:
        assert db.get_one(Opportunity, engagement.opportunity_id).status is OpeningStatus.FILLED
    with pytest.raises(Invalid):
        scene.do(make, make.amara, work, service.call_off, " ")
    scene.do(make, make.amara, work, service.call_off, "I have found other work.")
    assert seats(make, work) == 0
    assert states(make, work) == ["cancelled", "cancelled"]
    assert make.events("opportunity.seat_freed")
    with make.write() as db:
        opening = db.get_one(Opportunity, engagement.opportunity_id)
        openings.reopen(db, make.actor(make.bruno), opening)
    with make.read() as db:
        assert db.get_one(Opportunity, engagement.opportunity_id).status is OpeningStatus.PUBLISHED


def test_a_pause_stops_handing_in_and_is_asked_about_once_when_it_is_over(
    make: World, standing_clock: Standing
) -> None:
    work = make.engagement()
    for until in (clock.today(), clock.today() + timedelta(days=31)):
        with pytest.raises(Invalid):
            scene.do(make, make.amara, work, service.pause, "My child is ill.", until)
    scene.do(make, make.amara, work, service.pause, "My child is ill.", clock.today() + timedelta(days=3))
    with pytest.raises(Forbidden, match="not under way"):
        scene.hand_in(make, work)
    assert states(make, work) == ["in_progress", "planned"]
    standing_clock.move(days=3)
    make.sweep()
    assert not make.events("engagement.pause_over")
    standing_clock.move(days=1)
    make.sweep()
    make.sweep()
    assert len(make.events("engagement.pause_over")) == 1
    scene.do(make, make.bruno, work, service.resume)
    after = scene.work(make, work)
    assert (after.status, after.pause_until, after.nudged_at) == (Status.ACTIVE, None, None)


def test_what_is_accepted_in_a_pause_is_followed_by_the_next_part_when_work_goes_on(make: World) -> None:
    work = make.engagement()
    scene.hand_in(make, work)
    scene.do(make, make.bruno, work, service.pause, "The oven is broken.")
    scene.on_part(make, make.bruno, work, 0, milestones.approve)
    assert states(make, work) == ["approved", "planned"]
    scene.do(make, make.bruno, work, service.resume)
    assert states(make, work) == ["approved", "in_progress"]


def test_silence_of_14_days_counts_as_approval_and_writes_no_t4(
    make: World, standing_clock: Standing
) -> None:
    work = make.engagement()
    scene.hand_in(make, work)
    standing_clock.move(days=11, minutes=1)
    make.sweep()
    make.sweep()
    assert len(make.events("milestone.waits")) == 1
    standing_clock.move(days=2, hours=23, minutes=58)
    make.sweep()
    assert states(make, work)[0] == "submitted"
    standing_clock.move(minutes=1)
    make.sweep()
    assert states(make, work) == ["deemed_approved", "in_progress"]
    scene.hand_in(make, work, 1)
    standing_clock.move(days=14)
    make.sweep()
    scene.do(make, make.amara, work, service.finish)
    make.drain()
    assert scene.work(make, work).status is Status.COMPLETED
    assert scene.ledger(make, make.amara.id, 4) == []
    with make.read() as db:
        told = queries.versions_of(db, scene.parts(make, work)[0])[0]
    assert told.by_silence


def test_after_silence_any_member_who_looks_after_work_can_still_assess_it(
    make: World, standing_clock: Standing
) -> None:
    from market.access import Role

    work = make.engagement()
    for place in (0, 1):
        scene.hand_in(make, work, place)
        standing_clock.move(days=14)
        make.sweep()
    scene.do(make, make.amara, work, service.finish)
    standing_clock.move(days=14)
    other = make.member(make.bakery, Role.RECRUITER)
    scene.judge(make, other, work)
    scene.sign(make, other, work)
    assert len(scene.ledger(make, make.amara.id, 4)) == 1


def test_an_overdue_part_is_told_once_and_again_after_another_date(
    make: World, standing_clock: Standing
) -> None:
    work = make.engagement()
    standing_clock.move(days=21)
    make.sweep()
    assert not make.events("milestone.overdue")  # due today
    standing_clock.move(days=1)
    make.sweep()
    make.sweep()
    assert len(make.events("milestone.overdue")) == 1
    part = scene.parts(make, work)[0]
    late = clock.today() + timedelta(days=2)
    scene.do(
        make, make.amara, work, dates.propose, ends_on=None, due={part.public_id: late}, note="Two days more."
    )
    with make.read() as db:
        change = queries.open_change(db, work)
    assert change is not None
    answer(make, work, make.bruno, True)
    make.sweep()
    assert len(make.events("milestone.overdue")) == 1
    standing_clock.move(days=3)
    make.sweep()
    assert len(make.events("milestone.overdue")) == 2


def answer(make: World, work: int, who: object, accepted: bool) -> None:
    def step(db: Session, actor: object, engagement: Engagement) -> None:
        change = db.exec(
            select(TermsChange)
            .where(TermsChange.engagement_id == engagement.id)
            .order_by(TermsChange.id.desc())
        ).first()  # type: ignore[attr-defined]
        assert change is not None
        dates.answer(db, actor, engagement, change, accepted)  # type: ignore[arg-type]

    scene.do(make, who, work, step)  # type: ignore[arg-type]


def test_other_dates_hold_only_when_the_other_side_signs(make: World) -> None:
    work = make.engagement()
    before = scene.parts(make, work)[0]
    end, due = scene.day("2026-12-20"), scene.day("2026-12-09")
    scene.do(
        make,
        make.amara,
        work,
        dates.propose,
        ends_on=end,
        due={before.public_id: due},
        note="I have an exam.",
    )
    assert scene.parts(make, work)[0].due_on == before.due_on
    with pytest.raises(Conflict):
        scene.do(make, make.bruno, work, dates.propose, ends_on=end, due={}, note="Mine.")
    for who in (make.amara, make.dana, make.chidi):
        with pytest.raises(Forbidden):
            answer(make, work, who, True)
    answer(make, work, make.bruno, True)
    after = scene.work(make, work)
    assert (after.ends_on, after.terms_version, scene.parts(make, work)[0].due_on) == (end, 2, due)
    with pytest.raises(Conflict, match="answered before"):
        answer(make, work, make.bruno, False)
    assert [e.name for e in make.events() if "change" in e.name] == [
        "engagement.change_proposed",
        "engagement.change_signed",
    ]


def test_declined_dates_change_nothing_and_a_proposal_can_be_taken_back(make: World) -> None:
    work = make.engagement()
    for who in (make.bruno, make.amara):
        scene.do(
            make, make.amara, work, dates.propose, ends_on=scene.day("2026-12-24"), due={}, note="Later."
        )
        answer(make, work, who, False)
        assert scene.work(make, work).ends_on == scene.day("2026-12-18")
        assert scene.work(make, work).terms_version == 1


@pytest.mark.parametrize(
    ("ends_on", "due", "field"),
    [
        ("2026-11-15", "", "ends_on"),  # the past
        ("2026-11-20", "", "ends_on"),  # before the start
        ("2026-12-01", "", "due-0"),  # the parts would be due after it
        ("", "2026-11-17", "due-0"),
        ("", "2026-12-19", "due-0"),
        ("", "", "ends_on"),
        ("2026-12-18", "2026-12-07", "ends_on"),  # the dates there are
    ],
)
def test_a_date_that_cannot_be_is_refused_beside_its_field(
    make: World, ends_on: str, due: str, field: str
) -> None:
    work = make.engagement(started=False)
    part = scene.parts(make, work)[0].public_id
    with pytest.raises(Invalid) as refused:
        scene.do(
            make,
            make.amara,
            work,
            dates.propose,
            ends_on=scene.day(ends_on) if ends_on else None,
            due={part: scene.day(due)} if due else {},
            note="Why.",
        )
    assert field.replace("0", part) in refused.value.fields
    with make.read() as db:
        assert queries.open_change(db, work) is None


def test_dates_that_passed_while_nobody_answered_cannot_be_signed(
    make: World, standing_clock: Standing
) -> None:
    work = make.engagement()
    scene.do(
        make, make.amara, work, dates.propose, ends_on=scene.day("2026-12-19"), due={}, note="A day more."
    )
    standing_clock.move(days=40)
    with pytest.raises(Conflict, match="has passed"):
        answer(make, work, make.bruno, True)
    scene.do(make, make.amara, work, service.end_early, "We have run out of time for this.", Fault.NONE)
    with pytest.raises(Conflict, match="Work has ended"):
        answer(make, work, make.bruno, True)
    with pytest.raises(Conflict, match="Work has ended"):
        scene.do(
            make, make.amara, work, dates.propose, ends_on=scene.day("2027-12-19"), due={}, note="A day more."
        )


def test_work_is_finished_only_when_all_is_settled(make: World) -> None:
    work = make.engagement()
    with pytest.raises(Forbidden, match="2 milestones"):
        scene.do(make, make.bruno, work, service.finish)
    for place in (0, 1):
        scene.hand_in(make, work, place)
        scene.on_part(make, make.bruno, work, place, milestones.approve, "Thank you.")
    scene.do(make, make.bruno, work, service.finish)
    make.drain()
    assert scene.work(make, work).ended_at == clock.now()
    with make.read() as db:
        assert db.get_one(TalentProfile, make.amara.id).completed_count == 1
    assert seats(make, work) == 1
    with pytest.raises(Conflict):
        scene.do(make, make.bruno, work, service.finish)


FAULTS = [
    ("amara", Fault.NONE, True), ("amara", Fault.MUTUAL, True), ("amara", Fault.TALENT, True), ("amara", Fault.EMPLOYER, False),
    ("bruno", Fault.NONE, True), ("bruno", Fault.MUTUAL, True), ("bruno", Fault.TALENT, False), ("bruno", Fault.EMPLOYER, True),
]  # fmt: skip


@pytest.mark.parametrize(("who", "fault", "taken"), FAULTS)
def test_a_side_records_its_own_fault_or_nobodys_never_the_others(
    make: World, who: str, fault: Fault, taken: bool
) -> None:
    work = make.engagement()
    scene.hand_in(make, work)
    if not taken:
        with pytest.raises(Invalid) as refused:
            scene.do(make, getattr(make, who), work, service.end_early, "It did not go well.", fault)
        assert "fault" in refused.value.fields
        assert scene.work(make, work).status is Status.ACTIVE
        return
    scene.do(make, getattr(make, who), work, service.end_early, "It did not go well.", fault)
    after = scene.work(make, work)
    assert (after.status, after.fault, after.end_reason) == (Status.ENDED_EARLY, fault, "It did not go well.")
    assert states(make, work) == ["submitted", "cancelled"]  # what was handed in is still answered
    assert seats(make, work) == 0
    with pytest.raises(Forbidden, match="Work has ended"):
        scene.on_part(make, make.amara, work, 0, milestones.take_back)
    with pytest.raises(Forbidden, match="Work has ended"):
        scene.on_part(make, make.bruno, work, 0, milestones.request_changes, "More.")
    scene.on_part(make, make.bruno, work, 0, milestones.approve)
    assert states(make, work) == ["approved", "cancelled"]


def test_nobody_else_ends_work_whatever_they_say(make: World) -> None:
    work = make.engagement()
    for who in (make.chidi, make.dana, make.mira):
        for fault in Fault:
            with pytest.raises(Forbidden):
                scene.do(make, who, work, service.end_early, "It did not go well.", fault)
    assert scene.work(make, work).status is Status.ACTIVE


def test_what_a_trial_led_to_is_said_once_after_its_end(make: World) -> None:
    from tests.opportunities.postings import trial

    work = make.finished(opening=make.opening(**trial()))
    with pytest.raises(Forbidden):
        scene.do(make, make.amara, work, service.record_outcome, rules.TrialOutcome.HIRED)
    scene.do(make, make.bruno, work, service.record_outcome, rules.TrialOutcome.CONTINUED)
    assert scene.work(make, work).outcome is rules.TrialOutcome.CONTINUED
    with pytest.raises(Forbidden, match="on record"):
        scene.do(make, make.bruno, work, service.record_outcome, rules.TrialOutcome.HIRED)


def test_finished_work_becomes_a_project_once_and_counts_no_skill_twice(make: World) -> None:
    work = make.engagement()
    link = "https://example.org/sheet"
    for place, shown in ((0, True), (1, False)):
        scene.hand_in(make, work, place, link=f"{link}{place}", as_evidence=shown)
        scene.on_part(make, make.bruno, work, place, milestones.approve)
    with pytest.raises(Forbidden, match="once it is completed"):
        scene.do(make, make.amara, work, outcomes.show_work)
    scene.do(make, make.bruno, work, service.finish)
    for who in (make.bruno, make.dana):
        with pytest.raises(Forbidden):
            scene.do(make, who, work, outcomes.show_work)
    scene.do(make, make.amara, work, outcomes.show_work)
    with make.read() as db:
        project = db.exec(select(Project).where(Project.person_id == make.amara.id)).one()
        assert project.engagement_public_id == scene.work(make, work).public_id
        assert project.link == f"{link}0"  # the one she agreed to show
        assert project.text == "- The stock sheet\n- The Thursday list"
    with pytest.raises(Forbidden, match="among your projects"):
        scene.do(make, make.amara, work, outcomes.show_work)
    from market.profiles.projects import Made, change_project

    with make.write() as db:
        skill = db.exec(select(Evidence.skill_id)).first() or queries_skill(db, work)
        project = db.exec(select(Project).where(Project.person_id == make.amara.id)).one()
        change_project(
            db,
            make.actor(make.amara),
            project,
            Made(project.title, project.done_on, link=project.link, skills={skill: 5}),
        )
    assert scene.ledger(make, make.amara.id, 1) == []


def queries_skill(db: Session, work: int) -> int:
    return scene.rubric(db, db.get_one(Engagement, work)).skill_ids[0]


def test_a_recruiter_here_who_mentors_there_sees_both_works(make: World) -> None:
    from market.access import Role

    given = make.engagement(**scene.mentored(make))
    not_given = make.engagement(who=make.person())
    other = make.organisation()
    make.member(other, Role.RECRUITER, person=make.mira)
    with make.write() as db:  # another organisation's work, as a row: only the list is asked about
        mine = db.get_one(Engagement, given)
        row = Engagement(
            person_id=make.chidi.id,
            org_id=other.id,
            title="Theirs",
            terms=mine.terms,
            starts_on=mine.starts_on,
        )
        db.add(row)
        db.flush()
        theirs = row.id
    with make.read() as db:
        assert [w.id for w in queries.ours(db, make.actor(make.mira), 30)] == [theirs, given]
        assert [w.id for w in queries.ours(db, make.actor(make.bruno), 30)] == [not_given, given]
        assert [w.id for w in queries.ours(db, make.actor(make.bruno), 30, before=not_given)] == [given]
        assert queries.ours(db, make.actor(make.amara), 30) == []
        assert [w.id for w in queries.mine(db, make.amara.id, 30)] == [given]


def test_the_milestones_of_a_stranger_change_nothing(make: World) -> None:
    work = make.engagement()
    with pytest.raises(Forbidden):
        scene.hand_in(make, work, who=make.chidi)
    with make.read() as db:
        assert db.exec(select(Milestone.version)).all() == [0, 0]
    assert states(make, work)[0] == MilestoneStatus.IN_PROGRESS
