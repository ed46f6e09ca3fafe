"""What people did after a list: kept beside the list that was shown last to whoever acted."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from market import clock, timers
from market.accounts.models import Person
from market.applications import invitations, offers, service
from market.applications.models import Application, Offer
from market.config import Settings
from market.db import Erasing
from market.engagements import service as work
from market.evidence.models import Kind
from market.matching import acts, log, retention
from market.matching import service as matching
from market.matching.core.contract import Requirement, tie_for
from market.matching.models import Act, Ranking, RankingAct, RankingRow
from market.opportunities.models import Opportunity
from market.subscribers import LEADS_TO
from tests.applications import scene
from tests.matching.people import someone
from tests.opportunities import postings
from tests.support.world import Known, World


@pytest.fixture
def known(make: World) -> dict[str, int]:
    return postings.skills(make)


@pytest.fixture
def opening(make: World, known: dict[str, int]) -> int:
    return scene.opening(make, known=known)


def shown(make: World, opening: int, *people: Known, who: Known | None = None) -> Ranking:
    """A list of an opening's applicants, as it is kept a minute later."""
    clock.move(timedelta(minutes=1))
    with make.write() as db:
        actor, of = make.actor(who or make.bruno), db.get_one(Opportunity, opening)
        made = matching.rank_applicants(db, actor, of, [one.id for one in people])
        matching.keep(db, *made)
    clock.move(timedelta(minutes=1))
    return made[0]


def followed(make: World) -> list[tuple[Act, int | None, int | None]]:
    make.drain()
    with make.read() as db:
        rows = db.exec(select(RankingAct).order_by(RankingAct.event_id))  # type: ignore[arg-type]
        return [(row.act, row.ranking_id, row.place) for row in rows]


def test_each_act_stands_beside_the_list_that_was_shown_last(make: World, opening: int) -> None:
    application = scene.applied(make, opening)
    first = shown(make, opening, make.chidi, make.amara)
    scene.reviewed(make, application)
    second = shown(make, opening, make.amara)
    with make.write() as db:
        service.shortlist(db, make.actor(make.bruno), db.get_one(Application, application))
    with make.read() as db:
        row = select(RankingRow.place).where(
            RankingRow.ranking_id == first.id, RankingRow.person_id == make.amara.id
        )
        place = db.exec(row).one()
    assert followed(make) == [(Act.OPENED, first.id, place), (Act.SHORTLISTED, second.id, 1)]


def test_an_act_is_kept_once_however_often_it_is_told(make: World, opening: int) -> None:
    scene.reviewed(make, scene.applied(make, opening))
    assert len(followed(make)) == 1
    (event,) = make.events("application.opened")
    with make.write() as db:
        acts.follow(db, event)
    assert len(followed(make)) == 1


def test_a_list_shown_to_somebody_else_is_not_the_one_that_was_followed(make: World, opening: int) -> None:
    application = scene.applied(make, opening)
    shown(make, opening, make.amara, who=make.mira)
    scene.reviewed(make, application)
    assert followed(make) == [(Act.OPENED, None, None)], "who acted was shown none"


def test_an_invitation_from_a_search_stands_beside_the_search(
    make: World, known: dict[str, int], opening: int
) -> None:
    near = someone(make, (known["Spreadsheets"], Kind.ASSESSMENT, 3.0))
    with make.write() as db:
        actor, of = make.actor(make.bruno), db.get_one(Opportunity, opening)
        asked = [Requirement(known["Spreadsheets"], 2, 5, True)]
        search, rows = matching.search_people(db, actor, asked, matching.findable_by(actor))
        matching.keep(db, search, rows)
        invitations.invite(db, actor, of, db.get_one(Person, near.id))
    assert followed(make) == [(Act.INVITED, search.id, 1)]


def test_who_is_hired_stands_beside_the_list_behind_the_offer(make: World, opening: int) -> None:
    application = scene.reviewed(make, scene.applied(make, opening))
    ranking = shown(make, opening, make.amara)
    with make.write() as db:
        made = offers.make(db, make.actor(make.bruno), db.get_one(Application, application), scene.terms())
        offer = made.id
    make.drain()
    with make.write() as db:
        work.sign(db, make.actor(make.amara), db.get_one(Offer, offer))
    found = followed(make)
    assert [one for one in found if one[0] in (Act.OFFERED, Act.HIRED)] == [
        (Act.OFFERED, ranking.id, 1),
        (Act.HIRED, ranking.id, 1),
    ]
    with make.read() as db:
        said = acts.in_words(acts.acts_after(db, ranking))
    assert [f"member {make.bruno.id} offered person {make.amara.id} (place 1)" in line for line in said] == [
        True,
        False,
    ]
    assert f"member {make.bruno.id} hired person" in said[1]


def test_what_the_system_does_is_no_human_act(make: World, opening: int) -> None:
    application = scene.applied(make, opening)
    shown(make, opening, make.amara)
    with make.write() as db:
        service.take_back(db, make.actor(make.amara), db.get_one(Application, application))
    assert followed(make) == []


def test_every_act_is_followed() -> None:
    for name in acts.ACTS:
        assert acts.follow in LEADS_TO[name], name
    assert set(acts.ACTS.values()) == set(Act)


def test_equals_stand_in_another_order_for_another_search_and_another_day() -> None:
    asked = [Requirement(1, 2, 5, True), Requirement(2, 3, 1, False)]
    day = date(2026, 11, 22)
    said = log.searched(asked, day)
    assert said == log.searched(asked[::-1], day), "however it was typed"
    others = {
        said,
        log.searched(asked[:1], day),
        log.searched([Requirement(1, 3, 5, True), asked[1]], day),
        log.searched(asked, date(2026, 11, 23)),
    }
    assert len(others) == 4
    firsts = {min(range(1, 51), key=tie_for(log.searched(asked, date(2026, 1, n))).of) for n in range(1, 31)}
    assert len(firsts) > 15, "nobody is first for ever"


def test_the_log_is_kept_as_long_as_the_site_says_and_no_longer(make: World, opening: int) -> None:
    assert retention.forget_old in timers.TIMERS
    application = scene.applied(make, opening)
    shown(make, opening, make.amara)
    scene.reviewed(make, application)
    assert len(followed(make)) == 1
    clock.move(timedelta(days=1094))
    with make.write() as db:
        assert retention.forget_old(db, clock.now()) == 0
        for_ever = db.get_bind().execution_options(site_settings=Settings(ranking_log_days=0))
        with Session(for_ever) as other:
            assert retention.forget_old(other, clock.now() + timedelta(days=9999)) == 0
    clock.move(timedelta(days=2))
    with make.write() as db:
        assert retention.forget_old(db, clock.now()) == 1
        assert retention.forget_old(db, clock.now()) == 0
        for table in (Ranking, RankingRow, RankingAct, Erasing):
            assert db.exec(select(table)).all() == []  # type: ignore[call-overload]
