"""What programmes led to: asked of both sides, twice, once each; counted without silence, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from market import clock
from market.apprenticeships import following
from market.apprenticeships.following_rules import (
    FEWEST,
    Count,
    FollowUpSide,
    counts,
    may_answer,
)
from market.apprenticeships.models import FollowUp
from market.apprenticeships.sentences import led_to
from market.engagements import service as work_service
from market.engagements.calibration import calibration, well
from market.engagements.models import Engagement
from market.engagements.rules import Fault, Status, TrialOutcome
from market.errors import Conflict, Forbidden
from market.matching import service as matching
from market.matching.core.reliability import FEWEST as ENOUGH
from market.matching.models import Ranking, RankingKind, RankingRow
from market.opportunities.models import Opportunity
from market.programmes.models import ProgrammeVersion
from tests.apprenticeships.scene import running
from tests.engagements.scene import do, work
from tests.support.client import Client, words
from tests.support.world import Known, World

T, E = FollowUpSide


def test_each_side_answers_for_itself() -> None:
    assert may_answer(("talent",), T)
    assert not may_answer(("talent",), E)
    assert not may_answer((), T)


def test_silence_is_counted_as_asked_and_as_nothing_else() -> None:
    found = counts(
        [
            (90, "employer", None, 2),
            (0, "talent", "hired", 4),
            (0, "talent", None, 7),
            (0, "talent", "not_continued", 1),
        ]
    )
    assert found == [
        Count(0, T, 12, {TrialOutcome.HIRED: 4, TrialOutcome.NOT_CONTINUED: 1}),
        Count(90, E, 2, {}),
    ]
    assert [one.answered for one in found] == [5, 0]
    assert [one.is_shown for one in found] == [True, False]
    assert counts([]) == []
    assert led_to(found[0]) == "Of 5 learners who answered, 12 asked: 4 hired, 1 not continued."


def ended(make: World) -> int:
    e = running(make)
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    make.drain()
    return e


def asked(make: World, e: int) -> list[tuple[int, str]]:
    with make.read() as db:
        rows = db.exec(select(FollowUp).where(FollowUp.engagement_id == e))
        return sorted((row.after_days, row.side.value) for row in rows)


def say(make: World, who: Known, e: int, side: FollowUpSide, days: int, outcome: TrialOutcome) -> Any:
    return do(make, who, e, following.answer, side, days, outcome)


def test_both_sides_are_asked_once_at_the_end_and_once_after_ninety_days(make: World) -> None:
    e = running(make)
    make.sweep()
    assert asked(make, e) == []
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    make.sweep()
    make.sweep()
    assert asked(make, e) == [(0, "employer"), (0, "talent")]
    clock.move(timedelta(days=89))
    make.sweep()
    assert len(make.events("follow_up.asked")) == 1
    clock.move(timedelta(days=2))
    make.sweep()
    make.sweep()
    assert len(make.events("follow_up.asked")) == 2
    assert asked(make, e) == [(0, "employer"), (0, "talent"), (90, "employer"), (90, "talent")]


def test_what_ended_long_ago_is_asked_no_more(make: World) -> None:
    e = running(make)
    do(make, make.amara, e, work_service.end_early, "I moved to another town.", "none")
    clock.move(timedelta(days=181))
    with make.write() as db:
        assert following.ask_due(db, clock.now()) == 0


def test_an_answer_is_of_ones_own_side_and_may_be_put_right(make: World) -> None:
    e = ended(make)
    with pytest.raises(Conflict, match="asked once the programme has ended"):
        say(make, make.amara, e, T, 0, TrialOutcome.HIRED)
    make.sweep()
    say(make, make.amara, e, T, 0, TrialOutcome.HIRED)
    say(make, make.amara, e, T, 0, TrialOutcome.CONTINUED)
    say(make, make.bruno, e, E, 0, TrialOutcome.NOT_CONTINUED)
    for who, side in ((make.amara, E), (make.bruno, T), (make.chidi, T), (make.dana, E)):
        with pytest.raises(Forbidden):
            say(make, who, e, side, 0, TrialOutcome.HIRED)
    with make.read() as db:
        programme = db.get_one(ProgrammeVersion, work(make, e).programme_version_id).programme_id
        found = following.counts_of(db, programme_id=programme)
        assert found == following.counts_of(db, org_id=make.bakery.id)
        assert [(one.side, one.asked, one.said) for one in found] == [
            (T, 1, {TrialOutcome.CONTINUED: 1}),
            (E, 1, {TrialOutcome.NOT_CONTINUED: 1}),
        ]


def test_the_pages_ask_and_show_counts_from_five_answers_on(client: Client, make: World) -> None:
    e = ended(make)
    make.sweep()
    make.drain()
    row = work(make, e)
    page = f"/work/{row.public_id}/afterwards"
    amara = client.as_(make.amara)
    assert "What did “Stores and stock” lead to?" in words(amara.get("/news"))
    assert "Say what it led to" in words(amara.get(f"/work/{row.public_id}"))
    assert "They hired me" in words(amara.get(page))
    assert "We hired them" in words(client.as_(make.bruno).get(page))
    assert amara.post(f"{page}/answer", {"after_days": "0", "outcome": "promoted"}).status_code == 422
    assert amara.post(f"{page}/answer", {"after_days": "7", "outcome": "hired"}).status_code == 409
    done = amara.follow(amara.post(f"{page}/answer", {"after_days": "0", "outcome": "hired"}))
    assert "You said on 16 November: They hired me." in words(done)
    with make.read() as db:
        version = db.get_one(ProgrammeVersion, row.programme_version_id)
        from market.programmes.models import Programme

        programme = db.get_one(Programme, version.programme_id).public_id
    said = words(client.get(f"/programmes/{programme}"))
    assert f"Learners: not enough answers yet, figures stand here from {FEWEST} on." in said
    with make.write() as db:  # four more, as if they had been asked: the count is of rows
        for n in range(4):
            other = Engagement(**work(make, e).model_dump(exclude={"id", "public_id", "application_id"}))
            db.add(other)
            db.flush()
            more = db.exec(select(FollowUp).where(FollowUp.side == T, FollowUp.engagement_id == e)).one()
            copy = FollowUp(**more.model_dump(exclude={"id", "engagement_id"}), engagement_id=other.id)
            copy.outcome = TrialOutcome.HIRED if n else TrialOutcome.NOT_CONTINUED
            db.add(copy)
    for path in (f"/programmes/{programme}", f"/organisations/{make.bakery.public_id}"):
        said = words(client.get(path))
        assert "Of 5 learners who answered, 5 asked: 4 hired, 1 not continued." in said, path


# The ranking held against what came after


@pytest.mark.parametrize(
    ("kind", "status", "outcome", "fault", "is_programme", "found"),
    [
        ("trial", Status.COMPLETED, TrialOutcome.HIRED, None, False, True),
        ("trial", Status.COMPLETED, TrialOutcome.CONTINUED, None, False, True),
        ("trial", Status.COMPLETED, TrialOutcome.NOT_CONTINUED, None, False, False),
        ("trial", Status.COMPLETED, None, None, False, None),
        ("gig", Status.COMPLETED, None, None, False, None),
        ("micro_apprenticeship", Status.COMPLETED, None, None, True, True),
        ("micro_apprenticeship", Status.ENDED_EARLY, None, Fault.TALENT, True, False),
        ("micro_apprenticeship", Status.ENDED_EARLY, None, Fault.NONE, True, False),
        ("micro_apprenticeship", Status.ENDED_EARLY, None, Fault.EMPLOYER, True, None),
    ],
)
def test_what_went_well(
    kind: str,
    status: Status,
    outcome: TrialOutcome | None,
    fault: Fault | None,
    is_programme: bool,
    found: bool | None,
) -> None:
    assert well(kind, status, outcome, fault, is_programme=is_programme) is found


def shown(make: World, e: int, levels: list[int]) -> None:
    """A list of applicants, with these levels in the log."""
    engagement = work(make, e)
    with make.write() as db:
        opening = db.get_one(Opportunity, engagement.opportunity_id)
        bruno = make.actor(make.bruno)
        ranking, _rows = matching.rank_applicants(db, bruno, opening, [engagement.person_id])
        ranking.requirements = [
            {"skill_id": n, "level": 2, "weight": 5, "essential": True} for n, _level in enumerate(levels, 1)
        ]
        row = RankingRow(
            place=1, person_id=engagement.person_id, score=0, levels=levels, contributions=[0] * len(levels)
        )
        matching.keep(db, ranking, [row])


def test_coverage_is_that_of_the_first_list_of_applicants(make: World) -> None:
    e = ended(make)
    with make.read() as db:
        assert calibration(db)[1:] == (0, 0, 1)  # nobody looked at a list: it cannot be counted
    shown(make, e, [77, 0])
    shown(make, e, [77, 77])
    with make.read() as db:
        made = calibration(db)
        assert (made.trials, made.programmes, made.without_list) == (0, 1, 0)
        assert [b.n for b in made.found.bins] == [0, 0, 1, 0, 0]  # 50 %, and not the 100 of later
        assert made.found.bins[2].well == 0
        assert db.exec(select(Ranking.kind)).all() == [RankingKind.APPLICANTS] * 2


def test_the_page_draws_nothing_before_there_is_enough(client: Client, make: World) -> None:
    said = words(client.get("/how/calibration"))
    assert f"0 of the {ENOUGH} ends that are needed have come in." in said
    assert "<table" not in client.get("/how/calibration").text
    e = ended(make)
    for levels, status, n in (([77, 77], Status.COMPLETED, 18), ([77, 0], Status.ENDED_EARLY, 12)):
        with make.write() as db:
            for _n in range(n):
                given = work(make, e).model_dump(exclude={"id", "public_id", "application_id"})
                db.add(Engagement(**{**given, "status": status, "person_id": make.person().id}))
            db.flush()
        with make.read() as db:
            ids = [one.id for one in db.exec(select(Engagement).where(Engagement.status == status))]
        for one in ids:
            shown(make, one, levels)
    page = client.get("/how/calibration")
    assert "From 31 ends: 0 of trials, 31 of programmes." in words(page)
    assert "18 (100 %)" in words(page)
    assert "in 100 of 100" in words(page)
    assert 'role="img"' in page.text
