"""A posting from a draft to its end, through the services, on both databases."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from market import clock
from market.access import SYSTEM, Role
from market.db import transaction
from market.errors import Conflict, Forbidden, Invalid
from market.opportunities import queries, service, timers
from market.opportunities.drafts import Need, Part
from market.opportunities.models import OpportunityVersion
from market.opportunities.queries import get_opportunity
from market.opportunities.rules import Kind, Status
from market.rubrics.queries import rubric_with_criteria
from market.skills import service as skill_service
from market.skills.models import Skill
from tests.opportunities.postings import FLOOR, draft, fresh, published, skills, trial
from tests.support.world import World


def test_publishing_freezes_the_terms_the_requirements_and_the_rubric(make: World) -> None:
    made = published(make)
    with make.read() as db:
        one = get_opportunity(db, made)
        assert (one.status, one.version, one.pay_hourly_ref_minor) == (Status.PUBLISHED, 1, 1600)
        terms = queries.terms_since(db, one.id, 1)[1]
        assert terms["deliverables"][0]["title"] == "The stock sheet"
        assert terms["pay_minor"] == 28_800
        assert [a.skill for a in queries.asked_for(db, one)] == [
            "Spreadsheets",
            "Data cleaning",
            "Stock control",
        ]
        assert one.rubric_id is not None
        assert rubric_with_criteria(db, one.rubric_id).rubric.frozen_at is not None
        assert "stock list" in one.search_text
        assert "data cleaning" in one.search_text
    assert [e.name for e in make.events("opportunity.published")] == ["opportunity.published"]


def test_what_was_published_cannot_be_rewritten_even_by_hand(make: World) -> None:
    published(make)
    with make.read() as db:
        version = db.exec(select(OpportunityVersion)).one()
        version.terms = {}
        db.add(version)
        with pytest.raises(DBAPIError, match="append-only"):
            db.flush()


def test_below_the_quality_floor_nothing_goes_out_and_every_reason_is_said(make: World) -> None:
    made = draft(make, rubric=False, pay_minor=10_000, parts=[Part("The sheet", "", "It looks good.")])
    with make.write() as db, pytest.raises(Invalid) as refused:
        service.submit(db, make.actor(make.bruno), get_opportunity(db, made), FLOOR)
    assert set(refused.value.fields) == {"parts-0-accepted_when", "criteria", "pay"}
    assert fresh(make, made).status == Status.DRAFT


def test_an_unpaid_eight_hour_trial_cannot_be_published(make: World) -> None:
    made = draft(make, **trial(hours=8, pay_minor=0))
    with make.write() as db, pytest.raises(Invalid, match="A trial project is real work, so it is paid"):
        service.publish(db, make.actor(make.bruno), get_opportunity(db, made), FLOOR)
    assert fresh(make, made).status == Status.DRAFT


def test_an_organisation_that_is_not_verified_goes_to_a_moderator_first(make: World) -> None:
    owner = make.person("Ola")
    org = make.organisation("Kettle Repairs", owner=owner, verified=False)
    made = draft(make, actor=make.actor(owner), org=org)
    with make.write() as db, pytest.raises(Forbidden, match="moderator reads it first"):
        service.publish(db, make.actor(owner), get_opportunity(db, made), FLOOR)
    with make.write() as db:
        service.submit(db, make.actor(owner), get_opportunity(db, made), FLOOR)
    assert fresh(make, made).status == Status.IN_REVIEW
    with make.write() as db:
        service.return_(db, make.actor(make.dana), get_opportunity(db, made), note="Name the shop.")
    assert fresh(make, made).status == Status.DRAFT
    with make.write() as db:
        service.submit(db, make.actor(owner), get_opportunity(db, made), FLOOR)
    with make.write() as db:
        service.approve(db, make.actor(make.dana), get_opportunity(db, made))
    assert (fresh(make, made).status, fresh(make, made).version) == (Status.PUBLISHED, 1)


def test_nobody_approves_for_an_organisation_of_their_own(make: World) -> None:
    org = make.organisation("Dana Bakes", owner=make.dana, verified=False)
    made = draft(make, actor=make.actor(make.dana), org=org)
    with make.write() as db:
        service.submit(db, make.actor(make.dana), get_opportunity(db, made), FLOOR)
    with make.write() as db, pytest.raises(Forbidden):
        service.approve(db, make.actor(make.dana), get_opportunity(db, made))


@pytest.mark.parametrize("who", ["mira", "chidi", "amara", "dana"])
def test_only_those_who_post_for_the_organisation_write_its_drafts(make: World, who: str) -> None:
    made = draft(make)
    actor = make.actor(getattr(make, who))
    with make.write() as db, pytest.raises(Forbidden):
        service.save_draft(db, actor, get_opportunity(db, made), title="Mine now")
    with make.write() as db, pytest.raises(Forbidden):
        service.create_draft(db, actor, make.bakery.id)
    assert "Mine" not in fresh(make, made).title


def test_two_editors_never_overwrite_each_other(make: World) -> None:
    made = draft(make)
    recruiter = make.member(make.bakery, Role.RECRUITER)
    before = fresh(make, made).draft_version
    with make.write() as db:
        service.save_draft(
            db, make.actor(make.bruno), get_opportunity(db, made), seen=before, title="Bruno’s title"
        )
    with make.write() as db, pytest.raises(Conflict, match="Someone else saved"):
        service.save_draft(
            db, make.actor(recruiter), get_opportunity(db, made), seen=before, title="The other title"
        )
    assert fresh(make, made).title == "Bruno’s title"


def test_what_is_out_is_not_edited(make: World) -> None:
    made = published(make)
    with make.write() as db, pytest.raises(Conflict, match="frozen"):
        service.save_draft(db, make.actor(make.bruno), get_opportunity(db, made), title="Another")


def test_a_micro_apprenticeship_is_refused_here(make: World) -> None:
    with make.write() as db, pytest.raises(Invalid, match="from its programme"):
        service.create_draft(db, make.actor(make.bruno), make.bakery.id, kind=Kind.MICRO_APPRENTICESHIP)


def test_more_than_eight_skills_and_twice_the_same_are_refused(make: World) -> None:
    known = list(skills(make, *(f"Skill {n}" for n in range(9))).values())
    made = draft(make)
    for needs in ([Need(one, 2) for one in known], [Need(known[0], 2), Need(known[0], 3)]):
        with make.write() as db, pytest.raises(Invalid):
            service.save_draft(db, make.actor(make.bruno), get_opportunity(db, made), needs=needs)


def test_an_addendum_makes_a_new_version_with_its_own_rows(make: World) -> None:
    made = published(make)
    with make.write() as db:
        service.add_addendum(
            db,
            make.actor(make.bruno),
            get_opportunity(db, made),
            "The start moves to 2 December.",
            starts_on=date(2026, 12, 2),
            pay_minor=30_600,
        )
    with make.read() as db:
        one = get_opportunity(db, made)
        assert (one.version, one.starts_on, one.pay_hourly_ref_minor) == (2, date(2026, 12, 2), 1700)
        assert queries.terms_since(db, one.id, 1)[1]["starts_on"] == "2026-11-30"
        assert queries.terms_since(db, one.id, 2)[2]["starts_on"] == "2026-12-02"
        assert queries.asked_for(db, one, 1) == queries.asked_for(db, one, 2)
    assert [e.payload for e in make.events("opportunity.addendum_added")] == [{"version": 2}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pay_minor": 20_000}, "pay"),
        ({"seats": 0}, "seats"),
        ({"starts_on": date(2026, 11, 1)}, "starts_on"),
        ({"starts_by": date(2026, 11, 20)}, "starts_by"),
    ],
)
def test_an_addendum_never_takes_away_what_was_promised(
    make: World, changes: dict[str, object], field: str
) -> None:
    made = published(make)
    with make.write() as db, pytest.raises(Invalid) as refused:
        service.add_addendum(
            db,
            make.actor(make.bruno),
            get_opportunity(db, made),
            "Changes.",
            **changes,  # type: ignore[arg-type]
        )
    assert field in refused.value.fields
    assert fresh(make, made).version == 1


def test_pause_and_resume(make: World) -> None:
    made = published(make)
    with make.write() as db:
        service.pause(db, SYSTEM, get_opportunity(db, made), reason="unanswered")
    with make.write() as db, pytest.raises(Conflict):
        service.add_applicant(db, get_opportunity(db, made))
    with make.write() as db:
        service.resume(db, make.actor(make.bruno), get_opportunity(db, made))
    assert fresh(make, made).status == Status.PUBLISHED


def test_the_deadline_closes_and_may_be_extended_once(make: World) -> None:
    made = published(make)
    clock.move(timedelta(days=12))
    assert make.sweep() >= 1
    assert fresh(make, made).status == Status.CLOSED
    bruno = make.actor(make.bruno)
    with make.write() as db, pytest.raises(Invalid):
        service.extend(db, bruno, get_opportunity(db, made), clock.now() - timedelta(hours=1))
    with make.write() as db:
        service.extend(db, bruno, get_opportunity(db, made), clock.now() + timedelta(days=5))
    clock.move(timedelta(days=6))
    make.sweep()
    with make.write() as db, pytest.raises(Forbidden, match="extended once already"):
        service.extend(db, bruno, get_opportunity(db, made), clock.now() + timedelta(days=5))


def test_the_cap_of_applicants_closes(make: World) -> None:
    made = published(make, applicants_cap=2)
    for _ in range(2):
        with make.write() as db:
            service.add_applicant(db, get_opportunity(db, made))
    assert fresh(make, made).status == Status.CLOSED
    assert make.events("opportunity.closed")[0].reason == "applicants_cap"


def test_a_closed_posting_without_anything_open_ends_unfilled_after_a_week(make: World) -> None:
    made = published(make)
    clock.move(timedelta(days=12))
    make.sweep()
    clock.move(timedelta(days=6))
    make.sweep()
    assert fresh(make, made).status == Status.CLOSED
    clock.move(timedelta(days=2))
    make.sweep()
    assert fresh(make, made).status == Status.UNFILLED


def test_the_last_place_fills_and_a_free_one_can_be_reopened(make: World) -> None:
    made = published(make, seats=2)
    bruno = make.actor(make.bruno)
    for _ in range(2):
        with make.write() as db:
            service.take_seat(db, get_opportunity(db, made))
    assert fresh(make, made).status == Status.FILLED
    with make.write() as db, pytest.raises(Conflict, match="last place"):
        service.take_seat(db, get_opportunity(db, made))
    with make.write() as db, pytest.raises(Forbidden, match="Every place is taken"):
        service.reopen(db, bruno, get_opportunity(db, made))
    with make.write() as db:
        service.free_seat(db, get_opportunity(db, made))
    with make.write() as db:
        service.reopen(db, bruno, get_opportunity(db, made))
    one = fresh(make, made)
    assert (one.status, one.seats_taken) == (Status.PUBLISHED, 1)


def test_a_filled_posting_with_nothing_under_way_is_completed(make: World) -> None:
    made = published(make)
    with make.write() as db:
        service.take_seat(db, get_opportunity(db, made))
    make.sweep()
    assert fresh(make, made).status == Status.COMPLETED


def test_many_who_take_the_last_place_at_once_leave_one_winner(make: World) -> None:
    made = published(make)
    won: list[int] = []
    wrong: list[BaseException] = []
    start = threading.Barrier(8)

    def race(n: int) -> None:
        start.wait()
        try:
            with transaction(make.engine, write=True) as db:
                service.take_seat(db, get_opportunity(db, made))
            won.append(n)
        except Conflict:
            pass
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=race, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(won) == 1
    assert (fresh(make, made).seats_taken, fresh(make, made).status) == (1, Status.FILLED)


def test_idle_postings_are_warned_of_once_then_expire_and_can_be_renewed(make: World) -> None:
    made = published(make, deadline_at=clock.now() + timedelta(days=90))
    clock.move(timedelta(days=25, minutes=1))
    make.sweep()
    make.sweep()
    assert len(make.events("opportunity.expiring")) == 1
    clock.move(timedelta(days=5))
    make.sweep()
    assert fresh(make, made).status == Status.EXPIRED
    with make.write() as db:
        service.renew(db, make.actor(make.bruno), get_opportunity(db, made))
    one = fresh(make, made)
    assert (one.status, one.warned_at) == (Status.PUBLISHED, None)


def test_an_application_is_a_sign_of_life(make: World) -> None:
    made = published(make, deadline_at=clock.now() + timedelta(days=90))
    clock.move(timedelta(days=24))
    with make.write() as db:
        service.add_applicant(db, get_opportunity(db, made))
    clock.move(timedelta(days=10))
    make.sweep()
    assert fresh(make, made).status == Status.PUBLISHED
    assert not make.events("opportunity.expiring")


def test_cancelling_needs_a_reason(make: World) -> None:
    made = published(make)
    with make.write() as db, pytest.raises(Invalid):
        service.cancel(db, make.actor(make.bruno), get_opportunity(db, made), note="")
    with make.write() as db:
        service.cancel(db, make.actor(make.bruno), get_opportunity(db, made), note="The oven broke.")
    assert fresh(make, made).status == Status.CANCELLED


def test_a_copy_has_the_words_but_not_the_dates_and_a_rubric_of_its_own(make: World) -> None:
    made = published(make)
    with make.write() as db:
        again = service.copy(db, make.actor(make.bruno), get_opportunity(db, made)).public_id
    with make.read() as db:
        one, other = get_opportunity(db, made), get_opportunity(db, again)
        assert (other.status, other.version, other.deadline_at, other.starts_on) == (
            Status.DRAFT,
            0,
            None,
            None,
        )
        assert queries.parts_of(db, other.id) == queries.parts_of(db, one.id)
        assert [a.skill for a in queries.asked_for(db, other)] == [
            a.skill for a in queries.asked_for(db, one)
        ]
        assert other.rubric_id not in (None, one.rubric_id)
        assert rubric_with_criteria(db, other.rubric_id or 0).rubric.frozen_at is None
    assert other.copied_from_id == one.id


def test_a_timer_that_runs_twice_moves_nothing_twice(make: World) -> None:
    published(make)
    clock.move(timedelta(days=12))
    with make.write() as db:
        assert timers.close_due(db, clock.now()) == 1
    with make.write() as db:
        assert timers.close_due(db, clock.now()) == 0


def test_when_two_skills_become_one_postings_and_rubrics_follow(make: World) -> None:
    known = skills(make)
    made = published(make, known=known)
    with make.write() as db:
        merging, staying = (db.get_one(Skill, known[name]) for name in ("Spreadsheets", "Data cleaning"))
        skill_service.merge(db, make.actor(make.dana), merging, staying)
    make.drain()
    with make.read() as db:
        one = get_opportunity(db, made)
        asked = queries.asked_for(db, one)
        assert [(a.skill, a.level, a.essential, a.weight) for a in asked] == [
            ("Data cleaning", 3, True, 6),
            ("Stock control", 2, False, 3),
        ]
        assert rubric_with_criteria(db, one.rubric_id or 0).skill_ids == (known["Data cleaning"],)
        assert queries.terms_since(db, one.id, 1)[1]["requirements"][0]["skill"] == "Spreadsheets"
